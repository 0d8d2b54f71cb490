//! Folders, and who has access to them.

mod access;
mod access_page;
mod folder;
mod grantor;

pub use access::Grant;
pub use access_page::AccessPage;
pub use folder::{FolderError, FolderPage, Owner};
pub use grantor::Giver;
