//! Seals: the audit rows of an environment, hashed in batches, each batch with the one before it.
//!
//! A seal covers a stretch of time, not only the rows it found there: a row that is missing from the
//! stretch, was altered or added later is seen. Sealing comes after the acts and none waits for it.
//! Whoever may write the whole table can forge the whole chain: against that helps the head, its
//! number and hash, noted somewhere else. Each new one is logged, where other rights reach.

use super::audit::EARLIEST;
use crate::table::{
    Item, Outcome, Range, Store, StoreError, Transaction, canonical, digest, key_text, keys, row,
};
use hallpass_core::{AccountId, EnvironmentName, UnixMillis};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// How old an act is before it is sealed, in milliseconds: longer than any transaction takes, and
/// than the clocks of two instances differ.
pub const SEALED_AFTER_MILLIS: u64 = 60_000;

/// Rows a seal at most; seals that one call makes at most.
pub(super) const ROWS: i32 = 500;
const AT_ONCE: usize = 20;

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

#[derive(Clone, Copy, Debug)]
enum Part {
    Seal,
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
                .create(Part::Seal, row::write(&key, &seal, None)?);
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

    pub(super) async fn last_seal(
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
        items.into_iter().next().map(row::read).transpose()
    }
}

/// Behind every seal's sort key.
pub(super) const LAST: &str = "~";

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
        let key = |row: &Item| key_text(row, "sk").to_owned();
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

    pub(super) fn head(&self) -> SealHead {
        SealHead {
            number: self.number,
            hash: self.hash.clone(),
        }
    }

    pub(super) fn digest(&self, account: &AccountId, environment: &EnvironmentName) -> String {
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

pub(super) fn rows_digest(rows: &[Item]) -> String {
    let rows: Vec<Vec<u8>> = rows.iter().map(canonical).collect();
    let parts: Vec<&[u8]> = rows.iter().map(Vec::as_slice).collect();
    digest(&parts)
}
