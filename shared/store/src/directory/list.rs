//! Lists of an environment: one partition for each type of principal, for groups, for shares and for
//! what lies in one folder, with one row for each of them.

use crate::table::{
    Expression, Key, Reference, Slice, Store, StoreError, TenantRef, Transaction, keys, row,
};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Display;

impl<P: Copy> Transaction<P> {
    /// Puts something new into a list.
    pub(crate) fn add_to_list<I: Display + Serialize>(
        self,
        part: P,
        tenant: TenantRef<'_>,
        list: &str,
        id: &I,
    ) -> Result<Self, StoreError> {
        let key = keys::list_entry(tenant.account, tenant.environment, list, &id.to_string());
        Ok(self.create(part, row::write(&key, &Reference { id }, None)?))
    }

    /// Takes it out again.
    pub(crate) fn remove_from_list(
        self,
        part: P,
        tenant: TenantRef<'_>,
        list: &str,
        id: &impl Display,
    ) -> Self {
        let key = keys::list_entry(tenant.account, tenant.environment, list, &id.to_string());
        self.delete(part, key, Expression::none())
    }
}

impl Store {
    /// The ids of one page of a list, up to `limit` (1 to 100) of them after `cursor`, and the
    /// cursor of the next page.
    pub(crate) async fn list_page<I: Copy + Display + DeserializeOwned>(
        &self,
        operation: &'static str,
        tenant: TenantRef<'_>,
        list: &str,
        limit: u32,
        cursor: Option<I>,
    ) -> Result<(Vec<I>, Option<I>), StoreError> {
        let pk = keys::list_partition(tenant.account, tenant.environment, list);
        let slice = Slice {
            limit: i32::try_from(limit.clamp(1, 100)).ok(),
            after: cursor.map(|id| Key {
                pk: pk.clone(),
                sk: id.to_string(),
            }),
        };
        let (rows, after) = self.query(operation, &pk, "", slice).await?;
        let mut ids = Vec::with_capacity(rows.len());
        for row in rows {
            ids.push(row::read::<Reference<I>>(row)?.id);
        }
        let next = after.and(ids.last().copied());
        Ok((ids, next))
    }
}
