//! Seals: the audit rows of an environment, hashed in batches, each batch with the one before it.
//!
//! A seal covers a stretch of time, not only the rows it found there: a row that is missing from the
//! stretch, was altered or added later is seen. Sealing comes after the acts and none waits for it.
//! Whoever may write the whole table can forge the whole chain: against that helps the head, its
//! number and hash, noted somewhere else. Each new one is logged, where other rights reach.

use crate::Store;
use crate::audit::EARLIEST;
use crate::digest::{canonical, digest};
use crate::error::StoreError;
use crate::item::{self, Item};
use crate::keys;
use crate::range::Range;
use crate::transaction::{Outcome, Transaction};
use hallpass_core::{AccountId, EnvironmentName, UnixMillis};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// How old an act is before it is sealed, in milliseconds: longer than any transaction takes, and
/// than the clocks of two instances differ.
pub const SEALED_AFTER_MILLIS: u64 = 60_000;

/// Rows a seal at most; seals that one call makes at most; seals a page of a verification.
const ROWS: i32 = 500;
const AT_ONCE: usize = 20;
const PAGE: i32 = 10;

/// One link of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// From 1, without gaps.
    pub number: u64,
    /// The sort keys of the first and the last row.
    pub first: String,
    /// The last row's.
    pub last: String,
    /// Up to which sort key all rows are among those of this seal and the ones before.
    pub until: String,
    /// How many rows.
    pub count: u64,
    /// SHA-256 over the rows, in order.
    pub rows: String,
    /// The hash of the seal before; empty for the first.
    pub previous: String,
    /// SHA-256 over all of this.
    pub hash: String,
    /// When it was made.
    pub sealed_at: UnixMillis,
}

/// A seal by its number and hash, written `<number>.<hash>`: the end of the chain, to be noted
/// somewhere else, and where a page of a verification ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SealHead {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: String,
}

/// A text that is no seal's number and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a verification goes on from the `<number>.<hash>` of a seal")]
pub struct SealHeadError;

/// What verifying some seals found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// How many seals were good.
    pub seals: u64,
    /// How many rows they cover.
    pub rows: u64,
    /// The first that is not.
    pub fault: Option<(u64, SealFault)>,
    /// The end of the chain as it is now.
    pub head: Option<SealHead>,
    /// The last seal looked at, where there are more.
    pub next: Option<SealHead>,
}

/// What is wrong with a seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealFault {
    /// The seal itself is not there.
    SealMissing,
    /// The seal was altered, or does not follow from the one before.
    SealAltered,
    /// Rows it covers are not there any more.
    RowsMissing,
    /// Rows it covers were altered.
    RowsAltered,
    /// Rows were added to what it covers.
    RowsAdded,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Seal,
}

/// A row of a chain: which seal its key says it is, and the seal, unless it reads as none any more.
struct Link {
    number: Option<u64>,
    seal: Option<Seal>,
}

impl From<Item> for Link {
    fn from(item: Item) -> Self {
        Self {
            number: item::key_text(&item, "sk").parse().ok(),
            seal: item::read(item).ok(),
        }
    }
}

impl Verification {
    /// With a fault there is nothing to go on with.
    fn ended(self) -> Self {
        Self { next: None, ..self }
    }
}

impl Store {
    /// Seals the acts of an environment that are older than a minute. Several at once make one
    /// chain. Answers the moment before which all acts are sealed; `None` where there are too many
    /// to do it in one call.
    ///
    /// # Errors
    /// When the table does not answer; what was sealed stays so.
    pub async fn seal(
        &self,
        account: &AccountId,
        environment: &EnvironmentName,
        now: UnixMillis,
    ) -> Result<Option<UnixMillis>, StoreError> {
        let cutoff = UnixMillis(now.0.saturating_sub(SEALED_AFTER_MILLIS));
        let to = format!("{:013}", cutoff.0);
        for _ in 0..AT_ONCE {
            let last = self.last_seal(account, environment).await?;
            let from = last.as_ref().map_or(EARLIEST, |seal| seal.until.as_str());
            if from >= to.as_str() {
                return Ok(Some(cutoff));
            }
            let range = Range {
                pk: keys::audit_partition(account, environment),
                from: from.to_owned(),
                to: to.clone(),
                newest_first: false,
                limit: Some(ROWS),
                after: None,
            };
            let (rows, next) = self.range("seal the audit log", range).await?;
            // Behind the last row of a page, and before whatever follows it.
            let until = next.as_ref().map_or(to.clone(), |last| format!("{last}~"));
            let Some(seal) = Seal::of(account, environment, last.as_ref(), &rows, until, now)
            else {
                return Ok(Some(cutoff));
            };
            let key = keys::seal(account, environment, seal.number);
            let transaction = Transaction::new("seal the audit log")
                .create(Part::Seal, item::write(&key, &seal, None)?);
            match self.transact(&transaction).await? {
                Outcome::Written => tracing::info!(
                    %account,
                    %environment,
                    seal = %seal.head(),
                    rows = seal.count,
                    "acts are sealed"
                ),
                // Another sealer made this seal: on from there.
                Outcome::Lost(_) => continue,
            }
            if next.is_none() {
                return Ok(Some(cutoff));
            }
        }
        Ok(None)
    }

    /// Holds some seals, after one that was good before, to what the table has: that one must
    /// still be what it was.
    ///
    /// # Errors
    /// When the table does not answer, or a seal is unreadable.
    pub async fn verify_seals(
        &self,
        account: &AccountId,
        environment: &EnvironmentName,
        after: Option<&SealHead>,
    ) -> Result<Verification, StoreError> {
        let number = after.map_or(0, |after| after.number);
        let range = Range {
            pk: keys::seals_partition(account, environment),
            // The one before is what the first of the page follows from.
            from: keys::seal(account, environment, number).sk,
            to: LAST.to_owned(),
            newest_first: false,
            limit: Some(PAGE.saturating_add(1)),
            after: None,
        };
        let (items, next) = self.range("read seals", range).await?;
        let seals: Vec<Link> = items.into_iter().map(Link::from).collect();
        let head = match self.last_seal(account, environment).await {
            Ok(head) => head,
            Err(StoreError::Corrupt { .. }) => None,
            Err(error) => return Err(error),
        };
        let last = seals.last().and_then(|link| link.seal.as_ref());
        let mut found = Verification {
            seals: 0,
            rows: 0,
            fault: None,
            next: next.and(last.map(Seal::head)),
            head: head.as_ref().map(Seal::head),
        };
        let mut seals = seals.into_iter();
        let mut before: Option<Seal> = None;
        if let Some(after) = after {
            let first = seals.next().filter(|first| first.number == Some(number));
            let Some(first) = first else {
                found.fault = Some((number, SealFault::SealMissing));
                return Ok(found.ended());
            };
            before = first.seal.filter(|seal| seal.head() == *after);
            if before.is_none() {
                found.fault = Some((number, SealFault::SealAltered));
                return Ok(found.ended());
            }
        }
        for link in seals {
            let expected = before
                .as_ref()
                .map_or(1, |before| before.number.saturating_add(1));
            let Some(seal) = link.seal else {
                let fault = if link.number == Some(expected) {
                    SealFault::SealAltered
                } else {
                    SealFault::SealMissing
                };
                found.fault = Some((expected, fault));
                return Ok(found.ended());
            };
            found.fault = self
                .fault(account, environment, before.as_ref(), &seal)
                .await?;
            if found.fault.is_some() {
                return Ok(found.ended());
            }
            found.seals = found.seals.saturating_add(1);
            found.rows = found.rows.saturating_add(seal.count);
            before = Some(seal);
        }
        Ok(found)
    }

    async fn fault(
        &self,
        account: &AccountId,
        environment: &EnvironmentName,
        before: Option<&Seal>,
        seal: &Seal,
    ) -> Result<Option<(u64, SealFault)>, StoreError> {
        let expected = before.map_or(1, |before| before.number.saturating_add(1));
        if seal.number != expected {
            return Ok(Some((expected, SealFault::SealMissing)));
        }
        let previous = before.map_or("", |before| before.hash.as_str());
        if seal.previous != previous || seal.hash != seal.digest(account, environment) {
            return Ok(Some((expected, SealFault::SealAltered)));
        }
        let from = before.map_or(EARLIEST, |before| before.until.as_str());
        let rows = self.sealed_rows(account, environment, from, seal).await?;
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        Ok(if rows_digest(&rows) == seal.rows {
            None
        } else if count < seal.count {
            Some((expected, SealFault::RowsMissing))
        } else if count > seal.count {
            Some((expected, SealFault::RowsAdded))
        } else {
            Some((expected, SealFault::RowsAltered))
        })
    }

    /// The rows of the stretch that a seal covers: one row more than it has is enough to know.
    async fn sealed_rows(
        &self,
        account: &AccountId,
        environment: &EnvironmentName,
        from: &str,
        seal: &Seal,
    ) -> Result<Vec<Item>, StoreError> {
        let mut rows = Vec::new();
        let mut after = None;
        loop {
            let range = Range {
                pk: keys::audit_partition(account, environment),
                from: from.to_owned(),
                to: seal.until.clone(),
                newest_first: false,
                limit: Some(ROWS.saturating_add(1)),
                after,
            };
            let (page, next) = self.range("read the audit log", range).await?;
            rows.extend(page);
            let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
            if next.is_none() || count > seal.count {
                return Ok(rows);
            }
            after = next;
        }
    }

    async fn last_seal(
        &self,
        account: &AccountId,
        environment: &EnvironmentName,
    ) -> Result<Option<Seal>, StoreError> {
        let range = Range {
            pk: keys::seals_partition(account, environment),
            from: EARLIEST.to_owned(),
            to: LAST.to_owned(),
            newest_first: true,
            limit: Some(1),
            after: None,
        };
        let (items, _) = self.range("read the last seal", range).await?;
        items.into_iter().next().map(item::read).transpose()
    }
}

/// Behind every seal's sort key.
const LAST: &str = "~";

impl Seal {
    /// The seal of these rows; `None` where there are none.
    fn of(
        account: &AccountId,
        environment: &EnvironmentName,
        before: Option<&Self>,
        rows: &[Item],
        until: String,
        now: UnixMillis,
    ) -> Option<Self> {
        let key = |row: &Item| item::key_text(row, "sk").to_owned();
        let mut seal = Self {
            number: before.map_or(1, |before| before.number.saturating_add(1)),
            first: key(rows.first()?),
            last: key(rows.last()?),
            until,
            count: u64::try_from(rows.len()).unwrap_or(u64::MAX),
            rows: rows_digest(rows),
            previous: before.map(|before| before.hash.clone()).unwrap_or_default(),
            hash: String::new(),
            sealed_at: now,
        };
        seal.hash = seal.digest(account, environment);
        Some(seal)
    }

    fn head(&self) -> SealHead {
        SealHead {
            number: self.number,
            hash: self.hash.clone(),
        }
    }

    fn digest(&self, account: &AccountId, environment: &EnvironmentName) -> String {
        digest(&[
            b"hallpass seal 1",
            account.to_string().as_bytes(),
            environment.as_str().as_bytes(),
            &self.number.to_be_bytes(),
            self.first.as_bytes(),
            self.last.as_bytes(),
            self.until.as_bytes(),
            &self.count.to_be_bytes(),
            self.rows.as_bytes(),
            self.previous.as_bytes(),
            &self.sealed_at.0.to_be_bytes(),
        ])
    }
}

impl fmt::Display for SealHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.number, self.hash)
    }
}

impl FromStr for SealHead {
    type Err = SealHeadError;

    fn from_str(text: &str) -> Result<Self, SealHeadError> {
        let (number, hash) = text.split_once('.').ok_or(SealHeadError)?;
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        match number.parse() {
            Ok(number) if number > 0 && is_hash => Ok(Self {
                number,
                hash: hash.to_owned(),
            }),
            Ok(_) | Err(_) => Err(SealHeadError),
        }
    }
}

fn rows_digest(rows: &[Item]) -> String {
    let rows: Vec<Vec<u8>> = rows.iter().map(canonical).collect();
    let parts: Vec<&[u8]> = rows.iter().map(Vec::as_slice).collect();
    digest(&parts)
}
