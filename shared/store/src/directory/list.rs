//! Lists of an environment: one row a user, service account, group and so on, in one partition a
//! sort.

use crate::activity::Audit;
use crate::table::{Expression, Key, Slice, Store, StoreError, Transaction, keys, row};
use hallpass_core::{AccountId, EnvironmentName};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt::Display;

/// Where an act happens: an account and one of its environments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Within<'a> {
    pub(crate) account: &'a AccountId,
    pub(crate) environment: &'a EnvironmentName,
}

/// A row that names something.
#[derive(Serialize, Deserialize)]
struct Reference<I> {
    id: I,
}

impl<P: Copy> Transaction<P> {
    /// Happens only while the account and the environment are there and open.
    pub(crate) fn while_open(self, part: P, within: Within<'_>) -> Self {
        let open = Expression::new("attribute_exists(#pk) AND attribute_not_exists(#closed_at)");
        let environment = keys::environment(within.account, within.environment);
        self.check(part, keys::account(within.account), open.clone())
            .check(part, environment, open)
    }

    /// Puts something new into the list of its sort.
    pub(crate) fn list<I: Display + Serialize>(
        self,
        part: P,
        within: Within<'_>,
        sort: &str,
        id: &I,
    ) -> Result<Self, StoreError> {
        let key = keys::listed(within.account, within.environment, sort, &id.to_string());
        Ok(self.create(part, row::write(&key, &Reference { id }, None)?))
    }

    /// Takes it out again.
    pub(crate) fn unlist(self, part: P, within: Within<'_>, sort: &str, id: &impl Display) -> Self {
        let key = keys::listed(within.account, within.environment, sort, &id.to_string());
        self.delete(part, key, Expression::none())
    }

    /// Adds the act to the log of the environment.
    pub(crate) fn log_within(
        self,
        part: P,
        audit: &Audit,
        within: Within<'_>,
    ) -> Result<Self, StoreError> {
        self.log(part, audit, within.account, within.environment)
    }
}

impl Store {
    /// The ids of one page of a list, up to `limit` (1 to 100) of them after `cursor`, and the
    /// cursor of the next page.
    pub(crate) async fn listed<I: Copy + Display + DeserializeOwned>(
        &self,
        operation: &'static str,
        within: Within<'_>,
        sort: &str,
        limit: u32,
        cursor: Option<I>,
    ) -> Result<(Vec<I>, Option<I>), StoreError> {
        let pk = keys::listed_partition(within.account, within.environment, sort);
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
