//! Lists: one partition for all accounts, and in each environment one for each type of principal, for
//! groups, for shares and for what lies in one folder, with one entry for each of them.

use crate::table::{
    Expression, Key, Projected, Reference, Slice, Store, StoreError, Transaction, keys, row,
};
use hallpass_core::Tenant;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Display;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, C> {
    /// What is listed, in the order of the cursors.
    pub items: Vec<T>,
    /// The cursor of the next page; absent after the last one, which may be empty.
    pub next: Option<C>,
}

impl<P: Copy> Transaction<P> {
    /// Puts something new into a list.
    pub(crate) fn add_to_list<I: Display + Serialize>(
        self,
        part: P,
        tenant: &Tenant,
        list: &str,
        id: &I,
    ) -> Result<Self, StoreError> {
        let key = keys::list_entry(tenant, list, &id.to_string());
        Ok(self.create(part, row::write(&key, &Reference { id }, None)?))
    }

    /// Takes it out again.
    pub(crate) fn remove_from_list(
        self,
        part: P,
        tenant: &Tenant,
        list: &str,
        id: &impl Display,
    ) -> Self {
        let key = keys::list_entry(tenant, list, &id.to_string());
        self.delete(part, key, Expression::none())
    }
}

impl Store {
    /// Reads one page of a list: up to `limit` (1 to 100) entries of its partition after `cursor`, and
    /// in one batch the rows they name. Rows that do not exist are left out.
    pub(crate) async fn list<I, T>(
        &self,
        operation: &'static str,
        partition: &str,
        limit: u32,
        cursor: Option<I>,
        key: impl Fn(&I) -> Key,
    ) -> Result<Page<T, I>, StoreError>
    where
        I: Copy + Display + DeserializeOwned,
        T: Projected,
    {
        let slice = Slice::of(limit, cursor.map(|id| Key::new(partition, id.to_string())));
        let (entries, after) = self.query(operation, partition, "", slice).await?;
        let mut ids: Vec<I> = Vec::with_capacity(entries.len());
        for entry in entries {
            ids.push(row::read::<Reference<I>>(entry)?.id);
        }
        let keys: Vec<Key> = ids.iter().map(key).collect();
        Ok(Page {
            items: self.read(operation, &keys).await?,
            next: after.and(ids.last().copied()),
        })
    }
}
