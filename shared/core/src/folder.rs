//! Folders: places of an environment, in a tree.

use crate::environment::EnvironmentName;
use crate::id::{AccountId, FolderId};
use crate::record::TokenName;
use crate::scope::Path;
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// The path of the folder that every environment has, and whose contents are public.
pub const PUBLIC_FOLDER: &str = "folder/public";

/// What the table holds of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderRecord {
    /// `fld_…`.
    pub id: FolderId,
    /// The account it belongs to.
    pub account: AccountId,
    /// The environment it lives in.
    pub environment: EnvironmentName,
    /// What people call it.
    pub name: TokenName,
    /// The folder it lies in; none at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<FolderId>,
    /// Its place, as scopes name it: `folder/` and the ids from the top down to it.
    pub path: Path,
    /// When it was made.
    pub created_at: UnixMillis,
}
