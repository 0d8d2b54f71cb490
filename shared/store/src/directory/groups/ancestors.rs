//! Groups and their ancestors: the groups that they stand within, at whatever distance.

use crate::table::{Key, Projected, Store, StoreError, keys};
use hallpass_core::{GroupId, GroupRecord, Nested, PrincipalRecord, Tenant, reached};
use std::collections::{HashMap, HashSet};

/// The groups that a user belongs to directly and in all, once they are members of these: those of them
/// that are not closed.
pub(crate) fn memberships<G: Nested>(
    member_of: impl Iterator<Item = GroupId>,
    groups: &HashMap<GroupId, G>,
) -> (Vec<GroupId>, Vec<GroupId>) {
    let is_open = |id: &GroupId| groups.get(id).is_some_and(Nested::is_open);
    let member_of: Vec<GroupId> = member_of.filter(is_open).collect();
    let reached = reached(&member_of, groups);
    let mut around: Vec<GroupId> = reached.into_iter().map(Nested::id).collect();
    around.sort_unstable();
    (member_of, around)
}

impl Store {
    /// Reads the groups a user is in, directly and by nesting: all that the user's row names in one
    /// round trip, and further ones where a group was put within another since.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn groups_of(
        &self,
        user: &PrincipalRecord,
    ) -> Result<HashMap<GroupId, GroupRecord>, StoreError> {
        let ids = user.groups.iter().chain(&user.member_of).copied().collect();
        self.groups_and_ancestors(&user.tenant(), ids).await
    }

    /// Reads the groups that these principals are in, as [`Self::groups_of`] does, in the same round
    /// trip for all that belong to one environment. Service accounts are in none.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn groups_of_users<'a>(
        &self,
        users: impl Iterator<Item = &'a PrincipalRecord>,
    ) -> Result<HashMap<GroupId, GroupRecord>, StoreError> {
        let mut of_tenants: HashMap<Tenant, HashSet<GroupId>> = HashMap::new();
        for user in users.filter(|user| user.closed_at.is_none()) {
            let ids = of_tenants.entry(user.tenant()).or_default();
            ids.extend(user.groups.iter().chain(&user.member_of));
        }
        let mut found = HashMap::new();
        for (tenant, ids) in of_tenants {
            found.extend(self.groups_and_ancestors(&tenant, ids).await?);
        }
        Ok(found)
    }

    /// Reads these groups and their ancestors: one round trip where `next` names them all.
    pub(crate) async fn groups_and_ancestors<G: Nested + Projected>(
        &self,
        tenant: &Tenant,
        mut next: HashSet<GroupId>,
    ) -> Result<HashMap<GroupId, G>, StoreError> {
        let mut found = HashMap::new();
        let mut read: HashSet<GroupId> = HashSet::new();
        while !next.is_empty() {
            let ids: Vec<GroupId> = next.into_iter().collect();
            let keys: Vec<Key> = ids.iter().map(|id| keys::group(tenant, id)).collect();
            let groups: Vec<G> = self.read("read groups", &keys).await?;
            read.extend(ids);
            next = groups
                .iter()
                .flat_map(|group| group.within().iter().copied())
                .filter(|id| !read.contains(id))
                .collect();
            found.extend(groups.into_iter().map(|group| (group.id(), group)));
        }
        Ok(found)
    }
}
