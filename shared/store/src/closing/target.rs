//! What a sweep is of: an environment, or a principal.

use super::close::Closing;
use crate::table::keys;
use hallpass_core::{Principal, Tenant, TokenId};

/// What is swept: an environment, or a user or service account of it.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) tenant: Tenant,
    pub(crate) principal: Option<Principal>,
    /// The calling token. Where it is itself to be ended, it is ended last, so that the caller can
    /// repeat the call until everything else is.
    pub(crate) caller: Option<TokenId>,
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
