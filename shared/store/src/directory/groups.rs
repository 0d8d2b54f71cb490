//! Groups, their members, and groups within groups.
//!
//! What counts is the `member_of` of a user's row and the `within` of a group's. The entries in a
//! group's partition are written with them, to be listed; and a user's row also notes all groups
//! around them, so that those can be read at once. `group` makes, changes and closes groups, `member`
//! has what a member is; `add_member`, `remove_member` and `nesting` change who is in a group, `member_page` lists
//! them; `ancestors` and `descendants` walk up and down, by what `node` reads of a row.

mod add_member;
mod ancestors;
mod descendants;
mod group;
mod member;
mod member_page;
mod nesting;
mod node;
mod remove_member;

pub use member::{MOST_BELOW, Member, MemberError, Membership};
pub use member_page::MemberPage;
