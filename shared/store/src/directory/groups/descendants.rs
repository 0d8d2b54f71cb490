//! The descendants of a group: its users and those of the groups within it, walked page by page.

use super::ancestors::in_groups;
use super::member::{Member, MemberEntry};
use crate::table::{Key, Outcome, Slice, Store, StoreError, Transaction, keys, row};
use hallpass_core::{GroupId, GroupRecord, Principal, PrincipalRecord, Tenant};
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use tokio::time::Instant;

/// Members a page.
const PAGE: i32 = 100;

/// How long the users below a group are read before a nesting, and their rows refreshed after it.
/// Those that are not reached in that time are read at validation.
const WALK_FOR: Duration = Duration::from_secs(1);

/// Until when a walk that begins now may go on.
pub(crate) fn walk_deadline() -> Instant {
    let now = Instant::now();
    now.checked_add(WALK_FOR).unwrap_or(now)
}

/// A walk that stops where its time is over.
#[derive(Debug)]
pub(crate) struct Descendants<'a> {
    tenant: &'a Tenant,
    left: Vec<(GroupId, Option<Key>)>,
    seen: HashSet<GroupId>,
    deadline: Instant,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    User,
}

impl<'a> Descendants<'a> {
    pub(crate) fn new(tenant: &'a Tenant, group: GroupId, deadline: Instant) -> Self {
        Self {
            tenant,
            left: vec![(group, None)],
            seen: HashSet::from([group]),
            deadline,
        }
    }

    /// The next users, at most a page of them; `None` after the last one, and when time is over.
    pub(crate) async fn next(
        &mut self,
        store: &Store,
    ) -> Result<Option<Vec<PrincipalRecord>>, StoreError> {
        while let Some((group, after)) = self.left.pop() {
            if Instant::now() >= self.deadline {
                return Ok(None);
            }
            let limit = Some(PAGE);
            let slice = Slice { limit, after };
            let pk = keys::group_partition(self.tenant, &group);
            let (rows, after) = store
                .query("walk a group", &pk, keys::MEMBERS, slice)
                .await?;
            if after.is_some() {
                self.left.push((group, after));
            }
            let mut users = Vec::new();
            for row in rows {
                let MemberEntry { member } = row::read(row)?;
                match member {
                    Member::User(user) => users.push(Principal::User(user)),
                    Member::Group(inner) if self.seen.insert(inner) => {
                        self.left.push((inner, None));
                    }
                    Member::Group(_) => {}
                }
            }
            if !users.is_empty() {
                return store.principals_by_id(self.tenant, &users).await.map(Some);
            }
        }
        Ok(None)
    }
}

impl Store {
    /// The groups that stand directly in this one.
    pub(crate) async fn groups_in(
        &self,
        tenant: &Tenant,
        group: GroupId,
    ) -> Result<Vec<GroupId>, StoreError> {
        let pk = keys::group_partition(tenant, &group);
        let entries: Vec<MemberEntry> = self
            .query_all("walk a group", &pk, keys::MEMBER_GROUPS)
            .await?;
        Ok(entries
            .into_iter()
            .filter_map(|entry| entry.member.group())
            .collect())
    }

    /// The groups that these users are in, themselves and by nesting.
    pub(crate) async fn groups_of_all(
        &self,
        tenant: &Tenant,
        users: &[PrincipalRecord],
    ) -> Result<HashMap<GroupId, GroupRecord>, StoreError> {
        let ids = users
            .iter()
            .flat_map(|user| user.groups.iter().chain(&user.member_of))
            .copied()
            .collect();
        self.groups_and_ancestors(tenant, ids).await
    }

    /// Writes down, on the rows of the users below a group, which groups they are in now, so that a
    /// validation reads those in one round trip. Nothing else depends on it: it stops at the deadline,
    /// and where the table does not answer.
    pub(crate) async fn refresh_groups_of_descendants(
        &self,
        tenant: &Tenant,
        group: GroupId,
        deadline: Instant,
    ) {
        let mut descendants = Descendants::new(tenant, group, deadline);
        while let Ok(Some(users)) = descendants.next(self).await {
            let Ok(groups) = self.groups_of_all(tenant, &users).await else {
                return;
            };
            for user in users.iter().filter(|user| user.closed_at.is_none()) {
                let next = in_groups(user, user.member_of.iter().copied(), &groups);
                if next.groups == user.groups {
                    continue;
                }
                let refreshed =
                    Transaction::new("refresh a user").change_principal(Part::User, &next);
                let Ok(refreshed) = refreshed else { return };
                // Whoever changes the row meanwhile writes them down as well.
                match self.transact(&refreshed).await {
                    Ok(Outcome::Written | Outcome::Lost(_)) => {}
                    Err(_outage) => return,
                }
                if Instant::now() >= deadline {
                    return;
                }
            }
        }
    }
}
