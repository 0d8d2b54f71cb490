//! Accounts and their environments, and what lives in one: users and service accounts
//! (`principal`), `groups` and `folders`. `list` holds the lists that all of them are read from.

mod account;
mod creation;
mod environment;
mod folders;
mod groups;
mod list;
mod principal;

pub use account::{AccountPage, AccountRow};
pub use creation::CreateError;
pub use environment::{EnvironmentPage, EnvironmentRow};
pub use folders::{AccessPage, FolderError, FolderPage, Grant, Grantor, Owner};
pub use groups::{GroupPage, Member, MemberError, MemberPage, Membership};
pub(crate) use principal::unchanged;
pub use principal::{ChangeError, PrincipalPage};
