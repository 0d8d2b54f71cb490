//! Who has access to a folder, page by page.

use super::access::{AccessEntry, key};
use crate::directory::groups::Member;
use crate::directory::listed::{ListedGroup, ListedPrincipal};
use crate::table::{Slice, Store, StoreError, keys, row};
use hallpass_core::{AccessLevel, FolderRef, Principal, Tenant};
use std::collections::HashMap;

/// How many pages are read on where one holds only entries of who was removed.
const READ_ON: usize = 10;

/// Some of those who have access to a folder by an entry of its own, in the order of their ids:
/// groups first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessPage {
    /// Those groups that are not closed.
    pub groups: Vec<(ListedGroup, AccessLevel)>,
    /// Those users that are not closed.
    pub users: Vec<(ListedPrincipal, AccessLevel)>,
    /// The cursor of the next page; absent after the last one, which may be empty.
    pub next: Option<Member>,
}

impl AccessPage {
    /// Leaves the first `limit`, and the cursor behind them.
    fn cut(&mut self, limit: u32) {
        let most = usize::try_from(limit.clamp(1, 100)).unwrap_or(100);
        let users = most.saturating_sub(self.groups.len());
        if self.groups.len() <= most && self.users.len() <= users {
            return;
        }
        self.groups.truncate(most);
        self.users.truncate(users);
        let user = self.users.last().and_then(|(user, _)| match user.id {
            Principal::User(id) => Some(Member::User(id)),
            Principal::Account(_) | Principal::ServiceAccount(_) => None,
        });
        let group = self.groups.last().map(|(group, _)| Member::Group(group.id));
        self.next = user.or(group);
    }
}

impl Store {
    /// Reads up to `limit`, 1 to 100, of those who have access to a folder by an entry of its own,
    /// after the one of the cursor. The entry of who was removed stays: where a page holds nothing
    /// else, the next ones are read, so that an empty one is the last, but for a thousand such
    /// entries in a row.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn access(
        &self,
        tenant: &Tenant,
        folder: &FolderRef,
        limit: u32,
        cursor: Option<Member>,
    ) -> Result<AccessPage, StoreError> {
        let mut page = self.access_page(tenant, folder, limit, cursor).await?;
        for _ in 0..READ_ON {
            if page.next.is_none() || !page.groups.is_empty() || !page.users.is_empty() {
                break;
            }
            page = self.access_page(tenant, folder, 100, page.next).await?;
            page.cut(limit);
        }
        Ok(page)
    }

    async fn access_page(
        &self,
        tenant: &Tenant,
        folder: &FolderRef,
        limit: u32,
        cursor: Option<Member>,
    ) -> Result<AccessPage, StoreError> {
        let operation = "list access";
        let pk = keys::folder_partition(tenant, folder);
        let after = cursor.map(|member| key(tenant, folder, &member));
        let (rows, after) = self
            .query(operation, &pk, keys::ACCESS, Slice::of(limit, after))
            .await?;
        let mut members = Vec::with_capacity(rows.len());
        let mut levels: HashMap<Member, AccessLevel> = HashMap::with_capacity(rows.len());
        for row in rows {
            let AccessEntry { member, level } = row::read(row)?;
            members.push(member);
            levels.insert(member, level);
        }
        let (groups, users) = self.open_members(tenant, &members).await?;
        let level = |member| levels.get(&member).cloned();
        let users = users.into_iter().filter_map(|user| {
            let Principal::User(id) = user.id else {
                return None;
            };
            Some((user, level(Member::User(id))?))
        });
        let groups = groups.into_iter().filter_map(|group| {
            let level = level(Member::Group(group.id))?;
            Some((group, level))
        });
        Ok(AccessPage {
            groups: groups.collect(),
            users: users.collect(),
            next: after.and(members.last().copied()),
        })
    }
}
