//! Labels: what a log or a monitor calls the principal that a token speaks for.

use crate::directory::environment::{AccountName, EnvironmentName};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A user's name, or `{account}_{app}_{env}` for tokens of the account and of service accounts.
///
/// It is kept in a token's record and claims when they are made, so that nobody reads the principal for
/// it. It informs and decides nothing. A user's new name shows in the tokens that are made from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Label(pub(in crate::directory) Box<str>);

impl Label {
    /// The label of an account, and of its service accounts, in one of its environments.
    #[must_use]
    pub fn of_account(account: &AccountName, environment: &EnvironmentName) -> Self {
        let environment = environment.as_str().replace('/', "_");
        Self(format!("{}_{environment}", account.as_str()).into())
    }

    /// The label as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
