//! Ends one token.

use crate::error::RevokeError;
use hallpass_core::{
    AccountId, Claims, EnvironmentName, Evidence, JwtId, LEEWAY_SECONDS, ManagementScope, Tenant,
    UnixMillis,
};
use hallpass_http::{Caller, Platform, Problem};
use hallpass_store::AuditAction;
use http::StatusCode;

/// Where a JWT lives, as far as a request names it.
#[derive(Debug, Default)]
pub(crate) struct Place {
    pub(crate) account: Option<AccountId>,
    pub(crate) environment: Option<EnvironmentName>,
}

/// Ends the token, or the JWT, of this id. What is not there and what is not the caller's answer
/// alike.
pub(crate) async fn revoke_id(
    platform: &Platform,
    caller: &Caller,
    id: &str,
    place: Place,
) -> Result<StatusCode, Problem> {
    may_revoke(caller, id)?;
    let now = platform.now();
    if let Ok(jti) = id.parse::<JwtId>() {
        return revoke_jti(platform, caller, jti, place).await;
    }
    if place.account.is_some() || place.environment.is_some() {
        return Err(RevokeError::Target.into());
    }
    let record = caller.find_token(&platform.store, id).await?;
    platform
        .store
        .revoke_token(
            &record,
            &caller.audit(AuditAction::Revoke, record.id, now),
            now,
        )
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the token whose text the body holds.
pub(crate) async fn revoke(
    platform: &Platform,
    caller: &Caller,
    evidence: &Evidence,
    now: UnixMillis,
) -> Result<StatusCode, Problem> {
    may_revoke(caller, &evidence.id().unwrap_or_default())?;
    let reachable = |account, environment| caller.reaches(account, environment);
    match evidence {
        Evidence::Malformed(reason) => Err(RevokeError::Malformed(*reason).into()),
        Evidence::Opaque { record, .. } if reachable(record.account, &record.environment) => {
            let audit = caller.audit(AuditAction::Revoke, record.id, now);
            platform.store.revoke_token(record, &audit, now).await?;
            Ok(StatusCode::NO_CONTENT)
        }
        Evidence::Jwt { claims, .. }
            if reachable(claims.hallpass.account, &claims.hallpass.environment) =>
        {
            revoke_jwt(platform, caller, claims, now).await
        }
        Evidence::Unknown | Evidence::Opaque { .. } | Evidence::Jwt { .. } => {
            Err(RevokeError::NoToken.into())
        }
    }
}

/// How long any JWT can live that may be out. A catalog that was shortened tells of new ones only;
/// the keys that are still published tell of all that they signed.
async fn longest_jwt(platform: &Platform) -> Result<u64, Problem> {
    let keys = platform.store.key_rows().await?;
    let signed = keys.iter().map(|key| key.longest_token).max();
    Ok(platform.catalog.longest_jwt().max(signed.unwrap_or(0)))
}

/// There is no row of a JWT, so its id alone does not say whose it is: its place is the caller's
/// own, or what the operator, who reaches every place, says. It can end nobody else's token, and
/// stays as long as any JWT could live.
async fn revoke_jti(
    platform: &Platform,
    caller: &Caller,
    jti: JwtId,
    place: Place,
) -> Result<StatusCode, Problem> {
    let named = place.account.is_some() && place.environment.is_some();
    if caller.is_operator() && !named && caller.id() != jti.to_string() {
        return Err(RevokeError::JwtPlace.into());
    }
    let Tenant {
        account,
        environment,
    } = caller.tenant(place.account, place.environment)?;
    let now = platform.now();
    let until = now.seconds().plus(longest_jwt(platform).await?);
    let until = until.plus(LEEWAY_SECONDS);
    let audit = caller.audit(AuditAction::Revoke, jti, now);
    platform
        .store
        .revoke_jwt(account, &environment, jti, until, &audit, now)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn revoke_jwt(
    platform: &Platform,
    caller: &Caller,
    claims: &Claims,
    now: UnixMillis,
) -> Result<StatusCode, Problem> {
    let (account, environment) = (claims.hallpass.account, &claims.hallpass.environment);
    let (jti, until) = (claims.jti, claims.exp.plus(LEEWAY_SECONDS));
    let audit = caller.audit(AuditAction::Revoke, jti, now);
    platform
        .store
        .revoke_jwt(account, environment, jti, until, &audit, now)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `tokens:revoke`, or holding the token itself, unless everybody can see it.
fn may_revoke(caller: &Caller, id: &str) -> Result<(), Problem> {
    if caller.id() == id && !caller.kind().is_public() {
        return Ok(());
    }
    caller.require(ManagementScope::TokensRevoke)
}
