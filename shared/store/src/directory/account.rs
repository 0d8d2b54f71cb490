//! Accounts: the platform's customers. Each has a unique name and an environment to start with.

use super::creation::CreateError;
use super::environment::EnvironmentRow;
use super::list::Page;
use crate::activity::Audit;
use crate::idempotency::Idempotency;
use crate::table::{Key, Outcome, Projected, Reference, Store, StoreError, Transaction, keys, row};
use hallpass_core::{AccountId, AccountName, EnvironmentName, Tenant, TokenId, UnixMillis};
use serde::{Deserialize, Serialize};

/// An account, as it is made and read. While it is closed, its row also says how far that has come
/// (`sweep_…`), which this type leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    /// `acc_…`.
    pub id: AccountId,
    /// Its unique name.
    pub name: AccountName,
    /// Whether it is the platform itself.
    pub operator: bool,
    /// When it was made.
    pub created_at: UnixMillis,
    /// When it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<UnixMillis>,
    /// The management token that bootstrap made; the operator's only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_token: Option<TokenId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Account,
    Idempotency,
    Audit,
}

impl<P: Copy> Transaction<P> {
    /// Writes a new account's rows: its name, itself, its entry in the list and `default/live`.
    pub(crate) fn create_account(self, part: P, account: &AccountRow) -> Result<Self, StoreError> {
        let reference = Reference { id: account.id };
        let environment = EnvironmentRow {
            account: account.id,
            name: EnvironmentName::default(),
            created_at: account.created_at,
            closed_at: None,
        };
        let row = |key: Key| row::write(&key, &reference, None);
        Ok(self
            .create(part, row(keys::account_name(&account.name))?)
            .create(part, row(keys::account_entry(&account.id))?)
            .create(
                part,
                row::write(&keys::account(&account.id), account, None)?,
            )
            .create(part, environment.new_row()?))
    }
}

impl Projected for AccountRow {
    const ATTRIBUTES: &'static [&'static str] = &[];
}

impl Store {
    /// Makes an account, with its environment `default/live`.
    ///
    /// # Errors
    /// Says why nothing was made.
    pub async fn create_account(
        &self,
        account: &AccountRow,
        idempotency: Option<&Idempotency>,
        audit: &Audit,
        now: UnixMillis,
    ) -> Result<(), CreateError> {
        let mut transaction = Transaction::new("create an account")
            .create_account(Part::Account, account)?
            .log(Part::Audit, audit, &Tenant::first_of(account.id))?;
        if let Some(idempotency) = idempotency {
            let made = account.id.to_string();
            transaction = idempotency.remember(transaction, Part::Idempotency, made, now)?;
        }
        match self.transact(&transaction).await? {
            Outcome::Written => Ok(()),
            Outcome::Lost(_) => {
                self.refuse_repeated_creation(idempotency, now).await?;
                Err(CreateError::NameTaken)
            }
        }
    }

    /// Reads an account.
    ///
    /// # Errors
    /// When the table does not answer, or the row is unreadable.
    pub async fn account(&self, id: &AccountId) -> Result<Option<AccountRow>, StoreError> {
        self.find("read an account", &keys::account(id)).await
    }

    /// The account of this name.
    ///
    /// # Errors
    /// When the table does not answer, or the row is unreadable.
    pub async fn account_named(&self, name: &AccountName) -> Result<Option<AccountId>, StoreError> {
        let reference: Option<Reference<AccountId>> = self
            .find("read an account's name", &keys::account_name(name))
            .await?;
        Ok(reference.map(|reference| reference.id))
    }

    /// Reads up to `limit` accounts, 1 to 100, after the one of the cursor.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn accounts(
        &self,
        limit: u32,
        cursor: Option<AccountId>,
    ) -> Result<Page<AccountRow, AccountId>, StoreError> {
        let operation = "list accounts";
        self.list(operation, keys::ACCOUNTS, limit, cursor, keys::account)
            .await
    }
}
