//! Folders: each is a row, and an entry in the list of those that lie in the same one.

use super::access::Grant;
use super::grantor::Giver;
use crate::activity::Audit;
use crate::directory::creation::CreateError;
use crate::directory::groups::Member;
use crate::idempotency::Idempotency;
use crate::table::{Expression, Key, Outcome, Store, StoreError, Tenant, Transaction, keys, row};
use hallpass_core::{
    AccessLevel, AccountId, EnvironmentName, FolderId, FolderRecord, FolderRef, Principal, Scope,
    UnixMillis, UserId,
};
use thiserror::Error;

/// Some folders that lie in the same one, in the order of their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderPage {
    /// The folders.
    pub folders: Vec<FolderRecord>,
    /// The cursor of the next page; absent after the last one, which may be empty.
    pub next: Option<FolderId>,
}

/// Who makes a folder at the top, and the level they have there from the start.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// The user.
    pub user: UserId,
    /// The level.
    pub level: &'a AccessLevel,
}

/// Why no folder was made, or nobody's access changed.
#[derive(Debug, Error)]
pub enum FolderError {
    /// There is no such folder.
    #[error("there is no such folder")]
    NoFolder,
    /// There is no such user or group, or it is closed.
    #[error("there is no such user or group")]
    NoMember,
    /// The user whose token asks may not do this now.
    #[error("`{0}` is not the user's to give any more")]
    NotHeld(Scope),
    /// The user or group would have access to more places than their row holds.
    #[error("the user or group has access to as many places as it can")]
    TooManyPlaces,
    /// Nothing can be made there.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// The table itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Folder,
    Parent,
    Member,
    Place,
    Idempotency,
    Audit,
}

/// The list of what lies in a folder, or at the top.
fn list_in(parent: Option<&FolderRef>) -> String {
    match parent {
        None => "folder".to_owned(),
        Some(parent) => format!("folder#{parent}"),
    }
}

impl Transaction<Part> {
    /// Happens only where the folder is there. The Public one always is; a user's own is there with
    /// the user, whose row may be among those held to be open already.
    pub(crate) fn while_there(self, part: Part, tenant: Tenant<'_>, folder: &FolderRef) -> Self {
        match folder {
            FolderRef::Public => self,
            FolderRef::Home(user) => {
                let user = Principal::User(*user);
                let key = keys::principal(tenant.account, tenant.environment, &user);
                if self.has(&key) {
                    return self;
                }
                let open =
                    Expression::new("attribute_exists(#pk) AND attribute_not_exists(#closed_at)");
                self.check(part, key, open)
            }
            FolderRef::Made(id) => {
                let key = keys::folder(tenant.account, tenant.environment, id);
                self.check(part, key, Expression::new("attribute_exists(#pk)"))
            }
        }
    }
}

impl Store {
    /// Makes a folder in another, or at the top, where its `owner` has access from then on. Where a
    /// user's token asks, only while its user, the `giver`, may.
    ///
    /// # Errors
    /// Says why nothing was made.
    pub async fn create_folder(
        &self,
        record: &FolderRecord,
        owner: Option<Owner<'_>>,
        giver: Option<&Giver<'_>>,
        idempotency: Option<&Idempotency>,
        audit: &Audit,
        now: UnixMillis,
    ) -> Result<(), FolderError> {
        let operation = "create a folder";
        let tenant = Tenant::from(record);
        let key = keys::folder(&record.account, &record.environment, &record.id);
        let mut backoff = self.backoff(operation, audit.digest());
        loop {
            let mut transaction = Transaction::new(operation)
                .create(Part::Folder, row::write(&key, record, None)?)
                .list(
                    Part::Folder,
                    tenant,
                    &list_in(record.parent.as_ref()),
                    &record.id,
                )?
                .while_open(Part::Place, tenant)
                .log_in(Part::Audit, audit, tenant)?;
            if let Some(owner) = owner {
                let grant = Grant {
                    account: &record.account,
                    environment: &record.environment,
                    folder: FolderRef::Made(record.id),
                    path: &record.path,
                    member: Member::User(owner.user),
                };
                transaction = self.own(transaction, &grant, owner.level).await?;
            }
            if let Some(giver) = giver {
                transaction = self.while_giving(transaction, tenant, giver).await?;
            }
            if let Some(parent) = &record.parent {
                transaction = transaction.while_there(Part::Parent, tenant, parent);
            }
            if let Some(idempotency) = idempotency {
                let made = record.id.to_string();
                transaction = idempotency.remember(transaction, Part::Idempotency, made, now)?;
            }
            let Outcome::Lost(parts) = self.transact(&transaction).await? else {
                return Ok(());
            };
            self.refuse_repeated_creation(idempotency, now).await?;
            if parts.contains(&Part::Place) {
                return Err(self.why_not_open(tenant).await?.into());
            }
            if parts.contains(&Part::Parent) {
                return Err(FolderError::NoFolder);
            }
            if parts.contains(&Part::Folder) {
                return Err(CreateError::Exists.into());
            }
            backoff.pause().await?;
        }
    }

    /// Reads a folder.
    ///
    /// # Errors
    /// When the table does not answer, or the row is unreadable.
    pub async fn folder(
        &self,
        account: &AccountId,
        environment: &EnvironmentName,
        id: &FolderId,
    ) -> Result<Option<FolderRecord>, StoreError> {
        let key = keys::folder(account, environment, id);
        self.find("read a folder", &key).await
    }

    /// Reads up to `limit` folders, 1 to 100, of those that lie in `parent`, or at the top, after
    /// the one of the cursor.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn folders(
        &self,
        account: &AccountId,
        environment: &EnvironmentName,
        parent: Option<&FolderRef>,
        limit: u32,
        cursor: Option<FolderId>,
    ) -> Result<FolderPage, StoreError> {
        let operation = "list folders";
        let tenant = Tenant {
            account,
            environment,
        };
        let (ids, next): (Vec<FolderId>, _) = self
            .listed(operation, tenant, &list_in(parent), limit, cursor)
            .await?;
        let key = |id| keys::folder(account, environment, id);
        let keys: Vec<Key> = ids.iter().map(key).collect();
        let mut folders = Vec::with_capacity(ids.len());
        for row in self.batch(operation, &keys).await? {
            folders.push(row::read(row)?);
        }
        Ok(FolderPage { folders, next })
    }
}
