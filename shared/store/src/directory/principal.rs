//! Users and service accounts: each is a row, an entry in its list and a row for its name.

use super::creation::CreateError;
use super::list::Page;
use super::listed::ListedPrincipal;
use crate::activity::Audit;
use crate::idempotency::Idempotency;
use crate::table::{
    Expression, Outcome, Store, StoreError, Transaction, keys, number, row, text, versioned,
};
use hallpass_core::{
    MOST_ROW_BYTES, Principal, PrincipalRecord, PrincipalType, Tenant, UnixMillis, folded,
};
use thiserror::Error;

/// Why a user, service account or group was not changed.
#[derive(Debug, Error)]
pub enum ChangeError {
    /// There is no such user, service account or group, or it is closed.
    #[error("there is no such user, service account or group, or it is closed")]
    Missing,
    /// Another one of the same sort has this name.
    #[error("another one of the environment has this name")]
    NameTaken,
    /// What it may do would take more of its row than it may.
    #[error("what it may do takes more than {MOST_ROW_BYTES} bytes")]
    TooLarge,
    /// The table itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Principal,
    Name,
    Tenant,
    Idempotency,
    Audit,
}

impl<P: Copy> Transaction<P> {
    /// Writes what can change of a user or service account, where the row is as it was read (its
    /// `version` says so) and not closed. A change of its name is a matter of other rows as well.
    pub(crate) fn change_principal(
        self,
        part: P,
        next: &PrincipalRecord,
    ) -> Result<Self, StoreError> {
        let key = keys::principal(&next.tenant(), &next.id);
        let scopes = next.scopes.as_ref();
        let scopes = scopes.map(|scopes| row::value(&key, scopes)).transpose()?;
        let change = Expression::assign(vec![
            ("name", Some(text(next.name.as_str()))),
            ("name_key", next.name_key.as_deref().map(text)),
            ("scopes", scopes),
            ("access", Some(row::value(&key, &next.access)?)),
            ("member_of", Some(row::value(&key, &next.member_of)?)),
            ("groups", Some(row::value(&key, &next.groups)?)),
            ("version", Some(number(next.version.saturating_add(1)))),
        ]);
        Ok(self.update(part, key, change, unchanged(next.version)))
    }

    /// Frees the name of one and takes it out of its list.
    pub(crate) fn remove_principal_entries(self, part: P, record: &PrincipalRecord) -> Self {
        let list = record.id.principal_type().as_str();
        self.free_principal_name(part, record).remove_from_list(
            part,
            &record.tenant(),
            list,
            &record.id,
        )
    }
}

/// The row is as it was read, and open.
pub(crate) fn unchanged(version: u64) -> Expression {
    Expression::new("#version = :read AND attribute_not_exists(#closed_at)")
        .with(":read", number(version))
}

impl Store {
    /// Makes a user or service account, in no group yet, in an open environment.
    ///
    /// # Errors
    /// Says why nothing was made.
    pub async fn create_principal(
        &self,
        record: &PrincipalRecord,
        idempotency: Option<&Idempotency>,
        audit: &Audit,
        now: UnixMillis,
    ) -> Result<(), CreateError> {
        self.may_write(record.schema_version())?;
        let tenant = &record.tenant();
        let key = keys::principal(tenant, &record.id);
        let list = record.id.principal_type().as_str();
        let mut transaction = Transaction::new("create a principal")
            .take_principal_name(Part::Name, record)?
            .create(
                Part::Principal,
                versioned(row::write(&key, record, None)?, record.schema_version()),
            )
            .add_to_list(Part::Principal, tenant, list, &record.id)?
            .while_open(Part::Tenant, tenant)
            .log(Part::Audit, audit, tenant)?;
        if let Some(idempotency) = idempotency {
            let made = record.id.to_string();
            transaction = idempotency.remember(transaction, Part::Idempotency, made, now)?;
        }
        let Outcome::Lost(parts) = self.transact(&transaction).await? else {
            return Ok(());
        };
        self.refuse_repeated_creation(idempotency, now).await?;
        if parts.contains(&Part::Tenant) {
            return Err(self.why_not_open(tenant).await?);
        }
        Err(CreateError::NameTaken)
    }

    /// Reads a user or service account.
    ///
    /// # Errors
    /// When the table does not answer, or the row is unreadable.
    pub async fn principal(
        &self,
        tenant: &Tenant,
        principal: &Principal,
    ) -> Result<Option<PrincipalRecord>, StoreError> {
        let key = keys::principal(tenant, principal);
        self.find("read a principal", &key).await
    }

    /// The same, if it is not closed.
    ///
    /// # Errors
    /// When the table does not answer, or the row is unreadable.
    pub async fn open_principal(
        &self,
        tenant: &Tenant,
        principal: &Principal,
    ) -> Result<Option<PrincipalRecord>, StoreError> {
        let found = self.principal(tenant, principal).await?;
        Ok(found.filter(|record| record.closed_at.is_none()))
    }

    /// Reads up to `limit` users or service accounts, 1 to 100, after the one of the cursor.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn principals(
        &self,
        tenant: &Tenant,
        of: PrincipalType,
        limit: u32,
        cursor: Option<Principal>,
    ) -> Result<Page<ListedPrincipal, Principal>, StoreError> {
        let list = keys::list_partition(tenant, of.as_str());
        let key = |id: &Principal| keys::principal(tenant, id);
        let mut page: Page<ListedPrincipal, _> = self
            .list("list principals", &list, limit, cursor, key)
            .await?;
        page.items.retain(|record| record.closed_at.is_none());
        Ok(page)
    }

    /// Changes the name, scopes or access of a user or service account by `change`, which is
    /// called again where another change came first; answers the record as it is now.
    ///
    /// # Errors
    /// Says why nothing was changed.
    pub async fn change_principal(
        &self,
        tenant: &Tenant,
        principal: &Principal,
        change: impl Fn(&mut PrincipalRecord),
        audit: &Audit,
    ) -> Result<PrincipalRecord, ChangeError> {
        let operation = "change a principal";
        let mut backoff = self.backoff(operation, audit.digest());
        loop {
            let read = self.open_principal(tenant, principal).await?;
            let read = read.ok_or(ChangeError::Missing)?;
            let mut next = read.clone();
            change(&mut next);
            if next.scopes != read.scopes && !next.fits() {
                return Err(ChangeError::TooLarge);
            }
            let mut transaction = Transaction::new(operation);
            if next.name != read.name {
                next.name_key = Some(folded(next.name.as_str()));
                if next.name_key != read.name_key {
                    transaction = transaction
                        .free_principal_name(Part::Principal, &read)
                        .take_principal_name(Part::Name, &next)?;
                }
            }
            let transaction = transaction.change_principal(Part::Principal, &next)?.log(
                Part::Audit,
                audit,
                &read.tenant(),
            )?;
            match self.transact(&transaction).await? {
                Outcome::Written => {
                    next.version = next.version.saturating_add(1);
                    return Ok(next);
                }
                // The row may have been another's by then, and so the name its own.
                Outcome::Lost(parts) if !parts.contains(&Part::Principal) => {
                    return Err(ChangeError::NameTaken);
                }
                Outcome::Lost(_) => backoff.pause().await?,
            }
        }
    }
}
