//! What a sweep is of: an environment, or a principal.

use crate::table::{Key, keys};
use hallpass_core::{AccountId, EnvironmentName, Principal, TokenId};

/// What is swept: an environment, or a user or service account of it.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) account: AccountId,
    pub(crate) environment: EnvironmentName,
    pub(crate) principal: Option<Principal>,
    /// The calling token. Where it is itself to be ended, it is ended last, so that the caller can
    /// repeat the call until everything else is.
    pub(crate) caller: Option<TokenId>,
}

impl Target {
    /// The row that says how far it has come.
    pub(crate) fn row(&self) -> Key {
        match &self.principal {
            Some(principal) => keys::principal(&self.account, &self.environment, principal),
            None => keys::environment(&self.account, &self.environment),
        }
    }

    /// The partition where its tokens are listed.
    pub(super) fn partition(&self) -> String {
        let (account, environment) = (&self.account, &self.environment);
        match &self.principal {
            Some(principal) => keys::principal_partition(account, environment, principal),
            None => keys::token_entries_partition(account, environment),
        }
    }
}
