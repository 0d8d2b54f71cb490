//! Groups, their members, and groups within groups.

mod ancestors;
mod descendants;
mod group;
mod member;
mod nesting;

pub use group::GroupPage;
pub use member::{Member, MemberError, MemberPage, Membership};
