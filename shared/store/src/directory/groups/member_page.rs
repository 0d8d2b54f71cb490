//! The members of a group, page by page.

use super::member::{Member, MemberEntry};
use crate::directory::listed::{ListedGroup, ListedPrincipal};
use crate::table::{Key, Slice, Store, StoreError, keys, row};
use hallpass_core::{GroupId, Principal, Tenant};

/// Some members of a group, in the order of their ids: groups first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberPage {
    /// Those groups that are not closed.
    pub groups: Vec<ListedGroup>,
    /// Those users that are not closed.
    pub users: Vec<ListedPrincipal>,
    /// The cursor of the next page; absent after the last one, which may be empty.
    pub next: Option<Member>,
}

impl Store {
    /// Reads up to `limit` members of a group, 1 to 100, after the one of the cursor.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn members(
        &self,
        tenant: &Tenant,
        group: &GroupId,
        limit: u32,
        cursor: Option<Member>,
    ) -> Result<MemberPage, StoreError> {
        let after = cursor.map(|member| keys::member(tenant, group, &member.to_string()));
        let pk = keys::group_partition(tenant, group);
        let (rows, after) = self
            .query("list members", &pk, keys::MEMBERS, Slice::of(limit, after))
            .await?;
        let entries: Result<Vec<MemberEntry>, _> = rows.into_iter().map(row::read).collect();
        let members: Vec<Member> = entries?.into_iter().map(|entry| entry.member).collect();
        let (groups, users) = self.open_members(tenant, &members).await?;
        Ok(MemberPage {
            groups,
            users,
            next: after.and(members.last().copied()),
        })
    }

    /// Reads up to 100 groups and users, those that are not closed, each in this order.
    pub(crate) async fn open_members(
        &self,
        tenant: &Tenant,
        members: &[Member],
    ) -> Result<(Vec<ListedGroup>, Vec<ListedPrincipal>), StoreError> {
        let of_groups = members.iter().filter_map(|member| member.group());
        let of_groups: Vec<Key> = of_groups.map(|id| keys::group(tenant, &id)).collect();
        let of_users = members.iter().filter_map(|member| member.user());
        let of_users: Vec<Key> = of_users
            .map(|id| keys::principal(tenant, &Principal::User(id)))
            .collect();
        let mut users: Vec<ListedPrincipal> = self.read("read members", &of_users).await?;
        users.retain(|user| user.closed_at.is_none());
        let mut groups: Vec<ListedGroup> = self.read("read members", &of_groups).await?;
        groups.retain(|group| group.closed_at.is_none());
        Ok((groups, users))
    }
}
