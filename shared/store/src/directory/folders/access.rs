//! Access: a level that a user or group has at a folder. What counts is the map in the member's own
//! row, by path; the entry in the folder's partition is written with it, to be listed.

use super::error::FolderError;
use super::part::Part;
use crate::activity::Audit;
use crate::directory::groups::Member;
use crate::table::{Expression, Key, Outcome, Store, Transaction, keys, row};
use hallpass_core::{
    Access, AccessLevel, FolderRef, GroupRecord, MOST_PATHS, MOST_ROW_BYTES, Path, Principal,
    PrincipalRecord, Tenant,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Where a user or group is given a level, or loses it.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    /// Where all of them live.
    pub tenant: &'a Tenant,
    /// The folder.
    pub folder: FolderRef,
    /// Its path.
    pub path: &'a Path,
    /// Who.
    pub member: Member,
}

/// The entry of a folder's partition.
#[derive(Serialize, Deserialize)]
pub(super) struct AccessEntry {
    pub(super) member: Member,
    pub(super) level: AccessLevel,
}

/// The row that says what a member may do.
enum Holder {
    User(Box<PrincipalRecord>),
    Group(Box<GroupRecord>),
}

impl Holder {
    fn access(&mut self) -> &mut Access {
        match self {
            Self::User(user) => &mut user.access,
            Self::Group(group) => &mut group.access,
        }
    }

    fn write(&self, transaction: Transaction<Part>) -> Result<Transaction<Part>, FolderError> {
        Ok(match self {
            Self::User(user) => transaction.change_principal(Part::Member, user)?,
            Self::Group(group) => transaction.change_group(Part::Member, group)?,
        })
    }
}

impl Grant<'_> {
    fn key(&self) -> Key {
        key(self.tenant, &self.folder, &self.member)
    }
}

pub(super) fn key(tenant: &Tenant, folder: &FolderRef, member: &Member) -> Key {
    let members = match member {
        Member::User(_) => "users",
        Member::Group(_) => "groups",
    };
    keys::access(tenant, folder, members, &member.to_string())
}

impl Store {
    /// Gives a user or group a level at a folder, in place of the one they had.
    ///
    /// # Errors
    /// Says why nothing was changed.
    pub async fn give_access(
        &self,
        grant: &Grant<'_>,
        level: &AccessLevel,
        audit: &Audit,
    ) -> Result<(), FolderError> {
        self.change_access(grant, Some(level), audit).await
    }

    /// Takes away the level that a user or group has at a folder, if they have one.
    ///
    /// # Errors
    /// Says why nothing was changed.
    pub async fn take_access(&self, grant: &Grant<'_>, audit: &Audit) -> Result<(), FolderError> {
        self.change_access(grant, None, audit).await
    }

    async fn change_access(
        &self,
        grant: &Grant<'_>,
        level: Option<&AccessLevel>,
        audit: &Audit,
    ) -> Result<(), FolderError> {
        let operation = "change access";
        let mut backoff = self.backoff(operation, audit.digest());
        loop {
            let mut transaction = Transaction::new(operation)
                .while_open(Part::Tenant, grant.tenant)
                .log(Part::Audit, audit, grant.tenant)?;
            transaction = match level {
                Some(level) => self.give(transaction, grant, level).await?,
                None => match self.take(transaction, grant).await? {
                    Some(transaction) => transaction,
                    None => return Ok(()),
                },
            };
            transaction =
                transaction.while_folder_exists(Part::Folder, grant.tenant, &grant.folder);
            let Outcome::Lost(parts) = self.transact(&transaction).await? else {
                return Ok(());
            };
            if parts.contains(&Part::Tenant) {
                return Err(self.why_not_open(grant.tenant).await?.into());
            }
            if parts.contains(&Part::Folder) {
                return Err(FolderError::NoFolder);
            }
            backoff.pause().await?;
        }
    }

    /// Adds the writes that give the owner of a new folder a level there, unless they have that level
    /// at a folder above: an entry of its own would only make their row longer.
    pub(crate) async fn give_to_owner(
        &self,
        transaction: Transaction<Part>,
        grant: &Grant<'_>,
        level: &AccessLevel,
    ) -> Result<Transaction<Part>, FolderError> {
        let mut holder = self.holder(grant).await?;
        let mut above = holder.access().0.iter();
        if above.any(|(path, has)| has == level && path.covers(grant.path)) {
            return Ok(transaction);
        }
        self.give(transaction, grant, level).await
    }

    /// Adds the writes that give somebody a level at a folder.
    async fn give(
        &self,
        transaction: Transaction<Part>,
        grant: &Grant<'_>,
        level: &AccessLevel,
    ) -> Result<Transaction<Part>, FolderError> {
        let mut holder = self.holder(grant).await?;
        let before = holder.access().0.insert(grant.path.clone(), level.clone());
        // A row from before these limits can still be given another level where it has one.
        if before.is_none() && self.exceeds_limits(grant.tenant, &holder).await? {
            return Err(FolderError::TooManyFolders);
        }
        let entry = AccessEntry {
            member: grant.member,
            level: level.clone(),
        };
        let row = row::write(&grant.key(), &entry, None)?;
        let transaction = transaction.put(Part::Audit, row, Expression::none());
        holder.write(transaction)
    }

    /// Whether a user, this one or one of this group's, would have access to more paths than a user may,
    /// or a row be longer than a row may.
    async fn exceeds_limits(&self, tenant: &Tenant, holder: &Holder) -> Result<bool, FolderError> {
        Ok(match holder {
            Holder::User(user) => {
                !user.fits() || user.paths(&self.groups_of(user).await?) > MOST_PATHS
            }
            Holder::Group(group) => {
                let next = HashMap::from([(group.id, (**group).clone())]);
                group.access.bytes() > MOST_ROW_BYTES
                    || group.access.0.len() > MOST_PATHS
                    || self.exceeds_path_limit(tenant, group.id, &next).await?
            }
        })
    }

    /// Adds the writes that take away the level somebody has at a folder; `None` where there is
    /// none.
    async fn take(
        &self,
        transaction: Transaction<Part>,
        grant: &Grant<'_>,
    ) -> Result<Option<Transaction<Part>>, FolderError> {
        let mut holder = self.holder(grant).await?;
        if holder.access().0.remove(grant.path).is_none() {
            return Ok(None);
        }
        let transaction = transaction.delete(Part::Audit, grant.key(), Expression::none());
        holder.write(transaction).map(Some)
    }

    async fn holder(&self, grant: &Grant<'_>) -> Result<Holder, FolderError> {
        let found = match grant.member {
            Member::User(id) => {
                let id = Principal::User(id);
                let user = self.open_principal(grant.tenant, &id).await?;
                user.map(|user| Holder::User(Box::new(user)))
            }
            Member::Group(id) => {
                let group = self.open_group(grant.tenant, &id).await?;
                group.map(|group| Holder::Group(Box::new(group)))
            }
        };
        found.ok_or(FolderError::NoMember)
    }
}
