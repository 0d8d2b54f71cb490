//! Groups of users, which can stand within other groups.

use crate::access::Access;
use crate::environment::EnvironmentName;
use crate::id::{AccountId, GroupId};
use crate::record::TokenName;
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// What the table holds of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRecord {
    /// `grp_…`.
    pub id: GroupId,
    /// The account it belongs to.
    pub account: AccountId,
    /// The environment it lives in.
    pub environment: EnvironmentName,
    /// What people call it.
    pub name: TokenName,
    /// What its members may do at which places.
    #[serde(default)]
    pub access: Access,
    /// The groups it stands in itself: its members have their access, too.
    #[serde(default)]
    pub within: Vec<GroupId>,
    /// When it was made.
    pub created_at: UnixMillis,
    /// When it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<UnixMillis>,
    /// Counts the changes of this row: a change is made to what was read, or not at all.
    #[serde(default)]
    pub version: u64,
}
