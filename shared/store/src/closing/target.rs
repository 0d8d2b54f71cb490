//! What is closed, and what a sweep is of.

use crate::table::{Key, keys};
use hallpass_core::{AccountId, Principal, Tenant, TokenId};

/// What is closed, or swept of what is old.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closing {
    /// One environment.
    Environment(Tenant),
    /// One user or service account.
    Principal {
        /// Where it lives.
        tenant: Tenant,
        /// Its id.
        principal: Principal,
    },
    /// An account with all its environments.
    Account(AccountId),
    /// All tokens that a token made, and those that they made. That one itself stays.
    MadeBy {
        /// Where the token lives.
        tenant: Tenant,
        /// The token.
        token: TokenId,
    },
}

/// What is swept: an environment, or a user or service account of it.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) tenant: Tenant,
    pub(crate) principal: Option<Principal>,
    /// The calling token. Where it is itself to be ended, it is ended last, so that the caller can
    /// repeat the call until everything else is.
    pub(crate) caller: Option<TokenId>,
}

impl Closing {
    /// The row that says how far it has come.
    pub(super) fn row(&self) -> Key {
        match self {
            Self::Environment(tenant) => keys::environment(tenant),
            Self::Principal { tenant, principal } => keys::principal(tenant, principal),
            Self::Account(account) => keys::account(account),
            Self::MadeBy { token, .. } => keys::token(token),
        }
    }
}

impl Target {
    /// What it is the sweep of.
    pub(super) fn closing(&self) -> Closing {
        let tenant = self.tenant.clone();
        match self.principal {
            Some(principal) => Closing::Principal { tenant, principal },
            None => Closing::Environment(tenant),
        }
    }

    /// The partition where its tokens are listed.
    pub(super) fn partition(&self) -> String {
        let tenant = &self.tenant;
        match &self.principal {
            Some(principal) => keys::principal_partition(tenant, principal),
            None => keys::token_entries_partition(tenant),
        }
    }
}
