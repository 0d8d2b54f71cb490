//! Reading use: the rows of an environment, or of one token or principal, by day.

use crate::table::{Range, Store, StoreError, keys, row};
use hallpass_core::{Day, ParentId, Principal, Tenant, UnixMillis};
use serde::Deserialize;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Which use is asked for.
#[derive(Clone, Debug)]
pub struct UsageQuery {
    /// The tenant.
    pub tenant: Tenant,
    /// Everything, or what one token or principal did.
    pub of: UsageOf,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
    /// How many rows; as many as one answer of the table holds, 1 MB, if absent.
    pub limit: Option<u8>,
    /// Where the page before ended, between `from` and `to`.
    pub after: Option<UsageCursor>,
}

/// Whose use is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageOf {
    /// The whole environment's.
    Everything,
    /// What one token did, and the JWTs whose parent it is.
    Token(ParentId),
    /// What one principal did.
    Principal(Principal),
}

/// What one token did for one principal on one day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct UsageRow {
    /// The day.
    pub day: Day,
    /// The token, or a JWT's parent.
    pub token: ParentId,
    /// Who it spoke for.
    pub principal: Principal,
    /// How often.
    pub count: u64,
    /// When last.
    pub last_used_at: UnixMillis,
}

/// Some rows, in the order of their days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsagePage {
    /// The rows.
    pub rows: Vec<UsageRow>,
    /// Where to go on; absent after the last page, which may be empty.
    pub next: Option<UsageCursor>,
}

/// Where a page of use ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageCursor {
    /// The last row's day.
    pub day: Day,
    pub(super) token: ParentId,
    pub(super) principal: Principal,
}

/// A text that is not a cursor of this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the cursor is not one that this list gave")]
pub struct UsageCursorError;

impl Store {
    /// One page of an environment's use: one Query.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn usage(&self, query: &UsageQuery) -> Result<UsagePage, StoreError> {
        let tenant = &query.tenant;
        let range = Range {
            pk: match &query.of {
                UsageOf::Everything => keys::usage_partition(tenant),
                UsageOf::Token(token) => keys::usage_partition_of(tenant, token),
                UsageOf::Principal(principal) => keys::usage_partition_of(tenant, principal),
            },
            from: format!("{}#", query.from),
            // Past every id.
            to: format!("{}#~", query.to),
            newest_first: false,
            limit: query.limit.map(i32::from),
            after: query.after.as_ref().map(UsageCursor::sort_key),
        };
        let (items, after) = self.range("read use", range).await?;
        let mut rows: Vec<UsageRow> = Vec::with_capacity(items.len());
        for item in items {
            rows.push(row::read(item)?);
        }
        let next = after.and(rows.last().map(|row| UsageCursor {
            day: row.day,
            token: row.token,
            principal: row.principal,
        }));
        Ok(UsagePage { rows, next })
    }
}

impl UsageCursor {
    pub(super) fn sort_key(&self) -> String {
        format!("{}#{}#{}", self.day, self.token, self.principal)
    }
}

impl fmt::Display for UsageCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.day, self.token, self.principal)
    }
}

impl FromStr for UsageCursor {
    type Err = UsageCursorError;

    fn from_str(text: &str) -> Result<Self, UsageCursorError> {
        let mut parts = text.splitn(3, '.');
        let mut part = || parts.next().unwrap_or_default();
        Ok(Self {
            day: part().parse().map_err(|_not_a_day| UsageCursorError)?,
            token: part().parse().map_err(|_not_an_id| UsageCursorError)?,
            principal: part().parse().map_err(|_not_an_id| UsageCursorError)?,
        })
    }
}
