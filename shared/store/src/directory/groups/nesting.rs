//! Nesting: groups within groups. Whether a nesting makes a circle, or too long a row, depends on all
//! nestings of the environment, so they are made one after the other.

use super::descendants::walk_deadline;
use super::member::{MOST_BELOW, MemberError, Membership, given};
use super::node::GroupNode;
use crate::activity::Audit;
use crate::table::{Expression, Outcome, Store, Transaction, keys, number};
use hallpass_core::{GroupId, GroupRecord, MOST_AROUND, Nested, Scope, Tenant, reached};
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
        gives: impl Fn(&GroupRecord) -> Result<Vec<Scope>, Scope>,
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
            let mut groups: HashMap<GroupId, GroupRecord> =
                self.groups_and_ancestors(tenant, ids).await?;
            let next = nested(membership.group, inner, &groups)?;
            let needed = given(&reached(&[membership.group], &groups), &gives)?;
            let audit = &audit.clone().needing(needed);
            let Some(next) = next else { return Ok(()) };
            groups.insert(inner, next.clone());
            let above = reached(&[membership.group], &groups);
            self.check_room(tenant, inner, &above).await?;
            if self.exceeds_path_limit(tenant, inner, &groups).await? {
                return Err(MemberError::TooManyPaths);
            }
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

    /// Checks that a group, and each below it, stands within no more others than a group may, once it
    /// stands within those `above`. No nesting comes between, so their rows need no condition.
    async fn check_room(
        &self,
        tenant: &Tenant,
        inner: GroupId,
        above: &[&GroupRecord],
    ) -> Result<(), MemberError> {
        let below = self.groups_below(tenant, inner, MOST_BELOW).await?;
        let mut below = below.ok_or(MemberError::TooManyBelow)?;
        below.insert(inner);
        let groups: HashMap<GroupId, GroupNode> =
            self.groups_and_ancestors(tenant, below.clone()).await?;
        let is_full = |id: &GroupId| {
            let around = reached(&[*id], &groups).into_iter().map(Nested::id);
            let around = around.chain(above.iter().map(|group| group.id));
            let around: HashSet<GroupId> = around.filter(|other| other != id).collect();
            around.len() > MOST_AROUND
        };
        if below.iter().any(is_full) {
            return Err(MemberError::TooDeep);
        }
        Ok(())
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
