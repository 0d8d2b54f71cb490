//! Ends one token.

use crate::error::RevokeError;
use hallpass_core::{Evidence, JwtId, LEEWAY_SECONDS, TokenId, UnixMillis};
use hallpass_http::{Caller, Platform, Problem};
use http::StatusCode;

/// Ends the token, or the JWT, of this id. What is not there and what is not the caller's answer
/// alike.
pub(crate) async fn revoke_id(
    platform: &Platform,
    caller: &Caller,
    id: &str,
) -> Result<StatusCode, Problem> {
    may_revoke(caller, id)?;
    let now = platform.now();
    if let Ok(jti) = id.parse::<JwtId>() {
        // Its expiry is not known here, so the row stays as long as any JWT could live. The row is
        // of the caller's own environment: it can end nobody else's token.
        let until = now
            .seconds()
            .plus(platform.catalog.longest_jwt())
            .plus(LEEWAY_SECONDS);
        let audit = caller.audit("revoke", jti, now);
        let (account, environment) = (caller.account(), caller.environment());
        platform
            .store
            .revoke_jwt(account, environment, jti, until, &audit, now)
            .await?;
        return Ok(StatusCode::NO_CONTENT);
    }
    let id: TokenId = id.parse().map_err(|_not_an_id| RevokeError::NoToken)?;
    let record = platform.store.token(&id).await?;
    let record = record
        .filter(|record| caller.reaches(record.account, &record.environment))
        .ok_or(RevokeError::NoToken)?;
    platform
        .store
        .revoke_token(&record, &caller.audit("revoke", record.id, now), now)
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
        Evidence::Opaque(record) if reachable(record.account, &record.environment) => {
            let audit = caller.audit("revoke", record.id, now);
            platform.store.revoke_token(record, &audit, now).await?;
            Ok(StatusCode::NO_CONTENT)
        }
        Evidence::Jwt { claims, .. }
            if reachable(claims.hallpass.account, &claims.hallpass.environment) =>
        {
            let audit = caller.audit("revoke", claims.jti, now);
            let (account, environment) = (claims.hallpass.account, &claims.hallpass.environment);
            let until = claims.exp.plus(LEEWAY_SECONDS);
            platform
                .store
                .revoke_jwt(account, environment, claims.jti, until, &audit, now)
                .await?;
            Ok(StatusCode::NO_CONTENT)
        }
        Evidence::Unknown | Evidence::Opaque(_) | Evidence::Jwt { .. } => {
            Err(RevokeError::NoToken.into())
        }
    }
}

/// `tokens:revoke`, or holding the token itself, unless everybody can see it.
fn may_revoke(caller: &Caller, id: &str) -> Result<(), Problem> {
    if caller.id() == id && !caller.kind().is_public() {
        return Ok(());
    }
    caller.require("tokens:revoke")
}
