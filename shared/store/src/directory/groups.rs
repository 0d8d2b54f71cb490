//! Groups, their members, and groups within groups.

mod descendants;
mod group;
mod member;
mod nesting;

pub use group::GroupPage;
pub use member::{Member, MemberError, MemberPage, Membership};
