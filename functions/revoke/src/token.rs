//! Ends one token.

use crate::error::RevokeError;
use hallpass_core::{
    AccountId, Claims, EnvironmentName, JwtId, LEEWAY_SECONDS, ManagementScope, Scope,
    TokenContext, UnixMillis,
};
use hallpass_http::{Caller, Platform, Problem};
use hallpass_store::AuditAction;
use http::StatusCode;

/// Where a JWT lives, as far as a request names it.
#[derive(Debug, Default)]
pub(crate) struct TenantRequest {
    pub(crate) account: Option<AccountId>,
    pub(crate) environment: Option<EnvironmentName>,
}

/// Ends the token, or the JWT, of this id. What is not there and what is not the caller's answer
/// alike.
pub(crate) async fn revoke_id(
    platform: &Platform,
    caller: &Caller,
    id: &str,
    tenant: TenantRequest,
) -> Result<StatusCode, Problem> {
    let needed = may_revoke(caller, id)?;
    let now = platform.now();
    if let Ok(jti) = id.parse::<JwtId>() {
        return revoke_jti(platform, caller, jti, tenant, needed).await;
    }
    if tenant.account.is_some() || tenant.environment.is_some() {
        return Err(RevokeError::Target.into());
    }
    let record = caller.find_token(&platform.store, id).await?;
    let audit = caller
        .audit(AuditAction::Revoke, record.id, now)
        .needing(needed);
    platform.store.revoke_token(&record, &audit, now).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the token whose text the body holds.
pub(crate) async fn revoke(
    platform: &Platform,
    caller: &Caller,
    context: &TokenContext,
    now: UnixMillis,
) -> Result<StatusCode, Problem> {
    let needed = may_revoke(caller, &context.id().unwrap_or_default())?;
    match context {
        TokenContext::Malformed(reason) => Err(RevokeError::Malformed(*reason).into()),
        TokenContext::Opaque { record, .. } if caller.reaches(&record.tenant()) => {
            let audit = caller
                .audit(AuditAction::Revoke, record.id, now)
                .needing(needed);
            platform.store.revoke_token(record, &audit, now).await?;
            Ok(StatusCode::NO_CONTENT)
        }
        TokenContext::Jwt { claims, .. } if caller.reaches(&claims.tenant()) => {
            revoke_jwt(platform, caller, claims, needed, now).await
        }
        TokenContext::Unknown | TokenContext::Opaque { .. } | TokenContext::Jwt { .. } => {
            Err(RevokeError::NoToken.into())
        }
    }
}

/// The longest lifetime of any JWT that was issued. The catalog, which may have changed, knows that of
/// new ones only; the keys that are still published know that of all that they signed.
async fn longest_jwt(platform: &Platform) -> Result<u64, Problem> {
    let keys = platform.store.verification_key_rows().await?;
    let signed = keys.iter().map(|key| key.longest_token).max();
    Ok(platform.catalog.longest_jwt().max(signed.unwrap_or(0)))
}

/// A JWT has no row, so its id alone does not say where it belongs: its tenant is the caller's own, or
/// the one that the operator names. The revocation holds in that tenant only, and stays for the
/// longest time that a JWT can live.
async fn revoke_jti(
    platform: &Platform,
    caller: &Caller,
    jti: JwtId,
    tenant: TenantRequest,
    needed: Option<Scope>,
) -> Result<StatusCode, Problem> {
    let named = tenant.account.is_some() && tenant.environment.is_some();
    if caller.is_operator() && !named && caller.id() != jti.to_string() {
        return Err(RevokeError::JwtTenant.into());
    }
    let tenant = caller.tenant(tenant.account, tenant.environment)?;
    let now = platform.now();
    let until = now.seconds().plus(longest_jwt(platform).await?);
    let until = until.plus(LEEWAY_SECONDS);
    let audit = caller.audit(AuditAction::Revoke, jti, now).needing(needed);
    platform
        .store
        .revoke_jwt(&tenant, jti, until, &audit, now)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn revoke_jwt(
    platform: &Platform,
    caller: &Caller,
    claims: &Claims,
    needed: Option<Scope>,
    now: UnixMillis,
) -> Result<StatusCode, Problem> {
    let (jti, until) = (claims.jti, claims.exp.plus(LEEWAY_SECONDS));
    let audit = caller.audit(AuditAction::Revoke, jti, now).needing(needed);
    platform
        .store
        .revoke_jwt(&claims.tenant(), jti, until, &audit, now)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `tokens:revoke`, or holding the token itself, unless everybody can see it: the scope that is needed,
/// if one is.
fn may_revoke(caller: &Caller, id: &str) -> Result<Option<Scope>, Problem> {
    if caller.id() == id && !caller.kind().is_public() {
        return Ok(None);
    }
    caller.require(ManagementScope::TokensRevoke)?;
    Ok(Some(ManagementScope::TokensRevoke.into()))
}
