//! What is to be ended.

use crate::error::RevokeError;
use hallpass_core::{AccountId, EnvironmentName, Principal, UnixSeconds};
use serde::Deserialize;

/// The body of `POST /v1/revocations`: one of `token`, `id`, `principal`, or an `environment`, an
/// `account`, or both (that environment of that account).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevocationRequest {
    token: Option<String>,
    id: Option<String>,
    principal: Option<Principal>,
    environment: Option<EnvironmentName>,
    account: Option<AccountId>,
    before: Option<UnixSeconds>,
}

/// What a request names.
#[derive(Debug)]
pub(crate) enum Target {
    /// The token whose text is in the body.
    Token,
    /// A token by its id.
    Id(String),
    /// Everything in an account, or in one environment.
    Place {
        account: Option<AccountId>,
        environment: Option<EnvironmentName>,
        before: Option<UnixSeconds>,
    },
}

impl RevocationRequest {
    pub(crate) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    pub(crate) fn target(self) -> Result<Target, RevokeError> {
        let place = self.account.is_some() || self.environment.is_some();
        match (self.token, self.id, self.principal, place) {
            (Some(_), None, None, false) if self.before.is_none() => Ok(Target::Token),
            (None, Some(id), None, false) if self.before.is_none() => Ok(Target::Id(id)),
            (None, None, Some(Principal::Account(account)), false) => Ok(Target::Place {
                account: Some(account),
                environment: None,
                before: self.before,
            }),
            (None, None, Some(Principal::User(_) | Principal::ServiceAccount(_)), false) => {
                Err(RevokeError::NoPrincipal)
            }
            (None, None, None, true) => Ok(Target::Place {
                account: self.account,
                environment: self.environment,
                before: self.before,
            }),
            _ => Err(RevokeError::Target),
        }
    }
}
