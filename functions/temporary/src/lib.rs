//! `POST /v1/tokens/temporary` and Archilogic's `POST /v2/temporary-access-token/create`: derives a
//! short-lived, narrower JWT. Nothing is written: one read, one signature.

mod error;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use error::TemporaryError;
use hallpass_core::{
    Asked, Audience, Claims, Evidence, HallpassClaims, IpRules, JwtId, Kind, OriginRules,
    Principal, Terms, UnixMillis, UnixSeconds, WrittenOriginRule, WrittenScope, present, terms,
};
use hallpass_http::{ANSWER_WITHIN, Body, Caller, Platform, Problem, answer_within, finish};
use hallpass_keys::Signer;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};

/// The body of both routes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TemporaryRequest {
    #[serde(default, deserialize_with = "present")]
    scopes: Option<Vec<WrittenScope>>,
    #[serde(rename = "durationSeconds", default, deserialize_with = "present")]
    duration_seconds: Option<u64>,
    #[serde(default, deserialize_with = "present")]
    origins: Option<Vec<WrittenOriginRule>>,
    #[serde(default, deserialize_with = "present")]
    principal: Option<Principal>,
}

/// The reply of both routes.
#[derive(Serialize)]
struct TemporaryReply {
    authorization: String,
    #[serde(rename = "expiresAt")]
    expires_at: UnixSeconds,
}

/// The routes of this function.
pub fn routes(signer: &Signer) -> Router<Platform> {
    let derive = {
        let signer = signer.clone();
        post(move |platform, caller, body| derive(platform, signer.clone(), caller, body))
    };
    let routes = Router::new()
        .route("/v1/tokens/temporary", derive.clone())
        .route("/v2/temporary-access-token/create", derive);
    answer_within(ANSWER_WITHIN, routes)
}

/// The whole function.
pub fn router(platform: &Platform, signer: &Signer) -> Router {
    finish(routes(signer), platform)
}

async fn derive(
    State(platform): State<Platform>,
    signer: Signer,
    caller: Caller,
    body: Result<Body<TemporaryRequest>, Problem>,
) -> Result<Json<TemporaryReply>, Problem> {
    let now = platform.now();
    let kind = derived_kind(&platform, &caller)?;
    let value = body?.value;
    let principal = check_principal(&platform, &caller, kind, value.principal).await?;
    let asked = Asked {
        scopes: value.scopes,
        origins: value.origins,
        ips: None,
        lifetime: value.duration_seconds,
    };
    let terms = terms(
        &platform.catalog,
        kind,
        asked,
        &caller.evidence().bounds(),
        now,
    )
    .map_err(TemporaryError::Terms)?;
    let claims = claims(&platform, &caller, kind, principal, terms, now)?;
    let expires_at = claims.exp;
    let token = signer
        .sign(&claims, now)
        .await
        .map_err(TemporaryError::Sign)?;
    let authorization = format!("Bearer {}", token.expose_secret());
    Ok(Json(TemporaryReply {
        authorization,
        expires_at,
    }))
}

/// The kind of JWT that the caller's kind derives.
fn derived_kind<'a>(platform: &'a Platform, caller: &Caller) -> Result<&'a Kind, TemporaryError> {
    let derives = caller.kind().derives.first();
    derives
        .and_then(|name| platform.catalog.kind(name))
        .ok_or_else(|| TemporaryError::DerivesNothing(caller.kind().name.clone()))
}

/// The caller's own principal, or another that exists and that the caller may impersonate.
async fn check_principal(
    platform: &Platform,
    caller: &Caller,
    kind: &Kind,
    asked: Option<Principal>,
) -> Result<Principal, Problem> {
    let principal = asked.unwrap_or(caller.principal());
    if !kind.principals.contains(&principal.principal_type()) {
        return Err(TemporaryError::PrincipalNotForKind(kind.name.clone()).into());
    }
    if principal != caller.principal() {
        caller.require("tokens:impersonate")?;
        let (account, environment) = (caller.account(), caller.environment());
        if !platform
            .store
            .principal_exists(account, environment, &principal)
            .await?
        {
            return Err(TemporaryError::NoPrincipal.into());
        }
    }
    Ok(principal)
}

fn claims(
    platform: &Platform,
    caller: &Caller,
    kind: &Kind,
    principal: Principal,
    terms: Terms,
    now: UnixMillis,
) -> Result<Claims, Problem> {
    let Evidence::Opaque(parent) = caller.evidence() else {
        return Err(TemporaryError::DerivesNothing(caller.kind().name.clone()).into());
    };
    let exp = terms
        .expires_at
        .ok_or_else(|| TemporaryError::DerivesNothing(kind.name.clone()))?;
    Ok(Claims {
        iss: platform.issuer.clone(),
        sub: principal,
        aud: audience(platform, &terms.origins, &terms.ips),
        client_id: parent.id,
        exp,
        iat: now.seconds(),
        nbf: None,
        jti: JwtId::generate(platform.random.as_ref())?,
        scope: terms.scopes,
        hallpass: HallpassClaims {
            kind: kind.name.clone(),
            account: caller.account(),
            environment: caller.environment().clone(),
            parent: parent.id,
            origins: terms.origins,
            ips: terms.ips,
            iat_ms: now,
        },
    })
}

/// The deployment's audience is named only where offline checks suffice: a verifier that reads
/// keys alone cannot check origins and addresses.
fn audience(platform: &Platform, origins: &OriginRules, ips: &IpRules) -> Audience {
    let offline = platform
        .audience
        .as_deref()
        .filter(|_| origins.is_empty() && ips.is_empty());
    let issuer = platform.issuer.as_str().to_owned();
    Audience(
        std::iter::once(issuer)
            .chain(offline.map(str::to_owned))
            .collect(),
    )
}
