//! Accounts and their environments, and what lives in one: users and service accounts
//! (`principal`), `groups` and `folders`. `list` holds the lists that all of them are read from.

mod account;
mod creation;
mod environment;
mod folders;
mod groups;
mod list;
mod listed;
mod name;
mod principal;

pub use account::AccountRow;
pub use creation::CreateError;
pub use environment::EnvironmentRow;
pub use folders::{AccessPage, FolderError, Grant, Owner};
pub use groups::{MOST_BELOW, Member, MemberError, MemberPage, Membership};
pub use list::Page;
pub use listed::{ListedGroup, ListedPrincipal};
pub use principal::ChangeError;
pub(crate) use principal::unchanged;
