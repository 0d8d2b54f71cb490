//! Groups of users, which can stand within other groups.

use crate::directory::access::Access;
use crate::directory::environment::EnvironmentName;
use crate::directory::tenant::Tenant;
use crate::id::{AccountId, GroupId};
use crate::text::fold::folded;
use crate::time::UnixMillis;
use crate::token::record::TokenName;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

/// The most groups that one user joins.
pub const MOST_JOINED: usize = 20;

/// The most groups that a group stands within, all levels counted. So no user belongs to more than
/// [`MOST_JOINED`] groups and as many times this: one hundred, which one batch reads.
pub const MOST_AROUND: usize = 4;

/// What the table holds of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRecord {
    /// `grp_…`.
    pub id: GroupId,
    /// The account it belongs to.
    pub account: AccountId,
    /// The environment it lives in.
    pub environment: EnvironmentName,
    /// What people call it.
    #[serde(deserialize_with = "TokenName::stored")]
    pub name: TokenName,
    /// Its name as names are compared, by which the row of its name is found; absent where the group was
    /// made before the names of groups were unique.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_key: Option<String>,
    /// The levels that its members have, by path.
    #[serde(default)]
    pub access: Access,
    /// The groups that it belongs to directly: its members have their access, too.
    #[serde(default)]
    pub within: Vec<GroupId>,
    /// When it was made.
    pub created_at: UnixMillis,
    /// When it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<UnixMillis>,
    /// Counts the changes of this row: a write is conditional on the version that was read.
    #[serde(default)]
    pub version: u64,
}

impl GroupRecord {
    /// One that is made now: with no access yet, and within no other.
    #[must_use]
    pub fn new(id: GroupId, tenant: Tenant, name: TokenName, now: UnixMillis) -> Self {
        Self {
            id,
            account: tenant.account,
            environment: tenant.environment,
            name_key: Some(folded(name.as_str())),
            name,
            access: Access::default(),
            within: Vec::new(),
            created_at: now,
            closed_at: None,
            version: 0,
        }
    }

    /// Where it lives.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        Tenant {
            account: self.account,
            environment: self.environment.clone(),
        }
    }
}

/// A group as far as the groups that it stands within are concerned.
pub trait Nested {
    /// Its id.
    fn id(&self) -> GroupId;

    /// The groups that it belongs to directly.
    fn within(&self) -> &[GroupId];

    /// Whether it is not closed.
    fn is_open(&self) -> bool;
}

impl Nested for GroupRecord {
    fn id(&self) -> GroupId {
        self.id
    }

    fn within(&self) -> &[GroupId] {
        &self.within
    }

    fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }
}

/// These groups and all groups that they belong to, directly or by nesting, each once, without closed
/// ones. `groups` has the rows; a group whose row is missing is treated as closed.
#[must_use]
pub fn reached<'a, G: Nested, S: BuildHasher>(
    from: &[GroupId],
    groups: &'a HashMap<GroupId, G, S>,
) -> Vec<&'a G> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut next: Vec<GroupId> = from.to_vec();
    while let Some(id) = next.pop() {
        let open = groups.get(&id).filter(|group| group.is_open());
        if let Some(group) = open.filter(|_| seen.insert(id)) {
            next.extend(group.within());
            found.push(group);
        }
    }
    found
}
