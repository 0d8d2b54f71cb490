//! Environments: the closed universes inside an account.

use super::creation::CreateError;
use super::list::Page;
use crate::activity::Audit;
use crate::idempotency::Idempotency;
use crate::table::{Expression, Item, Outcome, Slice, Store, StoreError, Transaction, keys, row};
use hallpass_core::{AccountId, EnvironmentName, Tenant, UnixMillis};
use serde::{Deserialize, Serialize};

/// An environment, as it is made and read. Its row also says whether its tokens are listed, and while it
/// is closed or what is old in it is ended, how far that has come (`sweep_…`): this type leaves that out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentRow {
    /// The account it belongs to.
    pub account: AccountId,
    /// Its name in that account.
    pub name: EnvironmentName,
    /// When it was made.
    pub created_at: UnixMillis,
    /// When it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<UnixMillis>,
}

impl EnvironmentRow {
    /// Itself, in its account.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        Tenant {
            account: self.account,
            environment: self.name.clone(),
        }
    }

    /// The row of a new one. All that is minted in it is listed.
    pub(super) fn new_row(&self) -> Result<Item, StoreError> {
        #[derive(Serialize)]
        struct New<'a> {
            #[serde(flatten)]
            environment: &'a EnvironmentRow,
            tokens_listed: bool,
        }
        let new = New {
            environment: self,
            tokens_listed: true,
        };
        row::write(&keys::environment(&self.tenant()), &new, None)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Environment,
    Account,
    Idempotency,
    Audit,
}

impl Store {
    /// Makes an environment in an open account.
    ///
    /// # Errors
    /// Says why nothing was made.
    pub async fn create_environment(
        &self,
        environment: &EnvironmentRow,
        idempotency: Option<&Idempotency>,
        audit: &Audit,
        now: UnixMillis,
    ) -> Result<(), CreateError> {
        let tenant = environment.tenant();
        let open = Expression::new("attribute_exists(#pk) AND attribute_not_exists(#closed_at)");
        let mut transaction = Transaction::new("create an environment")
            .create(Part::Environment, environment.new_row()?)
            .check(Part::Account, keys::account(&tenant.account), open)
            .log(Part::Audit, audit, &tenant)?;
        if let Some(idempotency) = idempotency {
            let made = tenant.environment.to_string();
            transaction = idempotency.remember(transaction, Part::Idempotency, made, now)?;
        }
        let Outcome::Lost(parts) = self.transact(&transaction).await? else {
            return Ok(());
        };
        self.refuse_repeated_creation(idempotency, now).await?;
        if parts.contains(&Part::Environment) {
            return Err(CreateError::Exists);
        }
        Err(match self.account(&tenant.account).await? {
            Some(_) => CreateError::Closed,
            None => CreateError::NoAccount,
        })
    }

    /// Reads an environment.
    ///
    /// # Errors
    /// When the table does not answer, or the row is unreadable.
    pub async fn environment(&self, tenant: &Tenant) -> Result<Option<EnvironmentRow>, StoreError> {
        self.find("read an environment", &keys::environment(tenant))
            .await
    }

    /// Reads up to `limit` environments of an account, 1 to 100, after the one of the cursor, in the
    /// order of their names.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn environments(
        &self,
        account: &AccountId,
        limit: u32,
        cursor: Option<EnvironmentName>,
    ) -> Result<Page<EnvironmentRow, EnvironmentName>, StoreError> {
        let key = |environment| {
            let account = *account;
            keys::environment(&Tenant {
                account,
                environment,
            })
        };
        let pk = keys::account(account).pk;
        let slice = Slice::of(limit, cursor.map(key));
        let (rows, after) = self
            .query("list environments", &pk, keys::ENVIRONMENTS, slice)
            .await?;
        let items: Result<Vec<EnvironmentRow>, _> = rows.into_iter().map(row::read).collect();
        let items = items?;
        let next = after.and(items.last().map(|row| row.name.clone()));
        Ok(Page { items, next })
    }
}
