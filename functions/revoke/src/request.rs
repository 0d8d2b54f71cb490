//! What is to be ended.

use crate::error::RevokeError;
use crate::token::TenantRequest;
use hallpass_core::{AccountId, EnvironmentName, Principal, UnixSeconds, present};
use serde::Deserialize;
use utoipa::ToSchema;

/// The body of `POST /v1/revocations`: one of `token`, `id`, `made_by`, `principal`, or an `environment`, an
/// `account`, or both (that environment of that account, which can also go with an `id` or
/// `principal`, to say where it lives).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevocationRequest {
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    token: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    id: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    made_by: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    principal: Option<Principal>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    environment: Option<EnvironmentName>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    account: Option<AccountId>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    before: Option<UnixSeconds>,
}

/// What a request names.
#[derive(Debug)]
pub(crate) enum Target {
    /// The token whose text is in the body.
    Token,
    /// A token by its id; for a JWT, with its tenant.
    Id(String, TenantRequest),
    /// All tokens that the token with this id made, and those that they made.
    MadeBy(String),
    /// Everything that speaks for a user or service account, and its tenant.
    Principal {
        principal: Principal,
        tenant: TenantRequest,
        before: Option<UnixSeconds>,
    },
    /// Everything in an account, or in one environment.
    Tenant {
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
        let (account, environment, before) = (self.account, self.environment, self.before);
        let nowhere = account.is_none() && environment.is_none();
        if let Some(made_by) = self.made_by {
            let is_alone = self.token.is_none() && self.id.is_none() && self.principal.is_none();
            return if is_alone && nowhere && before.is_none() {
                Ok(Target::MadeBy(made_by))
            } else {
                Err(RevokeError::Target)
            };
        }
        match (self.token, self.id, self.principal) {
            (Some(_), None, None) if nowhere && before.is_none() => Ok(Target::Token),
            (None, Some(id), None) if before.is_none() => Ok(Target::Id(
                id,
                TenantRequest {
                    account,
                    environment,
                },
            )),
            (None, None, Some(Principal::Account(account))) if nowhere => Ok(Target::Tenant {
                account: Some(account),
                environment: None,
                before,
            }),
            (None, None, Some(principal @ (Principal::User(_) | Principal::ServiceAccount(_)))) => {
                Ok(Target::Principal {
                    principal,
                    tenant: TenantRequest {
                        account,
                        environment,
                    },
                    before,
                })
            }
            (None, None, None) if !nowhere => Ok(Target::Tenant {
                account,
                environment,
                before,
            }),
            _ => Err(RevokeError::Target),
        }
    }
}
