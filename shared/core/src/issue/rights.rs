//! What the principals of a token may do now, as it was read for its issue.

use crate::catalog::Catalog;
use crate::decision::rights::Rights;
use crate::directory::group::GroupRecord;
use crate::directory::principal::PrincipalRecord;
use crate::id::{GroupId, Principal};
use crate::scope::Scope;
use crate::scope::coverage::{Implications, ScopeSet};
use std::collections::HashMap;

/// One principal and what it may do now.
#[derive(Clone, Debug)]
pub struct PrincipalRights {
    /// Who.
    pub principal: Principal,
    /// What it may do now.
    pub now: RightsNow,
}

/// What a principal may do now.
#[derive(Clone, Debug)]
pub enum RightsNow {
    /// There is no such principal, or it is closed.
    Absent,
    /// All that its tokens hold: it has no rights of its own that could be taken.
    Unlimited,
    /// These.
    Limited(Rights),
}

impl RightsNow {
    /// What the rows say: `groups` holds the groups that a user is in and those around them.
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

    /// The first of `scopes` that the principal may not do.
    pub(super) fn lacks<'a>(
        &self,
        scopes: &'a ScopeSet,
        implications: &Implications,
    ) -> Option<&'a Scope> {
        match self {
            Self::Absent => scopes.iter().next(),
            Self::Unlimited => None,
            Self::Limited(rights) => scopes
                .iter()
                .find(|scope| !rights.cover(scope, implications)),
        }
    }

    /// As much of `scopes` as the principal may do; `None` where that is nothing.
    pub(super) fn within(
        &self,
        scopes: &ScopeSet,
        implications: &Implications,
    ) -> Option<ScopeSet> {
        match self {
            Self::Absent => None,
            Self::Unlimited => Some(scopes.clone()),
            Self::Limited(rights) => rights.within(scopes, implications),
        }
    }
}
