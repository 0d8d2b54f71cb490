//! A member of a group, its entry in the group's partition, and why none was added or removed.

use crate::table::{Expression, Key, StoreError, Transaction, keys, row};
use hallpass_core::{
    GroupId, GroupRecord, IdError, MOST_AROUND, MOST_JOINED, MOST_PATHS, Scope, Tenant, UserId,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// The most groups that stand within one which is put into another, all levels counted: what each of
/// them stands within is read.
pub const MOST_BELOW: usize = 100;

/// A user or a group in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Member {
    /// A user.
    User(UserId),
    /// A group, whose members are the group's as well.
    Group(GroupId),
}

/// A member and the group it is added to or removed from.
#[derive(Clone, Copy, Debug)]
pub struct Membership<'a> {
    /// Where both live.
    pub tenant: &'a Tenant,
    /// The group.
    pub group: GroupId,
    /// Who is added or removed.
    pub member: Member,
}

/// Why no member was added or removed.
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
    /// The user would join more groups than a user may.
    #[error("the user would join more than {MOST_JOINED} groups")]
    TooManyGroups,
    /// More groups stand within the one to be nested than are looked at.
    #[error("more than {MOST_BELOW} groups stand within the group")]
    TooManyBelow,
    /// A user would have access to more paths than a user may.
    #[error("a user would have access to more than {MOST_PATHS} paths")]
    TooManyPaths,
    /// A group would stand within itself.
    #[error("a group would stand within itself")]
    Circle,
    /// A group would stand within more others than a group may.
    #[error("a group would stand within more than {MOST_AROUND} others")]
    TooDeep,
    /// The table itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A member's entry in its group's partition.
#[derive(Serialize, Deserialize)]
pub(crate) struct MemberEntry {
    pub(crate) member: Member,
}

impl Member {
    /// The user that it is, if it is one.
    pub(crate) fn user(self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(id),
            Self::Group(_) => None,
        }
    }

    /// The group that it is, if it is one.
    pub(crate) fn group(self) -> Option<GroupId> {
        match self {
            Self::User(_) => None,
            Self::Group(id) => Some(id),
        }
    }
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

impl Membership<'_> {
    pub(crate) fn key(&self) -> Key {
        let member = self.member.to_string();
        keys::member(self.tenant, &self.group, &member)
    }
}

/// All that these groups give, each scope of which the one who asks may give: `gives` answers that of
/// one group, or a scope that is not theirs to give.
pub(crate) fn given(
    groups: &[&GroupRecord],
    gives: impl Fn(&GroupRecord) -> Result<Vec<Scope>, Scope>,
) -> Result<Vec<Scope>, MemberError> {
    let mut all = Vec::new();
    for group in groups {
        all.extend(gives(group).map_err(MemberError::NotHeld)?);
    }
    Ok(all)
}

impl<P: Copy> Transaction<P> {
    /// Writes a member's entry.
    pub(crate) fn add_member_entry(
        self,
        part: P,
        membership: &Membership<'_>,
    ) -> Result<Self, StoreError> {
        let entry = MemberEntry {
            member: membership.member,
        };
        let row = row::write(&membership.key(), &entry, None)?;
        Ok(self.put(part, row, Expression::none()))
    }
}
