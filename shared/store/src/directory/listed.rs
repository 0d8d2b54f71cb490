//! Users, service accounts and groups as lists show them: without what they may do, which can be long.

use crate::table::Projected;
use hallpass_core::{
    AccountId, EnvironmentName, GroupId, GroupRecord, Principal, PrincipalName, PrincipalRecord,
    ScopeSet, TokenName, UnixMillis,
};
use serde::Deserialize;

/// A user or service account in a list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ListedPrincipal {
    /// `usr_…` or `svc_…`.
    pub id: Principal,
    /// The account it belongs to.
    pub account: AccountId,
    /// The environment it lives in.
    pub environment: EnvironmentName,
    /// What it is called.
    pub name: PrincipalName,
    /// What it may do everywhere.
    #[serde(default)]
    pub scopes: Option<ScopeSet>,
    /// The groups that a user belongs to directly.
    #[serde(default)]
    pub member_of: Vec<GroupId>,
    /// When it was made.
    pub created_at: UnixMillis,
    /// When it was closed.
    #[serde(default)]
    pub closed_at: Option<UnixMillis>,
}

/// A group in a list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ListedGroup {
    /// `grp_…`.
    pub id: GroupId,
    /// The account it belongs to.
    pub account: AccountId,
    /// The environment it lives in.
    pub environment: EnvironmentName,
    /// What people call it.
    #[serde(deserialize_with = "TokenName::stored")]
    pub name: TokenName,
    /// The groups that it belongs to directly.
    #[serde(default)]
    pub within: Vec<GroupId>,
    /// When it was made.
    pub created_at: UnixMillis,
    /// When it was closed.
    #[serde(default)]
    pub closed_at: Option<UnixMillis>,
}

impl Projected for ListedPrincipal {
    const ATTRIBUTES: &'static [&'static str] = &[
        "id",
        "account",
        "environment",
        "name",
        "scopes",
        "member_of",
        "created_at",
        "closed_at",
    ];
}

impl Projected for ListedGroup {
    const ATTRIBUTES: &'static [&'static str] = &[
        "id",
        "account",
        "environment",
        "name",
        "within",
        "created_at",
        "closed_at",
    ];
}

impl Projected for PrincipalRecord {
    const ATTRIBUTES: &'static [&'static str] = &[];
}

impl Projected for GroupRecord {
    const ATTRIBUTES: &'static [&'static str] = &[];
}
