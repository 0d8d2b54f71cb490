//! The pages of use: packed items of one environment and quarter of a day.
//!
//! A *generation* is a number of pages, begun by one fold and named by its number; what a token and
//! principal did stands in one page of it, by their ids. A fold adds to the latest generation where
//! that costs little for what is added and no page becomes too long; otherwise it begins another. So
//! what a fold writes is bounded by what it adds, however much there was before. Each page says which
//! fold was the last that added to it, so that a fold that is repeated adds nothing twice.

use super::packed::{pack, unpack};
use super::uses::{Quarter, Uses};
use crate::table::{Expression, Item, Key, Slice, Store, StoreError, keys, number, row};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_core::{ParentId, Principal, Tenant};
use serde::Deserialize;
use std::collections::BTreeMap;

/// How long a page may become, in bytes: a quarter of what the table takes.
const MOST_OF_A_PAGE: usize = 100 * 1024;

/// How long the pages of a new generation are, roughly: they have room to grow.
const OF_A_NEW_PAGE: usize = 32 * 1024;

/// The most pages of a generation, a power of two.
const MOST_PAGES: usize = 4_096;

/// A write unit, in bytes.
const UNIT: usize = 1024;

/// How many uses pay for one more write unit.
const USES_A_UNIT: u64 = 10;

/// A page as the table has it.
struct Page {
    generation: u64,
    number: u16,
    pages: u16,
    folded: u64,
    /// `None` where it cannot be read.
    uses: Option<Uses>,
}

#[derive(Deserialize)]
struct Written {
    sk: String,
    pages: u16,
    folded: u64,
}

const OPERATION: &str = "fold use";

impl Store {
    /// Adds what a fold has of an environment and quarter to its pages, unless that was done. Whoever
    /// carries out the same fold, too, adds the same in the same way.
    pub(super) async fn add_to_pages(
        &self,
        tenant: &Tenant,
        quarter: Quarter,
        new: &Uses,
        fold: u64,
    ) -> Result<(), StoreError> {
        let pages = self.pages(tenant, quarter).await?;
        if pages.iter().any(|page| page.folded > fold) {
            // This fold was finished long ago, by somebody else.
            return Ok(());
        }
        let begun = pages.iter().find(|page| page.folded == fold);
        let latest = pages.iter().max_by_key(|page| page.generation);
        let into = begun.or(latest);
        let added = into.and_then(|into| {
            let added = add(&pages, into, new, fold);
            added.filter(|added| begun.is_some() || is_cheap(added, new.count()))
        });
        let (generation, count, added) = if let (Some(into), Some(added)) = (into, added) {
            (into.generation, into.pages, added)
        } else {
            let count = pages_for(new);
            let packed = split(new, count).into_iter();
            let packed = packed.map(|(page, uses)| (page, (pack(&uses), None)));
            (fold, count, packed.collect())
        };
        for (page, (packed, before)) in added {
            let key = keys::usage_page(tenant, quarter.day(), quarter.of_day(), generation, page);
            let mut item = key.item();
            item.insert("packed".to_owned(), AttributeValue::B(Blob::new(packed)));
            item.insert("pages".to_owned(), number(count.into()));
            item.insert("folded".to_owned(), number(fold));
            item.insert("ttl".to_owned(), number(quarter.kept_until()));
            let when = match before {
                Some(before) => {
                    Expression::new("#folded = :before").with(":before", number(before))
                }
                None => Expression::new("attribute_not_exists(#pk)"),
            };
            // Where it does not hold, somebody else carries out the same fold, and was here.
            self.put_one(OPERATION, item, &when).await?;
        }
        Ok(())
    }

    async fn pages(&self, tenant: &Tenant, quarter: Quarter) -> Result<Vec<Page>, StoreError> {
        let pk = keys::usage_partition(tenant);
        let prefix = keys::usage_quarter(quarter.day(), quarter.of_day());
        let mut slice = Slice::default();
        let mut found = Vec::new();
        loop {
            let (items, after) = self.query(OPERATION, &pk, &prefix, slice).await?;
            for item in items {
                found.extend(page(item)?);
            }
            if after.is_none() {
                return Ok(found);
            }
            slice = Slice { limit: None, after };
        }
    }
}

fn page(item: Item) -> Result<Option<Page>, StoreError> {
    let key = Key::of(&item);
    let uses = read_page(&item);
    let Written { sk, pages, folded } = row::read(item)?;
    let mut parts = sk.rsplit('#').map(str::parse::<u64>);
    let (Some(Ok(number)), Some(Ok(generation))) = (parts.next(), parts.next()) else {
        tracing::error!(row = %key, "a page of use has a key that is not one");
        return Ok(None);
    };
    Ok(Some(Page {
        generation,
        number: u16::try_from(number).unwrap_or(u16::MAX),
        pages,
        folded,
        uses,
    }))
}

/// The use on a page. `None` if it is unreadable, which is logged: it stands in the way of no other.
pub(super) fn read_page(item: &Item) -> Option<Uses> {
    let packed = item.get("packed").and_then(|it| it.as_b().ok());
    let unpacked = unpack(packed.map_or(&[], |blob| blob.as_ref()));
    unpacked
        .inspect_err(|error| {
            let row = Key::of(item);
            tracing::error!(%row, %error, "a page of use is left out");
        })
        .ok()
}

/// Pages by their number: their bytes, and the fold that added to them last.
type Added = BTreeMap<u16, (Vec<u8>, Option<u64>)>;

/// The pages of a generation that the new use belongs to, with it. `None` if one of them is too long
/// then, or unreadable.
fn add(pages: &[Page], into: &Page, new: &Uses, fold: u64) -> Option<Added> {
    let mut added = Added::new();
    for (number, uses) in split(new, into.pages) {
        let mut of_generation = pages.iter().filter(|it| it.generation == into.generation);
        let there = of_generation.find(|it| it.number == number);
        if there.is_some_and(|there| there.folded == fold) {
            continue;
        }
        let mut all = match there {
            Some(there) => there.uses.clone()?,
            None => Uses::default(),
        };
        all.merge(uses);
        let packed = pack(&all);
        if packed.len() > MOST_OF_A_PAGE {
            return None;
        }
        added.insert(number, (packed, there.map(|there| there.folded)));
    }
    Some(added)
}

/// Whether so much use pays for writing these pages.
fn is_cheap(added: &Added, uses: u64) -> bool {
    let units = added
        .values()
        .map(|(packed, _)| packed.len().div_ceil(UNIT));
    let units = u64::try_from(units.sum::<usize>()).unwrap_or(u64::MAX);
    let paid = uses.checked_div(USES_A_UNIT).unwrap_or_default();
    units <= paid.saturating_add(1)
}

/// How many pages a generation has that begins with this use.
fn pages_for(new: &Uses) -> u16 {
    let pages = pack(new).len().div_ceil(OF_A_NEW_PAGE).max(1);
    u16::try_from(pages.next_power_of_two().min(MOST_PAGES)).unwrap_or(1)
}

/// What belongs to which of so many pages.
fn split(uses: &Uses, pages: u16) -> BTreeMap<u16, Uses> {
    let mut found: BTreeMap<u16, Uses> = BTreeMap::new();
    for (of, tally) in &uses.tallies {
        let number = page_of(of.token, of.principal)
            .checked_rem(pages)
            .unwrap_or_default();
        found.entry(number).or_default().add(of.clone(), *tally);
    }
    found
}

/// Ids are random: some of their bits tell them apart.
fn page_of(token: ParentId, principal: Principal) -> u16 {
    let token = match token {
        ParentId::Token(id) => id.bytes(),
        ParentId::Share(id) => id.bytes(),
    };
    let principal = match principal {
        Principal::Account(id) => id.bytes(),
        Principal::User(id) => id.bytes(),
        Principal::ServiceAccount(id) => id.bytes(),
    };
    let bits = |bytes: [u8; 16]| bytes.first_chunk().map_or(0, |it| u16::from_be_bytes(*it));
    bits(token) ^ bits(principal)
}
