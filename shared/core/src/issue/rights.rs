//! The current rights of principals, as they were read for the issue of a token.

use crate::catalog::Catalog;
use crate::decision::rights::Rights;
use crate::directory::group::GroupRecord;
use crate::directory::principal::PrincipalRecord;
use crate::id::{GroupId, Principal};
use crate::scope::Scope;
use crate::scope::coverage::Implications;
use crate::scope::set::ScopeSet;
use std::collections::HashMap;

/// One principal and what it may do now.
#[derive(Clone, Debug)]
pub struct PrincipalRights {
    /// The principal.
    pub principal: Principal,
    /// What it may do now.
    pub now: RightsNow,
}

/// What a principal may do now.
#[derive(Clone, Debug)]
pub enum RightsNow {
    /// There is no such principal, or it is closed.
    Absent,
    /// It has no rights of its own that could be taken away: its tokens' scopes alone count.
    Unlimited,
    /// It may do these things.
    Limited(Rights),
}

impl RightsNow {
    /// The rights of the principal whose row is `record`. `groups` has the rows of a user's groups and
    /// of all groups that these belong to.
    #[must_use]
    pub fn of(
        record: Option<&PrincipalRecord>,
        groups: &HashMap<GroupId, GroupRecord>,
        catalog: &Catalog,
    ) -> Self {
        match record.filter(|record| record.closed_at.is_none()) {
            None => Self::Absent,
            Some(user) if matches!(user.id, Principal::User(_)) => {
                Self::Limited(Rights::of(user, groups, catalog))
            }
            Some(_service_account) => Self::Unlimited,
        }
    }

    /// The first of `scopes` that the principal's rights do not cover.
    pub(super) fn uncovered<'a>(
        &self,
        scopes: &'a ScopeSet,
        implications: &Implications,
    ) -> Option<&'a Scope> {
        match self {
            Self::Absent => scopes.iter().next(),
            Self::Unlimited => None,
            Self::Limited(rights) => scopes
                .iter()
                .find(|scope| !rights.covers(scope, implications)),
        }
    }

    /// As much of `scopes` as the principal may do; `None` where that is nothing.
    pub(super) fn intersection(
        &self,
        scopes: &ScopeSet,
        implications: &Implications,
    ) -> Option<ScopeSet> {
        match self {
            Self::Absent => None,
            Self::Unlimited => Some(scopes.clone()),
            Self::Limited(rights) => rights.intersection(scopes, implications),
        }
    }
}
