//! Adding a member to a group: a user's row, and the entry in the group's partition, change together.

use super::ancestors::memberships;
use super::member::{Member, MemberError, Membership, given};
use crate::activity::Audit;
use crate::table::{Outcome, Store, Transaction};
use hallpass_core::{
    GroupId, GroupRecord, MOST_JOINED, MOST_PATHS, Principal, PrincipalRecord, Scope, Tenant,
    UserId, reached,
};
use std::collections::HashMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Member,
    Audit,
}

impl Store {
    /// Puts a user or a group into a group; one that is in it stays so. `gives` answers what a
    /// group gives, or a scope of it that the caller may not give: it is called with the group and with
    /// its ancestors.
    ///
    /// # Errors
    /// Says why nothing was changed.
    pub async fn add_member(
        &self,
        membership: &Membership<'_>,
        gives: impl Fn(&GroupRecord) -> Result<Vec<Scope>, Scope>,
        audit: &Audit,
    ) -> Result<(), MemberError> {
        match membership.member {
            Member::User(user) => self.add_user(membership, user, gives, audit).await,
            Member::Group(group) => self.nest(membership, group, gives, audit).await,
        }
    }

    async fn add_user(
        &self,
        membership: &Membership<'_>,
        user: UserId,
        gives: impl Fn(&GroupRecord) -> Result<Vec<Scope>, Scope>,
        audit: &Audit,
    ) -> Result<(), MemberError> {
        let operation = "add a member";
        let mut backoff = self.backoff(operation, audit.digest());
        loop {
            let user = self.open_user(membership.tenant, user).await?;
            let read_before = [&user.groups, &user.member_of].into_iter().flatten();
            let ids = read_before.chain([&membership.group]).copied().collect();
            let groups: HashMap<GroupId, GroupRecord> =
                self.groups_and_ancestors(membership.tenant, ids).await?;
            let groups_given = reached(&[membership.group], &groups);
            if groups_given.is_empty() {
                return Err(MemberError::NoGroup);
            }
            let audit = &audit.clone().needing(given(&groups_given, &gives)?);
            if user.member_of.contains(&membership.group) {
                return Ok(());
            }
            let member_of = user.member_of.iter().chain([&membership.group]).copied();
            let (member_of, around) = memberships(member_of, &groups);
            let next = PrincipalRecord {
                member_of,
                groups: around,
                ..user
            };
            if next.member_of.len() > MOST_JOINED {
                return Err(MemberError::TooManyGroups);
            }
            if next.paths(&groups) > MOST_PATHS {
                return Err(MemberError::TooManyPaths);
            }
            let transaction = Transaction::new(operation)
                .change_principal(Part::Member, &next)?
                .add_member_entry(Part::Member, membership)?
                .while_groups_unchanged(Part::Member, &groups_given)
                .log(Part::Audit, audit, membership.tenant)?;
            match self.transact(&transaction).await? {
                Outcome::Written => return Ok(()),
                Outcome::Lost(_) => backoff.pause().await?,
            }
        }
    }

    /// The user, if they are not closed.
    pub(super) async fn open_user(
        &self,
        tenant: &Tenant,
        user: UserId,
    ) -> Result<PrincipalRecord, MemberError> {
        let user = self.open_principal(tenant, &Principal::User(user)).await?;
        user.ok_or(MemberError::NoMember)
    }
}
