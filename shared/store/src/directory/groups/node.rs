//! Users and groups as far as nesting is concerned: without what they may do, which can be long.

use crate::table::Projected;
use hallpass_core::{GroupId, Nested, Principal, UnixMillis};
use serde::Deserialize;

/// A group and what it stands within.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct GroupNode {
    pub(crate) id: GroupId,
    #[serde(default)]
    within: Vec<GroupId>,
    #[serde(default)]
    closed_at: Option<UnixMillis>,
}

/// A user and the groups around them.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct UserNode {
    pub(crate) id: Principal,
    #[serde(default)]
    pub(crate) member_of: Vec<GroupId>,
    #[serde(default)]
    pub(crate) groups: Vec<GroupId>,
    #[serde(default)]
    pub(crate) closed_at: Option<UnixMillis>,
    #[serde(default)]
    pub(crate) version: u64,
}

impl Projected for GroupNode {
    const ATTRIBUTES: &'static [&'static str] = &["id", "within", "closed_at"];
}

impl Projected for UserNode {
    const ATTRIBUTES: &'static [&'static str] =
        &["id", "member_of", "groups", "closed_at", "version"];
}

impl Nested for GroupNode {
    fn id(&self) -> GroupId {
        self.id
    }

    fn within(&self) -> &[GroupId] {
        &self.within
    }

    fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }
}
