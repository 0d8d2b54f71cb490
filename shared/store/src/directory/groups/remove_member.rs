//! Removing a member from a group, and everybody from one that is closed.

use super::ancestors::memberships;
use super::member::{Member, MemberEntry, MemberError, Membership};
use super::node::GroupNode;
use crate::activity::Audit;
use crate::table::{
    Expression, Key, Outcome, Store, StoreError, TRANSACTION_LIMIT, Transaction, keys,
};
use hallpass_core::{GroupId, GroupRecord, PrincipalRecord, Tenant, UserId};
use std::collections::HashMap;
use std::fmt;
use tokio::time::Instant;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Member,
    Audit,
}

impl Store {
    /// Takes a user or a group out of a group; one that is not in it stays so.
    ///
    /// # Errors
    /// Says why nothing was changed.
    pub async fn remove_member(
        &self,
        membership: &Membership<'_>,
        audit: &Audit,
    ) -> Result<(), MemberError> {
        let group = self
            .open_group(membership.tenant, &membership.group)
            .await?;
        group.ok_or(MemberError::NoGroup)?;
        match membership.member {
            Member::User(user) => self.remove_user(membership, user, Some(audit)).await,
            Member::Group(group) => self.unnest(membership, group, Some(audit)).await,
        }
    }

    /// Takes a user out of a group, with no audit row of its own where the group is closed.
    pub(crate) async fn remove_user(
        &self,
        membership: &Membership<'_>,
        user: UserId,
        audit: Option<&Audit>,
    ) -> Result<(), MemberError> {
        let operation = "remove a member";
        let mut backoff = self.backoff(operation, audit.map_or(0, Audit::digest));
        loop {
            let user = self.open_user(membership.tenant, user).await?;
            if !user.member_of.contains(&membership.group) {
                return Ok(());
            }
            let ids = user.groups.iter().chain(&user.member_of).copied().collect();
            let groups: HashMap<GroupId, GroupNode> =
                self.groups_and_ancestors(membership.tenant, ids).await?;
            let others = user.member_of.iter().copied();
            let others = others.filter(|id| *id != membership.group);
            let (member_of, around) = memberships(others, &groups);
            let next = PrincipalRecord {
                member_of,
                groups: around,
                ..user
            };
            let mut transaction = Transaction::new(operation)
                .change_principal(Part::Member, &next)?
                .delete(Part::Member, membership.key(), Expression::none());
            if let Some(audit) = audit {
                transaction = transaction.log(Part::Audit, audit, membership.tenant)?;
            }
            match self.transact(&transaction).await? {
                Outcome::Written => return Ok(()),
                Outcome::Lost(_) => backoff.pause().await?,
            }
        }
    }

    /// Takes a user or group, whose row says that it is closed, from among the members of these
    /// groups.
    pub(crate) async fn remove_member_entries(
        &self,
        tenant: &Tenant,
        closed: &Key,
        member: &impl fmt::Display,
        groups: &[GroupId],
    ) -> Result<(), StoreError> {
        let member = member.to_string();
        for groups in groups.chunks(TRANSACTION_LIMIT.saturating_sub(1)) {
            let is_closed = Expression::new("attribute_exists(#closed_at)");
            let leave = Transaction::new("remove a member of groups").check(
                Part::Member,
                closed.clone(),
                is_closed,
            );
            let leave = groups.iter().fold(leave, |it, group| {
                let key = keys::member(tenant, group, &member);
                it.delete(Part::Member, key, Expression::none())
            });
            let (Outcome::Written | Outcome::Lost(_)) = self.transact(&leave).await?;
        }
        Ok(())
    }

    /// Takes everybody out of a group that is closed, which gives nothing any more: for tidiness
    /// alone, as far as time allows.
    pub(crate) async fn remove_all_members(&self, group: &GroupRecord, deadline: Instant) {
        let tenant = &group.tenant();
        let pk = keys::group_partition(tenant, &group.id);
        let row = keys::group(tenant, &group.id);
        let entries = self.remove_member_entries(tenant, &row, &group.id, &group.within);
        if entries.await.is_err() {
            return;
        }
        let operation = "walk a group";
        let Ok(entries) = self
            .query_all::<MemberEntry>(operation, &pk, keys::MEMBERS)
            .await
        else {
            return;
        };
        for MemberEntry { member } in entries {
            if Instant::now() >= deadline {
                return;
            }
            let membership = Membership {
                tenant,
                group: group.id,
                member,
            };
            let _best_effort = match member {
                Member::User(user) => self.remove_user(&membership, user, None).await,
                Member::Group(inner) => self.unnest(&membership, inner, None).await,
            };
        }
    }
}
