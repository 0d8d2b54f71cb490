//! A tenant: one environment of one account, the closed universe that a token lives in.

use crate::directory::environment::EnvironmentName;
use crate::id::AccountId;
use std::fmt;

/// An account and one of its environments, printed as `acc_…/app/env`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tenant {
    /// The account.
    pub account: AccountId,
    /// The environment of that account.
    pub environment: EnvironmentName,
}

impl Tenant {
    /// The environment that an account is made with, `default/live`: what happens to the account
    /// itself is logged there.
    #[must_use]
    pub fn first_of(account: AccountId) -> Self {
        Self {
            account,
            environment: EnvironmentName::default(),
        }
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.environment)
    }
}
