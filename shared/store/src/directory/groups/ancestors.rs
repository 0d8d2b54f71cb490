//! Groups and their ancestors: the groups that they stand within, at whatever distance.

use crate::table::{BATCH_LIMIT, Key, Store, StoreError, keys, row};
use hallpass_core::{GroupId, GroupRecord, PrincipalRecord, Tenant, reached};
use std::collections::{HashMap, HashSet};

/// A user as they are once they are in these groups: those of them that are not closed.
pub(crate) fn in_groups(
    user: &PrincipalRecord,
    member_of: impl Iterator<Item = GroupId>,
    groups: &HashMap<GroupId, GroupRecord>,
) -> PrincipalRecord {
    let is_open = |id: &GroupId| groups.get(id).is_some_and(|it| it.closed_at.is_none());
    let member_of: Vec<GroupId> = member_of.filter(is_open).collect();
    let mut around: Vec<GroupId> = reached(&member_of, groups).iter().map(|it| it.id).collect();
    around.sort_unstable();
    PrincipalRecord {
        member_of,
        groups: around,
        ..user.clone()
    }
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
    pub(crate) async fn groups_and_ancestors(
        &self,
        tenant: &Tenant,
        mut next: HashSet<GroupId>,
    ) -> Result<HashMap<GroupId, GroupRecord>, StoreError> {
        let mut found = HashMap::new();
        let mut read: HashSet<GroupId> = HashSet::new();
        while !next.is_empty() {
            let ids: Vec<GroupId> = next.into_iter().collect();
            let groups = self.groups(tenant, &ids).await?;
            read.extend(ids);
            next = groups
                .iter()
                .flat_map(|group| group.within.iter().copied())
                .filter(|id| !read.contains(id))
                .collect();
            found.extend(groups.into_iter().map(|group| (group.id, group)));
        }
        Ok(found)
    }

    /// Reads these groups, in this order; those that do not exist are left out.
    pub(crate) async fn groups(
        &self,
        tenant: &Tenant,
        ids: &[GroupId],
    ) -> Result<Vec<GroupRecord>, StoreError> {
        let key = |id| keys::group(tenant, id);
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(BATCH_LIMIT) {
            let keys: Vec<Key> = some.iter().map(key).collect();
            for row in self.batch("read groups", &keys).await? {
                found.push(row::read(row)?);
            }
        }
        Ok(found)
    }
}
