//! Folders, and who has access to them.

mod access;
mod access_page;
mod error;
mod folder;
mod part;

pub use access::Grant;
pub use access_page::AccessPage;
pub use error::FolderError;
pub use folder::Owner;
