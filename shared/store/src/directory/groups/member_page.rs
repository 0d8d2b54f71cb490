//! The members of a group, page by page.

use super::member::{Member, MemberEntry};
use crate::table::{Slice, Store, StoreError, TenantRef, keys, row};
use hallpass_core::{AccountId, EnvironmentName, GroupId, GroupRecord, Principal, PrincipalRecord};

/// Some members of a group, in the order of their ids: groups first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberPage {
    /// Those groups that are not closed.
    pub groups: Vec<GroupRecord>,
    /// Those users that are not closed.
    pub users: Vec<PrincipalRecord>,
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
        account: &AccountId,
        environment: &EnvironmentName,
        group: &GroupId,
        limit: u32,
        cursor: Option<Member>,
    ) -> Result<MemberPage, StoreError> {
        let tenant = TenantRef {
            account,
            environment,
        };
        let slice = Slice {
            limit: i32::try_from(limit.clamp(1, 100)).ok(),
            after: cursor
                .map(|member| keys::member(account, environment, group, &member.to_string())),
        };
        let pk = keys::group_partition(account, environment, group);
        let (rows, after) = self
            .query("list members", &pk, keys::MEMBERS, slice)
            .await?;
        let (mut in_users, mut in_groups) = (Vec::new(), Vec::new());
        let mut last = None;
        for row in rows {
            let MemberEntry { member } = row::read(row)?;
            match member {
                Member::User(user) => in_users.push(Principal::User(user)),
                Member::Group(group) => in_groups.push(group),
            }
            last = Some(member);
        }
        let mut users = self.principals_by_id(tenant, &in_users).await?;
        users.retain(|user| user.closed_at.is_none());
        let mut groups = self.groups(account, environment, &in_groups).await?;
        groups.retain(|group| group.closed_at.is_none());
        Ok(MemberPage {
            groups,
            users,
            next: after.and(last),
        })
    }
}
