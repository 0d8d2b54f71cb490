//! The current rights of principals, as they were read for the issue of a token.

use crate::catalog::Catalog;
use crate::decision::rights::Rights;
use crate::directory::group::GroupRecord;
use crate::directory::principal::{PrincipalName, PrincipalRecord};
use crate::id::{GroupId, Principal};
use std::collections::HashMap;

/// One principal and what it may do now.
#[derive(Clone, Debug)]
pub struct PrincipalRights {
    /// The principal.
    pub principal: Principal,
    /// What it is called now; none if it does not exist.
    pub name: Option<PrincipalName>,
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
        let Some(open) = record.filter(|record| record.closed_at.is_none()) else {
            return Self::Absent;
        };
        Rights::bounding(open, groups, catalog).map_or(Self::Unlimited, Self::Limited)
    }
}
