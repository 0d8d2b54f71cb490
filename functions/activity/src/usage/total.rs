//! Totals: the rows of a page added up.

use super::UsageView;
use hallpass_store::UsageRow;
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// By what a total is grouped.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GroupBy {
    Principal,
    Token,
    Day,
}

/// One total a principal, token or day, in their order. They are of one page: whoever reads several
/// adds them up.
pub(super) fn totals(group_by: GroupBy, rows: &[UsageRow]) -> Vec<UsageView> {
    let mut totals = BTreeMap::new();
    for row in rows {
        let (day, token, principal) = match group_by {
            GroupBy::Principal => (None, None, Some(row.principal)),
            GroupBy::Token => (None, Some(row.token), None),
            GroupBy::Day => (Some(row.day), None, None),
        };
        let last_used_at = row.last_used_at.seconds();
        let total = totals.entry((day, token, principal)).or_insert(UsageView {
            day,
            token,
            principal,
            user: None,
            count: 0,
            last_used_at,
        });
        total.count = total.count.saturating_add(row.count);
        total.last_used_at = total.last_used_at.max(last_used_at);
    }
    totals.into_values().collect()
}
