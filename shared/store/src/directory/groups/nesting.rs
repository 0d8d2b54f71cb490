//! Nesting: groups within groups. Whether a nesting makes a circle, or too long a row, depends on all
//! nestings of the environment, so they are made one after the other.

use super::descendants::{Descendants, walk_deadline};
use super::member::{MemberError, Membership, check_grantable};
use crate::activity::Audit;
use crate::table::{Expression, Outcome, Store, StoreError, Transaction, keys, number};
use hallpass_core::{
    GroupId, GroupRecord, MOST_GROUPS, MOST_NESTED, Scope, Tenant, height, reached,
};
use serde::Deserialize;
use std::collections::{HashMap, HashSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Member,
    Nestings,
    Audit,
}

/// How many nestings there were.
#[derive(Default, Deserialize)]
struct Nestings {
    nestings: u64,
}

impl<P: Copy> Transaction<P> {
    /// Holds only where no nesting came between.
    fn after_nestings(self, part: P, tenant: &Tenant, read: u64) -> Self {
        let change =
            Expression::new("SET #nestings = :next").with(":next", number(read.saturating_add(1)));
        let when = if read == 0 {
            Expression::new("attribute_not_exists(#pk)")
        } else {
            Expression::new("#nestings = :read").with(":read", number(read))
        };
        let key = keys::nestings(tenant);
        self.update(part, key, change, when)
    }
}

impl Store {
    /// Puts a group into another one.
    pub(crate) async fn nest(
        &self,
        membership: &Membership<'_>,
        inner: GroupId,
        ungrantable: impl Fn(&GroupRecord) -> Option<Scope>,
        audit: &Audit,
    ) -> Result<(), MemberError> {
        let operation = "nest a group";
        let tenant = membership.tenant;
        let mut backoff = self.backoff(operation, audit.digest());
        loop {
            // First of all, so that what is read next is as it is while this number stands.
            let key = keys::nestings(tenant);
            let read: Option<Nestings> = self.find(operation, &key).await?;
            let Nestings { nestings } = read.unwrap_or_default();
            let ids = HashSet::from([inner, membership.group]);
            let mut groups = self.groups_and_ancestors(tenant, ids).await?;
            let next = nested(membership.group, inner, &groups)?;
            check_grantable(&reached(&[membership.group], &groups), &ungrantable)?;
            let Some(next) = next else { return Ok(()) };
            let most = MOST_NESTED.saturating_sub(height(membership.group, &groups));
            if self.is_deeper(tenant, inner, most).await? {
                return Err(MemberError::TooDeep);
            }
            let above: Vec<GroupRecord> = reached(&[membership.group], &groups)
                .into_iter()
                .cloned()
                .collect();
            groups.insert(inner, next.clone());
            if self.exceeds_group_limit(tenant, inner, &groups).await? {
                return Err(MemberError::TooManyGroups);
            }
            let above: Vec<&GroupRecord> = above.iter().collect();
            let transaction = Transaction::new(operation)
                .change_group(Part::Member, &next)?
                .add_member_entry(Part::Member, membership)?
                .while_groups_unchanged(Part::Member, &above)
                .after_nestings(Part::Nestings, tenant, nestings)
                .log(Part::Audit, audit, tenant)?;
            match self.transact(&transaction).await? {
                Outcome::Written => break,
                Outcome::Lost(_) => backoff.pause().await?,
            }
        }
        self.refresh_groups_of_descendants(tenant, inner, walk_deadline())
            .await;
        Ok(())
    }

    /// Takes a group out of another one, with no audit row of its own where that one is closed.
    /// Circles and rows only open by it: it waits for no nesting.
    pub(crate) async fn unnest(
        &self,
        membership: &Membership<'_>,
        inner: GroupId,
        audit: Option<&Audit>,
    ) -> Result<(), MemberError> {
        let operation = "unnest a group";
        let tenant = membership.tenant;
        let mut backoff = self.backoff(operation, audit.map_or(0, Audit::digest));
        loop {
            let read = self.open_group(tenant, &inner).await?;
            let mut next = read.ok_or(MemberError::NoMember)?;
            if !next.within.contains(&membership.group) {
                return Ok(());
            }
            next.within.retain(|id| *id != membership.group);
            let mut transaction = Transaction::new(operation)
                .change_group(Part::Member, &next)?
                .delete(Part::Member, membership.key(), Expression::none());
            if let Some(audit) = audit {
                transaction = transaction.log(Part::Audit, audit, tenant)?;
            }
            match self.transact(&transaction).await? {
                Outcome::Written => break,
                Outcome::Lost(_) => backoff.pause().await?,
            }
        }
        self.refresh_groups_of_descendants(tenant, inner, walk_deadline())
            .await;
        Ok(())
    }

    /// Whether more than `most` groups stand in a row from this one downwards, itself among them.
    async fn is_deeper(
        &self,
        tenant: &Tenant,
        group: GroupId,
        most: usize,
    ) -> Result<bool, StoreError> {
        let mut level = HashSet::from([group]);
        for _ in 0..most {
            let mut next = HashSet::new();
            for group in level {
                next.extend(self.groups_in(tenant, group).await?);
            }
            if next.is_empty() {
                return Ok(false);
            }
            level = next;
        }
        Ok(true)
    }

    /// Whether a user below would be in too many groups, once `groups` are written. Users that are not
    /// reached in time are not checked: for them, more is read at validation.
    async fn exceeds_group_limit(
        &self,
        tenant: &Tenant,
        group: GroupId,
        groups: &HashMap<GroupId, GroupRecord>,
    ) -> Result<bool, StoreError> {
        if reached(&[group], groups).len() > MOST_GROUPS {
            return Ok(true);
        }
        let mut descendants = Descendants::new(tenant, group, walk_deadline());
        while let Some(users) = descendants.next(self).await? {
            let mut around = self.groups_of_all(tenant, &users).await?;
            around.extend(groups.iter().map(|(id, group)| (*id, group.clone())));
            let mut sizes = users.iter().map(|it| reached(&it.member_of, &around).len());
            if sizes.any(|size| size > MOST_GROUPS) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The inner group as it is once it stands within the outer one; `None` if it does already.
fn nested(
    outer: GroupId,
    inner: GroupId,
    groups: &HashMap<GroupId, GroupRecord>,
) -> Result<Option<GroupRecord>, MemberError> {
    let is_open = |id: &GroupId| groups.get(id).is_some_and(|it| it.closed_at.is_none());
    if !is_open(&outer) {
        return Err(MemberError::NoGroup);
    }
    let Some(group) = groups.get(&inner).filter(|group| is_open(&group.id)) else {
        return Err(MemberError::NoMember);
    };
    if reached(&[outer], groups).iter().any(|it| it.id == inner) {
        return Err(MemberError::Circle);
    }
    if group.within.contains(&outer) {
        return Ok(None);
    }
    let mut next = group.clone();
    next.within.retain(is_open);
    next.within.push(outer);
    Ok(Some(next))
}
