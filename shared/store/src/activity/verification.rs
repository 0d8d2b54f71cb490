//! Verification: compares seals with the rows that they cover, and finds what was deleted, altered or
//! added.

use super::audit_id::EARLIEST;
use super::seal::{Seal, SealHead, rows_digest};
use super::sealing::{LAST, ROWS};
use crate::table::{Item, Range, Store, StoreError, key_text, keys, row};
use hallpass_core::Tenant;

/// Seals a page.
const PAGE: i32 = 10;

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
    /// The note of the last seal is not there, and seals may not be, either.
    HeadMissing,
    /// The seal was altered, or does not follow from the one before.
    SealAltered,
    /// Rows it covers are not there any more.
    RowsMissing,
    /// Rows it covers were altered.
    RowsAltered,
    /// Rows were added to what it covers.
    RowsAdded,
}

/// A row of a chain: the number in its key, and the seal, unless the row is unreadable.
struct Link {
    number: Option<u64>,
    seal: Option<Seal>,
}

impl From<Item> for Link {
    fn from(item: Item) -> Self {
        Self {
            number: key_text(&item, "sk").parse().ok(),
            seal: row::read(item).ok(),
        }
    }
}

impl Verification {
    /// A verification that ends here: after a fault there is no next page.
    fn ended(self) -> Self {
        Self { next: None, ..self }
    }
}

/// What is wrong with a chain that ends with this seal, where this end was noted.
fn missing_end(
    last: Option<&Seal>,
    noted: Result<Option<SealHead>, SealFault>,
) -> Option<(u64, SealFault)> {
    let number = last.map_or(0, |seal| seal.number);
    let after = number.saturating_add(1);
    match noted {
        Err(fault) => Some((after, fault)),
        Ok(Some(noted)) if noted.number > number => Some((after, SealFault::SealMissing)),
        Ok(None) if last.is_some_and(|seal| seal.noted) => Some((after, SealFault::HeadMissing)),
        Ok(_) => None,
    }
}

impl Store {
    /// Holds some seals, after one that was good before, to what the table has: that one must
    /// still be what it was.
    ///
    /// # Errors
    /// When the table does not answer. A seal that is unreadable is a fault.
    pub async fn verify_seals(
        &self,
        tenant: &Tenant,
        after: Option<&SealHead>,
    ) -> Result<Verification, StoreError> {
        let number = after.map_or(0, |after| after.number);
        // Before the chain, which only becomes longer: what was noted must be there.
        let noted = match self.noted_head(tenant).await {
            Ok(noted) => Ok(noted),
            Err(StoreError::Corrupt { .. }) => Err(SealFault::HeadMissing),
            Err(error) => return Err(error),
        };
        let range = Range {
            pk: keys::seals_partition(tenant),
            // The one before is what the first of the page follows from.
            from: keys::seal(tenant, number).sk,
            to: LAST.to_owned(),
            newest_first: false,
            limit: Some(PAGE.saturating_add(1)),
            after: None,
        };
        let (items, next) = self.range("read seals", range).await?;
        let seals: Vec<Link> = items.into_iter().map(Link::from).collect();
        let head = match self.last_seal(tenant).await {
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
            found.fault = self.fault(tenant, before.as_ref(), &seal).await?;
            if found.fault.is_some() {
                return Ok(found.ended());
            }
            if let Ok(Some(noted)) = &noted
                && noted.number == seal.number
                && *noted != seal.head()
            {
                found.fault = Some((seal.number, SealFault::SealAltered));
                return Ok(found.ended());
            }
            found.seals = found.seals.saturating_add(1);
            found.rows = found.rows.saturating_add(seal.count);
            before = Some(seal);
        }
        if found.next.is_none() {
            found.fault = missing_end(before.as_ref(), noted);
        }
        Ok(found)
    }

    async fn fault(
        &self,
        tenant: &Tenant,
        before: Option<&Seal>,
        seal: &Seal,
    ) -> Result<Option<(u64, SealFault)>, StoreError> {
        let expected = before.map_or(1, |before| before.number.saturating_add(1));
        if seal.number != expected {
            return Ok(Some((expected, SealFault::SealMissing)));
        }
        let previous = before.map_or("", |before| before.hash.as_str());
        if seal.previous != previous || seal.hash != seal.digest(tenant) {
            return Ok(Some((expected, SealFault::SealAltered)));
        }
        let from = before.map_or(EARLIEST, |before| before.until.as_str());
        let rows = self.sealed_rows(tenant, from, seal).await?;
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
        tenant: &Tenant,
        from: &str,
        seal: &Seal,
    ) -> Result<Vec<Item>, StoreError> {
        let mut rows = Vec::new();
        let mut after = None;
        loop {
            let range = Range {
                pk: keys::audit_partition(tenant),
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
}
