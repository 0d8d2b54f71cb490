//! Why nothing was changed of a folder or of the access to one.

use crate::directory::creation::CreateError;
use crate::table::StoreError;
use thiserror::Error;

/// Why no folder was made, or nobody's access changed.
#[derive(Debug, Error)]
pub enum FolderError {
    /// There is no such folder.
    #[error("there is no such folder")]
    NoFolder,
    /// There is no such user or group, or it is closed.
    #[error("there is no such user or group")]
    NoMember,
    /// The user, or one of the group's, would have access to more folders than a user may.
    #[error("the user or group has access to as many folders as it can")]
    TooManyFolders,
    /// Nothing can be made there.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// The table itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}
