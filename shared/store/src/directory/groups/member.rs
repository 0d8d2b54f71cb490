//! Members: users join groups and leave them. What counts is the `member_of` of a user's row and
//! the `within` of a group's; the entries in a group's partition are written with them, to be
//! listed.

use crate::activity::Audit;
use crate::directory::principal::as_read;
use crate::table::{
    Expression, Key, Outcome, Slice, Store, StoreError, Tenant, Transaction, keys, row,
};
use hallpass_core::{
    AccountId, EnvironmentName, GroupId, GroupRecord, IdError, MOST_GROUPS, Principal,
    PrincipalRecord, Scope, UserId, reached,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::{fmt, str::FromStr};
use thiserror::Error;

/// A user or a group in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Member {
    /// A user.
    User(UserId),
    /// A group, whose members are the group's as well.
    Group(GroupId),
}

/// A member and the group it joins or leaves.
#[derive(Clone, Copy, Debug)]
pub struct Membership<'a> {
    /// The account both belong to.
    pub account: &'a AccountId,
    /// The environment both live in.
    pub environment: &'a EnvironmentName,
    /// The group.
    pub group: GroupId,
    /// Who joins or leaves it.
    pub member: Member,
}

/// Some members of a group, in the order of their ids: groups first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberPage {
    /// Those groups that are not closed.
    pub groups: Vec<GroupRecord>,
    /// Those users that are not closed.
    pub users: Vec<PrincipalRecord>,
    /// The cursor of the next page; absent after the last one, which may be empty.
    pub next: Option<Member>,
}

/// Why nobody joined or left a group.
#[derive(Debug, Error)]
pub enum MemberError {
    /// There is no such group, or it is closed.
    #[error("there is no such group")]
    NoGroup,
    /// There is no such user or group to be its member, or it is closed.
    #[error("there is no such member")]
    NoMember,
    /// The group, or one it stands within, may do what the one who asks may not give.
    #[error("`{0}` is not the caller's to give")]
    NotHeld(Scope),
    /// A user would be in more groups than there can be read at once.
    #[error("a user would be in more than {MOST_GROUPS} groups")]
    TooManyGroups,
    /// A group would stand within itself.
    #[error("a group would stand within itself")]
    Circle,
    /// Too many groups would stand in a row.
    #[error("too many groups would stand within each other")]
    TooDeep,
    /// The table itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The table takes no more writes at once.
const MOST_OF_A_TRANSACTION: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Member,
    Audit,
}

/// A member's entry in its group's partition.
#[derive(Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) member: Member,
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => id.fmt(f),
            Self::Group(id) => id.fmt(f),
        }
    }
}

impl FromStr for Member {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.parse()
            .map(Self::User)
            .or_else(|_: IdError| text.parse().map(Self::Group))
            .map_err(|_one: IdError| IdError {
                expected: "usr_` or `grp_",
            })
    }
}

impl Serialize for Member {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl<'a> Membership<'a> {
    pub(crate) fn tenant(&self) -> Tenant<'a> {
        Tenant {
            account: self.account,
            environment: self.environment,
        }
    }

    pub(crate) fn key(&self) -> Key {
        let member = self.member.to_string();
        keys::member(self.account, self.environment, &self.group, &member)
    }
}

/// The first scope, if any, that a group may do and the one who asks may not give.
pub(crate) fn not_held(
    given: &[&GroupRecord],
    lacks: impl Fn(&GroupRecord) -> Option<Scope>,
) -> Result<(), MemberError> {
    match given.iter().find_map(|group| lacks(group)) {
        Some(scope) => Err(MemberError::NotHeld(scope)),
        None => Ok(()),
    }
}

impl<P: Copy> Transaction<P> {
    /// Writes a member's entry.
    pub(crate) fn enter(self, part: P, joining: &Membership<'_>) -> Result<Self, StoreError> {
        let entry = Entry {
            member: joining.member,
        };
        let row = row::write(&joining.key(), &entry, None)?;
        Ok(self.put(part, row, Expression::none()))
    }

    /// Holds only while these groups give what they gave when they were read. What stands further
    /// up than one transaction can ask is left unasked.
    pub(crate) fn while_as_read(self, part: P, groups: &[&GroupRecord]) -> Self {
        const BESIDE: usize = 10;
        let most = MOST_OF_A_TRANSACTION.saturating_sub(BESIDE);
        groups.iter().take(most).fold(self, |it, group| {
            let key = keys::group(&group.account, &group.environment, &group.id);
            it.check(part, key, as_read(group.version))
        })
    }
}

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

    /// Takes a user or a group out of a group; one that is not in it stays so.
    ///
    /// # Errors
    /// Says why nothing was changed.
    pub async fn leave(&self, leaving: &Membership<'_>, audit: &Audit) -> Result<(), MemberError> {
        let group = self
            .group(leaving.account, leaving.environment, &leaving.group)
            .await?;
        if group.is_none_or(|group| group.closed_at.is_some()) {
            return Err(MemberError::NoGroup);
        }
        match leaving.member {
            Member::User(user) => self.part_user(leaving, user, Some(audit)).await,
            Member::Group(group) => self.part_group(leaving, group, Some(audit)).await,
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

    /// Takes a user out of a group, with no audit row of its own where the group is closed.
    pub(crate) async fn part_user(
        &self,
        leaving: &Membership<'_>,
        user: UserId,
        audit: Option<&Audit>,
    ) -> Result<(), MemberError> {
        let operation = "leave a group";
        let mut backoff = self.backoff(operation, audit.map_or(0, Audit::digest));
        loop {
            let user = self.open_user(leaving.tenant(), user).await?;
            if !user.member_of.contains(&leaving.group) {
                return Ok(());
            }
            let groups = self.groups_of(&user).await?;
            let others = user.member_of.iter().copied();
            let others = others.filter(|id| *id != leaving.group);
            let next = in_groups(&user, others, &groups);
            let mut transaction = Transaction::new(operation)
                .change_principal(Part::Member, &next)?
                .delete(Part::Member, leaving.key(), Expression::none());
            if let Some(audit) = audit {
                transaction = transaction.log_in(Part::Audit, audit, leaving.tenant())?;
            }
            match self.transact(&transaction).await? {
                Outcome::Written => return Ok(()),
                Outcome::Lost(_) => backoff.pause().await?,
            }
        }
    }

    /// Takes a user or group, whose row says that it is closed, from among the members of these
    /// groups.
    pub(crate) async fn erase_entries(
        &self,
        tenant: Tenant<'_>,
        closed: &Key,
        member: &impl fmt::Display,
        groups: &[GroupId],
    ) -> Result<(), StoreError> {
        let member = member.to_string();
        for groups in groups.chunks(MOST_OF_A_TRANSACTION.saturating_sub(1)) {
            let is_closed = Expression::new("attribute_exists(#closed_at)");
            let leave =
                Transaction::new("leave groups").check(Part::Member, closed.clone(), is_closed);
            let leave = groups.iter().fold(leave, |it, group| {
                let key = keys::member(tenant.account, tenant.environment, group, &member);
                it.delete(Part::Member, key, Expression::none())
            });
            let (Outcome::Written | Outcome::Lost(_)) = self.transact(&leave).await?;
        }
        Ok(())
    }

    async fn open_user(
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

    /// Reads up to `limit` members of a group, 1 to 100, after the one of the cursor.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn members(
        &self,
        account: &AccountId,
        environment: &EnvironmentName,
        group: &GroupId,
        limit: u32,
        cursor: Option<Member>,
    ) -> Result<MemberPage, StoreError> {
        let tenant = Tenant {
            account,
            environment,
        };
        let slice = Slice {
            limit: i32::try_from(limit.clamp(1, 100)).ok(),
            after: cursor
                .map(|member| keys::member(account, environment, group, &member.to_string())),
        };
        let pk = keys::group_partition(account, environment, group);
        let (rows, after) = self
            .query("list members", &pk, keys::MEMBERS, slice)
            .await?;
        let (mut in_users, mut in_groups) = (Vec::new(), Vec::new());
        let mut last = None;
        for row in rows {
            let Entry { member } = row::read(row)?;
            match member {
                Member::User(user) => in_users.push(Principal::User(user)),
                Member::Group(group) => in_groups.push(group),
            }
            last = Some(member);
        }
        let mut users = self.all_principals(tenant, &in_users).await?;
        users.retain(|user| user.closed_at.is_none());
        let mut groups = self.groups(account, environment, &in_groups).await?;
        groups.retain(|group| group.closed_at.is_none());
        Ok(MemberPage {
            groups,
            users,
            next: after.and(last),
        })
    }
}
