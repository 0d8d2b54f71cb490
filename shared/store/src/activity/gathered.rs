//! What an instance gathered in a minute, written down as it is: one item, of all environments that it
//! served. Only `maintain` reads it, and folds it into pages that are of one environment each.
//!
//! Not written by a transaction: nothing depends on it, and it costs half as much.

use super::packed::pack;
use super::uses::Uses;
use crate::table::{Expression, Item, Store, StoreError, draw, keys, number};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_core::{Random, UnixMillis};

/// How many uses go into one item at most: 400 KB, the table's limit, are more than twice as many in
/// environments, tokens and users that are all different.
const MOST_OF_AN_ITEM: usize = 2_000;

/// For how long it waits to be folded at most, in seconds: `maintain` may be out of order for days.
const KEPT_SECONDS: u64 = 30 * 24 * 60 * 60;

const OPERATION: &str = "write down use";

/// Some use that is to be written down, as one item.
#[derive(Clone, Debug)]
pub struct GatheredUses {
    item: Item,
    /// How many uses there are in it.
    pub count: u64,
}

impl GatheredUses {
    /// As few items as possible. Each has a key of its own, so that writing it again changes nothing.
    ///
    /// # Errors
    /// When there are no random bytes.
    pub fn pack(uses: Uses, random: &dyn Random, now: UnixMillis) -> Result<Vec<Self>, StoreError> {
        let mut items = Vec::new();
        let mut some = Uses {
            old_secrets: uses.old_secrets,
            ..Uses::default()
        };
        for (of, tally) in uses.tallies {
            some.add(of, tally);
            if some.tallies.len() >= MOST_OF_AN_ITEM {
                items.push(Self::of(&std::mem::take(&mut some), random, now)?);
            }
        }
        if !some.is_empty() {
            items.push(Self::of(&some, random, now)?);
        }
        Ok(items)
    }

    fn of(uses: &Uses, random: &dyn Random, now: UnixMillis) -> Result<Self, StoreError> {
        let key = keys::gathered_uses(now, draw(OPERATION, random)?);
        let mut item = key.item();
        let packed = AttributeValue::B(Blob::new(pack(uses)));
        item.insert("packed".to_owned(), packed);
        let ttl = now.seconds().plus(KEPT_SECONDS);
        item.insert("ttl".to_owned(), number(ttl.0));
        Ok(Self {
            item,
            count: uses.count(),
        })
    }
}

impl Store {
    /// Writes one item of use.
    ///
    /// # Errors
    /// When the table does not answer; it may be written nevertheless.
    pub async fn write_uses(&self, gathered: &GatheredUses) -> Result<(), StoreError> {
        let always = Expression::none();
        let written = self.put_one(OPERATION, gathered.item.clone(), &always);
        written.await.map(|_| ())
    }
}
