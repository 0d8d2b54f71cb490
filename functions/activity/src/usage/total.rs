//! Totals: the rows of the table added up.

use super::UsageView;
use super::cursor::total;
use super::group_by::{By, GroupBy};
use hallpass_core::{ParentId, Principal};
use hallpass_store::{ACCEPTED, UsageRow};
use std::collections::HashMap;

/// Which use is added up, and by what.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub(super) group_by: GroupBy,
    pub(super) token: Option<ParentId>,
    pub(super) principal: Option<Principal>,
    pub(super) route: Option<&'a str>,
    pub(super) outcome: Option<&'a str>,
}

impl Wanted<'_> {
    /// One total for each that there is of what it is grouped by, in the order of what they are of.
    pub(super) fn totals(&self, rows: Vec<UsageRow>) -> Vec<UsageView> {
        let is_by = |by| self.group_by.is_by(by);
        let mut totals = HashMap::new();
        for row in rows.into_iter().filter(|row| self.includes(row)) {
            let day = is_by(By::Day).then_some(row.day);
            let token = is_by(By::Token).then_some(row.token);
            let principal = is_by(By::Principal).then_some(row.principal);
            let route = row.route.filter(|_| is_by(By::Route));
            let outcome = is_by(By::Outcome).then_some(row.outcome);
            let last_used_at = row.tally.last_used_at.seconds();
            let group = (day, token, principal, route.clone(), outcome.clone());
            let so_far = totals.entry(group).or_insert_with(|| UsageView {
                day,
                token,
                principal,
                user: None,
                route: route.as_deref().map(str::to_owned),
                outcome: outcome.as_deref().map(str::to_owned),
                count: 0,
                last_used_at,
            });
            so_far.count = so_far.count.saturating_add(row.tally.count);
            so_far.last_used_at = so_far.last_used_at.max(last_used_at);
        }
        let mut totals: Vec<UsageView> = totals.into_values().collect();
        totals.sort_by_cached_key(total);
        totals
    }

    fn includes(&self, row: &UsageRow) -> bool {
        let outcome = match self.outcome {
            None if self.group_by.is_by(By::Outcome) => None,
            None => Some(ACCEPTED),
            named => named,
        };
        self.token.is_none_or(|token| token == row.token)
            && self
                .principal
                .is_none_or(|principal| principal == row.principal)
            && self
                .route
                .is_none_or(|route| row.route.as_deref() == Some(route))
            && outcome.is_none_or(|outcome| outcome == &*row.outcome)
    }
}
