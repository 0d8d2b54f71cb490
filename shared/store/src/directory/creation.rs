//! What making anything in an account or environment has in common: that it is open, that a
//! repeated call makes nothing twice, and why nothing was made.

use crate::idempotency::{Idempotency, Prior};
use crate::table::{Expression, Store, StoreError, Transaction, keys};
use hallpass_core::{Tenant, UnixMillis};
use thiserror::Error;

/// Why no account, environment or anything in one was made.
#[derive(Debug, Error)]
pub enum CreateError {
    /// Another one has this name.
    #[error("another one has this name")]
    NameTaken,
    /// There is one already.
    #[error("there is one already")]
    Exists,
    /// There is no such account.
    #[error("there is no such account")]
    NoAccount,
    /// There is no such environment.
    #[error("there is no such environment")]
    NoEnvironment,
    /// The account or environment is closed.
    #[error("the account or environment is closed")]
    Closed,
    /// It was made by an earlier call: its id or name.
    #[error("an earlier call made `{0}`")]
    Already(String),
    /// An earlier call used the same key with another body.
    #[error("the idempotency key was used with another body")]
    KeyReused,
    /// The table itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<P: Copy> Transaction<P> {
    /// Happens only while the account and the environment are there and open.
    pub(crate) fn while_open(self, part: P, tenant: &Tenant) -> Self {
        let open = Expression::new("attribute_exists(#pk) AND attribute_not_exists(#closed_at)");
        let environment = keys::environment(tenant);
        self.check(part, keys::account(&tenant.account), open.clone())
            .check(part, environment, open)
    }
}

impl Store {
    /// The error of a creation that an earlier call made.
    pub(crate) async fn refuse_repeated_creation(
        &self,
        idempotency: Option<&Idempotency>,
        now: UnixMillis,
    ) -> Result<(), CreateError> {
        let Some(idempotency) = idempotency else {
            return Ok(());
        };
        match self.prior(idempotency, now).await? {
            Some(Prior::Same(made)) => Err(CreateError::Already(made)),
            Some(Prior::Other) => Err(CreateError::KeyReused),
            None => Ok(()),
        }
    }

    /// Why nothing can be made there.
    pub(crate) async fn why_not_open(&self, tenant: &Tenant) -> Result<CreateError, StoreError> {
        let account = self.account(&tenant.account).await?;
        let environment = self.environment(tenant).await?;
        Ok(match (account, environment) {
            (None, _) => CreateError::NoAccount,
            (_, None) => CreateError::NoEnvironment,
            (Some(_), Some(_)) => CreateError::Closed,
        })
    }
}
