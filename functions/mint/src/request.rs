//! What a mint asks for, and the rules that need more than the kind and the maker's bounds.

use crate::error::MintError;
use hallpass_core::{
    AccountId, Asked, EnvironmentName, IpRule, Kind, KindName, LONGEST_SECONDS, Metadata,
    Principal, Scope, Terms, TokenName, UnixSeconds, WrittenOriginRule, WrittenScope, present,
};
use hallpass_http::Caller;
use serde::Deserialize;
use utoipa::ToSchema;

/// The body of `POST /v1/tokens`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MintRequest {
    pub(crate) kind: KindName,
    pub(crate) name: TokenName,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    scopes: Option<Vec<WrittenScope>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    origins: Option<Vec<WrittenOriginRule>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    ips: Option<Vec<IpRule>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    expires_in: Option<u64>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub(crate) not_before: Option<UnixSeconds>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub(crate) environment: Option<EnvironmentName>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    principal: Option<Principal>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub(crate) metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub(crate) account: Option<AccountId>,
}

impl MintRequest {
    /// Who the token speaks for: the caller's own principal, or the other account itself.
    pub(crate) fn principal(&self, caller: &Caller, account: AccountId) -> Principal {
        self.principal.unwrap_or(if account == caller.account() {
            caller.principal()
        } else {
            Principal::Account(account)
        })
    }

    /// What is asked of the token itself.
    pub(crate) fn asked(&self) -> Asked {
        Asked {
            scopes: self.scopes.clone(),
            origins: self.origins.clone(),
            ips: self.ips.clone(),
            lifetime: self.expires_in,
        }
    }
}

/// A token speaks for its maker's own principal, or its maker may impersonate.
pub(crate) fn check_principal(
    caller: &Caller,
    kind: &Kind,
    principal: Principal,
    account: AccountId,
) -> Result<(), MintError> {
    if !kind.principals.contains(&principal.principal_type()) {
        let known: Vec<&str> = kind.principals.iter().map(|known| known.as_str()).collect();
        return Err(MintError::PrincipalNotForKind {
            kind: kind.name.clone(),
            known: known.join(" or "),
        });
    }
    if matches!(principal, Principal::Account(other) if other != account) {
        return Err(MintError::NoPrincipal);
    }
    if principal != caller.principal() && !caller.holds("tokens:impersonate") {
        return Err(MintError::Impersonation);
    }
    Ok(())
}

/// `platform:operate` stays with the operator account's own tokens.
pub(crate) fn check_operator(
    terms: &Terms,
    caller: &Caller,
    account: AccountId,
) -> Result<(), MintError> {
    let operates = terms.scopes.iter().any(Scope::is_operator);
    if operates && account != caller.account() {
        Err(MintError::OperatorOnly)
    } else {
        Ok(())
    }
}

/// A token must begin before it ends.
pub(crate) fn check_start(
    start: Option<UnixSeconds>,
    end: Option<UnixSeconds>,
    now: UnixSeconds,
) -> Result<(), MintError> {
    let latest = end.unwrap_or(now.plus(LONGEST_SECONDS));
    if start.is_some_and(|start| start >= latest) {
        return Err(MintError::StartsTooLate);
    }
    Ok(())
}
