//! Folders: each is a row, and an entry in the list of those that lie in the same one.

use super::access::Grant;
use super::error::FolderError;
use super::part::Part;
use crate::activity::Audit;
use crate::directory::creation::CreateError;
use crate::directory::groups::Member;
use crate::directory::list::Page;
use crate::idempotency::Idempotency;
use crate::table::{Key, Outcome, Projected, Store, StoreError, Transaction, keys, row};
use hallpass_core::{AccessLevel, FolderId, FolderRecord, FolderRef, Tenant, UnixMillis, UserId};

/// Who makes a folder at the top, and the level they have there from the start.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// The user.
    pub user: UserId,
    /// The level.
    pub level: &'a AccessLevel,
}

/// The list of what lies in a folder, or at the top.
fn list_in(parent: Option<&FolderRef>) -> String {
    match parent {
        None => "folder".to_owned(),
        Some(parent) => format!("folder#{parent}"),
    }
}

impl Projected for FolderRecord {
    const ATTRIBUTES: &'static [&'static str] = &[];
}

impl Store {
    /// Makes a folder in another, or at the top, where its `owner` has access from then on.
    ///
    /// # Errors
    /// Says why nothing was made.
    pub async fn create_folder(
        &self,
        record: &FolderRecord,
        owner: Option<Owner<'_>>,
        idempotency: Option<&Idempotency>,
        audit: &Audit,
        now: UnixMillis,
    ) -> Result<(), FolderError> {
        let operation = "create a folder";
        let tenant = &record.tenant();
        let key = keys::folder(&record.tenant(), &record.id);
        let siblings = list_in(record.parent.as_ref());
        let mut backoff = self.backoff(operation, audit.digest());
        loop {
            let mut transaction = Transaction::new(operation)
                .create(Part::Folder, row::write(&key, record, None)?)
                .add_to_list(Part::Folder, tenant, &siblings, &record.id)?
                .take_name(
                    Part::Name,
                    tenant,
                    &siblings,
                    record.name.as_str(),
                    record.id,
                )?
                .while_open(Part::Tenant, tenant)
                .log(Part::Audit, audit, tenant)?;
            if let Some(owner) = owner {
                let grant = Grant {
                    tenant,
                    folder: FolderRef::Made(record.id),
                    path: &record.path,
                    member: Member::User(owner.user),
                };
                transaction = self.give_to_owner(transaction, &grant, owner.level).await?;
            }
            if let Some(parent) = &record.parent {
                transaction = transaction.while_folder_exists(Part::Parent, tenant, parent);
            }
            if let Some(idempotency) = idempotency {
                let made = record.id.to_string();
                transaction = idempotency.remember(transaction, Part::Idempotency, made, now)?;
            }
            let Outcome::Lost(parts) = self.transact(&transaction).await? else {
                return Ok(());
            };
            self.refuse_repeated_creation(idempotency, now).await?;
            if parts.contains(&Part::Tenant) {
                return Err(self.why_not_open(tenant).await?.into());
            }
            if parts.contains(&Part::Parent) {
                return Err(FolderError::NoFolder);
            }
            if parts.contains(&Part::Name) {
                return Err(CreateError::NameTaken.into());
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
        tenant: &Tenant,
        id: &FolderId,
    ) -> Result<Option<FolderRecord>, StoreError> {
        let key = keys::folder(tenant, id);
        self.find("read a folder", &key).await
    }

    /// Reads up to 100 folders in one round trip, in this order; those that do not exist are left out.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn folders_by_id(
        &self,
        tenant: &Tenant,
        ids: &[FolderId],
    ) -> Result<Vec<FolderRecord>, StoreError> {
        let keys: Vec<Key> = ids.iter().map(|id| keys::folder(tenant, id)).collect();
        self.read("read folders", &keys).await
    }

    /// Reads up to `limit` folders, 1 to 100, of those that lie in `parent`, or at the top, after
    /// the one of the cursor.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn folders(
        &self,
        tenant: &Tenant,
        parent: Option<&FolderRef>,
        limit: u32,
        cursor: Option<FolderId>,
    ) -> Result<Page<FolderRecord, FolderId>, StoreError> {
        let list = keys::list_partition(tenant, &list_in(parent));
        let key = |id: &FolderId| keys::folder(tenant, id);
        self.list("list folders", &list, limit, cursor, key).await
    }
}
