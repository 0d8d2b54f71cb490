//! Joining a group: a user's row, and the entry in the group's partition, change together.

use super::ancestors::in_groups;
use super::member::{Member, MemberError, Membership, not_held};
use crate::activity::Audit;
use crate::table::{Outcome, Store, Tenant, Transaction};
use hallpass_core::{GroupRecord, MOST_GROUPS, Principal, PrincipalRecord, Scope, UserId, reached};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Member,
    Audit,
}

impl Store {
    /// Puts a user or a group into a group; once there, nothing is changed. `lacks` says what the
    /// one who asks may not give of what a group gives; it is asked of the group and of those
    /// around it.
    ///
    /// # Errors
    /// Says why nothing was changed.
    pub async fn join(
        &self,
        joining: &Membership<'_>,
        lacks: impl Fn(&GroupRecord) -> Option<Scope>,
        audit: &Audit,
    ) -> Result<(), MemberError> {
        match joining.member {
            Member::User(user) => self.join_user(joining, user, lacks, audit).await,
            Member::Group(group) => self.nest(joining, group, lacks, audit).await,
        }
    }

    async fn join_user(
        &self,
        joining: &Membership<'_>,
        user: UserId,
        lacks: impl Fn(&GroupRecord) -> Option<Scope>,
        audit: &Audit,
    ) -> Result<(), MemberError> {
        let operation = "join a group";
        let mut backoff = self.backoff(operation, audit.digest());
        loop {
            let user = self.open_user(joining.tenant(), user).await?;
            let known = [&user.groups, &user.member_of].into_iter().flatten();
            let asked = known.chain([&joining.group]).copied().collect();
            let groups = self
                .groups_around(joining.account, joining.environment, asked)
                .await?;
            let given = reached(&[joining.group], &groups);
            if given.is_empty() {
                return Err(MemberError::NoGroup);
            }
            not_held(&given, &lacks)?;
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
                .enter(Part::Member, joining)?
                .while_as_read(Part::Member, &given)
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
        tenant: Tenant<'_>,
        user: UserId,
    ) -> Result<PrincipalRecord, MemberError> {
        let user = self
            .principal(tenant.account, tenant.environment, &Principal::User(user))
            .await?;
        user.filter(|user| user.closed_at.is_none())
            .ok_or(MemberError::NoMember)
    }
}
