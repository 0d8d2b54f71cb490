//! Joining a group: a user's row, and the entry in the group's partition, change together.

use super::ancestors::in_groups;
use super::member::{Member, MemberError, Membership, check_grantable};
use crate::activity::Audit;
use crate::table::{Outcome, Store, TenantRef, Transaction};
use hallpass_core::{GroupRecord, MOST_GROUPS, Principal, PrincipalRecord, Scope, UserId, reached};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Member,
    Audit,
}

impl Store {
    /// Puts a user or a group into a group; one that is in it stays so. `ungrantable` answers a scope
    /// that a group gives and that the caller may not grant, if there is one: it is called with the
    /// group and with its ancestors.
    ///
    /// # Errors
    /// Says why nothing was changed.
    pub async fn join(
        &self,
        joining: &Membership<'_>,
        ungrantable: impl Fn(&GroupRecord) -> Option<Scope>,
        audit: &Audit,
    ) -> Result<(), MemberError> {
        match joining.member {
            Member::User(user) => self.join_user(joining, user, ungrantable, audit).await,
            Member::Group(group) => self.nest(joining, group, ungrantable, audit).await,
        }
    }

    async fn join_user(
        &self,
        joining: &Membership<'_>,
        user: UserId,
        ungrantable: impl Fn(&GroupRecord) -> Option<Scope>,
        audit: &Audit,
    ) -> Result<(), MemberError> {
        let operation = "join a group";
        let mut backoff = self.backoff(operation, audit.digest());
        loop {
            let user = self.open_user(joining.tenant(), user).await?;
            let read_before = [&user.groups, &user.member_of].into_iter().flatten();
            let ids = read_before.chain([&joining.group]).copied().collect();
            let groups = self
                .groups_and_ancestors(joining.account, joining.environment, ids)
                .await?;
            let given = reached(&[joining.group], &groups);
            if given.is_empty() {
                return Err(MemberError::NoGroup);
            }
            check_grantable(&given, &ungrantable)?;
            if user.member_of.contains(&joining.group) {
                return Ok(());
            }
            let member_of = user.member_of.iter().chain([&joining.group]).copied();
            let next = in_groups(&user, member_of, &groups);
            if next.groups.len() > MOST_GROUPS {
                return Err(MemberError::TooManyGroups);
            }
            let transaction = Transaction::new(operation)
                .change_principal(Part::Member, &next)?
                .add_member_entry(Part::Member, joining)?
                .while_groups_unchanged(Part::Member, &given)
                .log_in(Part::Audit, audit, joining.tenant())?;
            match self.transact(&transaction).await? {
                Outcome::Written => return Ok(()),
                Outcome::Lost(_) => backoff.pause().await?,
            }
        }
    }

    /// The user, if they are not closed.
    pub(super) async fn open_user(
        &self,
        tenant: TenantRef<'_>,
        user: UserId,
    ) -> Result<PrincipalRecord, MemberError> {
        let user = self
            .principal(tenant.account, tenant.environment, &Principal::User(user))
            .await?;
        user.filter(|user| user.closed_at.is_none())
            .ok_or(MemberError::NoMember)
    }
}
