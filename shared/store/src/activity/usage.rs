//! Reading use: the pages of an environment, by day.

use super::pages::read_page;
use super::uses::{ACCEPTED, Tally};
use crate::table::{Range, Store, StoreError, keys, row};
use hallpass_core::{Day, ParentId, Principal, Tenant, UnixMillis};
use serde::Deserialize;
use std::sync::Arc;

/// Which use is asked for.
#[derive(Clone, Debug)]
pub struct UsageQuery {
    /// The tenant.
    pub tenant: Tenant,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
    /// Where the page before ended, between `from` and `to`: its `next`.
    pub after: Option<String>,
}

/// What one token did for one principal in some time, at one route and with one outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageRow {
    /// The day.
    pub day: Day,
    /// The token, or a JWT's parent.
    pub token: ParentId,
    /// Who it spoke for.
    pub principal: Principal,
    /// The route; absent in what earlier versions wrote.
    pub route: Option<Arc<str>>,
    /// [`ACCEPTED`], or the code of a refusal.
    pub outcome: Arc<str>,
    /// How often, and when last.
    pub tally: Tally,
}

/// Some rows: as many as one answer of the table holds, 1 MB. There may be several of the same use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsagePage {
    /// The rows.
    pub rows: Vec<UsageRow>,
    /// Where to go on; absent after the last page, which may be empty.
    pub next: Option<String>,
}

/// A row that earlier versions wrote: one a day, token and principal, of accepted use.
#[derive(Deserialize)]
struct EarlierRow {
    day: Day,
    token: ParentId,
    principal: Principal,
    count: u64,
    last_used_at: UnixMillis,
}

impl Store {
    /// One page of an environment's use: one Query.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn usage(&self, query: &UsageQuery) -> Result<UsagePage, StoreError> {
        let range = Range {
            pk: keys::usage_partition(&query.tenant),
            from: format!("{}#", query.from),
            // Past every id.
            to: format!("{}#~", query.to),
            newest_first: false,
            limit: None,
            after: query.after.clone(),
        };
        let (items, next) = self.range("read use", range).await?;
        let mut rows = Vec::new();
        for item in items {
            if item.contains_key("packed") {
                let uses = read_page(&item).unwrap_or_default();
                rows.extend(uses.tallies.into_iter().map(|(of, tally)| UsageRow {
                    day: of.quarter.day(),
                    token: of.token,
                    principal: of.principal,
                    route: Some(of.route),
                    outcome: of.outcome,
                    tally,
                }));
            } else {
                let of: EarlierRow = row::read(item)?;
                rows.push(UsageRow {
                    day: of.day,
                    token: of.token,
                    principal: of.principal,
                    route: None,
                    outcome: ACCEPTED.into(),
                    tally: Tally {
                        count: of.count,
                        last_used_at: of.last_used_at,
                    },
                });
            }
        }
        Ok(UsagePage { rows, next })
    }
}
