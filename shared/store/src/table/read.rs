//! Reads by key: one row, or up to 100 in one batch. Strongly consistent.

pub(crate) mod query;
pub(crate) mod range;

use super::error::StoreError;
use super::expression::{Expression, names};
use super::item::Item;
use super::key::Key;
use super::row;
use super::store::Store;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use serde::de::DeserializeOwned;
use std::collections::{HashMap, HashSet};
use thiserror::Error;

/// How many keys the table takes in one batch.
pub(crate) const BATCH_LIMIT: usize = 100;

/// What is read of a row.
pub(crate) trait Projected: DeserializeOwned {
    /// The attributes that are read, besides the keys and the version; all of them if empty.
    const ATTRIBUTES: &'static [&'static str];
}

/// The table answered in part, twice.
#[derive(Debug, Error)]
#[error("{0} of the rows asked for were not read")]
struct LeftUnread(usize);

impl Store {
    /// The row with this key; `None` if there is none.
    pub(crate) async fn find<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        key: &Key,
    ) -> Result<Option<T>, StoreError> {
        self.item(operation, key).await?.map(row::read).transpose()
    }

    async fn item(&self, operation: &'static str, key: &Key) -> Result<Option<Item>, StoreError> {
        let read = self
            .client
            .get_item()
            .table_name(&*self.table)
            .set_key(Some(key.item()))
            .consistent_read(true);
        let answer = read.send().await;
        let answer = answer.map_err(|error| StoreError::outage(operation)(error.into()))?;
        let known = self.versions.known(answer.item.into_iter().collect())?;
        Ok(known.into_iter().next())
    }

    /// What is read of the rows there are of these, in this order: a batch for each hundred.
    pub(crate) async fn read<T: Projected>(
        &self,
        operation: &'static str,
        keys: &[Key],
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::with_capacity(keys.len());
        for some in keys.chunks(BATCH_LIMIT) {
            for item in self.batch_of(operation, some, T::ATTRIBUTES).await? {
                found.push(row::read(item)?);
            }
        }
        Ok(found)
    }

    /// The rows there are of these, in this order, each once, with these attributes only; with all of
    /// them if there are none. It is one `BatchGetItem`, and one more for what that left unprocessed.
    pub(crate) async fn batch_of(
        &self,
        operation: &'static str,
        keys: &[Key],
        attributes: &[&str],
    ) -> Result<Vec<Item>, StoreError> {
        let outage = StoreError::outage(operation);
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let projection = Expression::projection(attributes);
        // The table refuses a batch that names a row twice, and answers in any order.
        let each_once: HashSet<&Key> = keys.iter().collect();
        let mut found = HashMap::with_capacity(each_once.len());
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(each_once.into_iter().map(Key::item).collect()))
            .consistent_read(true)
            .set_projection_expression(projection.text())
            .set_expression_attribute_names(names(&[&projection]))
            .build()
            .map_err(|error| outage(error.into()))?;
        let mut left = HashMap::from([(self.table.to_string(), wanted)]);
        for _ in 0..2 {
            let ask = self.client.batch_get_item().set_request_items(Some(left));
            let answer = ask.send().await.map_err(|error| outage(error.into()))?;
            for (_table, rows) in answer.responses.into_iter().flatten() {
                let rows = self.versions.known(rows)?;
                found.extend(rows.into_iter().map(|row| (Key::of(&row), row)));
            }
            left = answer.unprocessed_keys.unwrap_or_default();
            if left.is_empty() {
                return Ok(keys.iter().filter_map(|key| found.remove(key)).collect());
            }
        }
        let unread = left.values().map(|keys| keys.keys().len()).sum();
        Err(outage(Box::new(LeftUnread(unread))))
    }
}
