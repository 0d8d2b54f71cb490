//! Folders: the tree of an environment, whose paths scopes can name.

use crate::directory::environment::EnvironmentName;
use crate::directory::tenant::Tenant;
use crate::id::{AccountId, FolderId, IdError, UserId};
use crate::scope::path::Path;
use crate::scope::syntax_error::ScopeSyntaxError;
use crate::time::UnixMillis;
use crate::token::record::TokenName;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};

/// The first segment of every folder's path.
const ROOT: &str = "folder";

/// The id of the folder that every environment has, and whose contents are public.
const PUBLIC: &str = "public";

/// The path of the folder that every environment has, and whose contents are public.
pub const PUBLIC_FOLDER: &str = "folder/public";

/// A reference to a folder. Two sorts of folder have no row: the public one exists with its
/// environment, a home folder with its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FolderRef {
    /// The one whose contents are public.
    Public,
    /// A user's home folder, where the catalog gives users one: what the user creates at the top lies
    /// in it.
    Home(UserId),
    /// One that was created.
    Made(FolderId),
}

impl FolderRef {
    /// The path of a folder at the top. The row of a folder that was created names its own path.
    ///
    /// # Errors
    /// None in practice: an id is a valid segment.
    pub fn path_at_top(&self) -> Result<Path, ScopeSyntaxError> {
        format!("{ROOT}/{self}").parse()
    }
}

impl fmt::Display for FolderRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str(PUBLIC),
            Self::Home(id) => id.fmt(f),
            Self::Made(id) => id.fmt(f),
        }
    }
}

impl FromStr for FolderRef {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if text == PUBLIC {
            return Ok(Self::Public);
        }
        text.parse()
            .map(Self::Made)
            .or_else(|_: IdError| text.parse().map(Self::Home))
            .map_err(|_one: IdError| IdError { expected: "fld_" })
    }
}

impl Serialize for FolderRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FolderRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

/// The path that all folders lie below.
///
/// # Errors
/// None in practice: it is one valid segment.
pub fn folder_root() -> Result<Path, ScopeSyntaxError> {
    ROOT.parse()
}

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
    #[serde(deserialize_with = "TokenName::stored")]
    pub name: TokenName,
    /// The folder it lies in; none at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<FolderRef>,
    /// Its path, as scopes name it: `folder/` and the ids from the top down to it.
    pub path: Path,
    /// When it was made.
    pub created_at: UnixMillis,
}

impl FolderRecord {
    /// Where it lives.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        Tenant {
            account: self.account,
            environment: self.environment.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FolderRef, PUBLIC_FOLDER, folder_root};

    #[test]
    fn a_reference_reads_back_as_it_was_written() {
        for text in [
            "public",
            "fld_0000000000000000000001",
            "usr_0000000000000000000001",
        ] {
            let folder: FolderRef = text.parse().unwrap();
            assert_eq!(folder.to_string(), text);
            let path = folder.path_at_top().unwrap();
            assert!(folder_root().unwrap().covers(&path));
        }
        assert_eq!(
            FolderRef::Public.path_at_top().unwrap().as_str(),
            PUBLIC_FOLDER
        );
        for text in [
            "",
            "Public",
            "fld_",
            "grp_0000000000000000000001",
            "folder/public",
            "..",
        ] {
            assert!(text.parse::<FolderRef>().is_err(), "{text}");
        }
    }
}
