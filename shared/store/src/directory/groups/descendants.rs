//! The descendants of a group: its users and those of the groups within it, walked page by page.

use super::ancestors::memberships;
use super::member::{Member, MemberEntry};
use super::node::{GroupNode, UserNode};
use crate::directory::principal::unchanged;
use crate::table::{
    BATCH_LIMIT, Expression, Key, Outcome, Projected, Slice, Store, StoreError, Transaction, keys,
    number, row,
};
use hallpass_core::{GroupId, GroupRecord, MOST_PATHS, Principal, PrincipalRecord, Tenant};
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
    pub(crate) async fn next<U: Projected>(
        &mut self,
        store: &Store,
    ) -> Result<Option<Vec<U>>, StoreError> {
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
                let key = |user| keys::principal(self.tenant, user);
                let keys: Vec<Key> = users.iter().map(key).collect();
                return store.read("walk a group", &keys).await.map(Some);
            }
        }
        Ok(None)
    }
}

/// Writes down which groups a user is in, where the row is as it was read.
fn note_groups(
    tenant: &Tenant,
    user: &UserNode,
    groups: &[GroupId],
) -> Result<Transaction<Part>, StoreError> {
    let key = keys::principal(tenant, &user.id);
    let change = Expression::new("SET #groups = :groups, #version = :next")
        .with(":groups", row::value(&key, &groups)?)
        .with(":next", number(user.version.saturating_add(1)));
    Ok(Transaction::new("refresh a user").update(Part::User, key, change, unchanged(user.version)))
}

impl Store {
    /// The groups that stand within this one, all levels counted; `None` where these are more than
    /// `most`.
    pub(crate) async fn groups_below(
        &self,
        tenant: &Tenant,
        group: GroupId,
        most: usize,
    ) -> Result<Option<HashSet<GroupId>>, StoreError> {
        let mut found = HashSet::new();
        let mut next = vec![group];
        while let Some(group) = next.pop() {
            let pk = keys::group_partition(tenant, &group);
            let entries: Vec<MemberEntry> = self
                .query_all("walk a group", &pk, keys::MEMBER_GROUPS)
                .await?;
            let inner = entries.into_iter().filter_map(|entry| entry.member.group());
            next.extend(inner.filter(|inner| found.insert(*inner)));
            if found.len() > most {
                return Ok(None);
            }
        }
        Ok(Some(found))
    }

    /// Whether a user below a group would have access to more paths than a user may, once these groups
    /// are written. Looks at as many users of one page as one batch reads the groups of, which costs no
    /// more than the rights of one user do; the others are held to the limit when they join a group or are given
    /// access.
    pub(crate) async fn exceeds_path_limit(
        &self,
        tenant: &Tenant,
        group: GroupId,
        next: &HashMap<GroupId, GroupRecord>,
    ) -> Result<bool, StoreError> {
        let mut descendants = Descendants::new(tenant, group, walk_deadline());
        let Some(users) = descendants.next::<PrincipalRecord>(self).await? else {
            return Ok(false);
        };
        let mut ids: HashSet<GroupId> = HashSet::new();
        let within_batch = |user: &&PrincipalRecord| {
            let is_first = ids.is_empty();
            let of_user = user.groups.iter().chain(&user.member_of);
            ids.extend(of_user);
            is_first || ids.len() <= BATCH_LIMIT
        };
        let users: Vec<&PrincipalRecord> = users.iter().take_while(within_batch).collect();
        let of_users = users
            .iter()
            .flat_map(|user| user.groups.iter().chain(&user.member_of));
        let of_users = of_users.filter(|id| !next.contains_key(id)).copied();
        let mut groups: HashMap<GroupId, GroupRecord> = self
            .groups_and_ancestors(tenant, of_users.collect())
            .await?;
        groups.extend(next.iter().map(|(id, group)| (*id, group.clone())));
        Ok(users.iter().any(|user| user.paths(&groups) > MOST_PATHS))
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
        while let Ok(Some(users)) = descendants.next::<UserNode>(self).await {
            let ids = users
                .iter()
                .flat_map(|user| user.groups.iter().chain(&user.member_of))
                .copied()
                .collect();
            let groups = self.groups_and_ancestors::<GroupNode>(tenant, ids).await;
            let Ok(groups) = groups else { return };
            for user in users.iter().filter(|user| user.closed_at.is_none()) {
                let (_, around) = memberships(user.member_of.iter().copied(), &groups);
                if around == user.groups {
                    continue;
                }
                let Ok(refreshed) = note_groups(tenant, user, &around) else {
                    return;
                };
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
