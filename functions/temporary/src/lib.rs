//! `POST /v1/tokens/temporary` and Archilogic's `POST /v2/temporary-access-token/create`: derives a
//! short-lived, narrower JWT. Nothing is written: one read, one signature. 3dverse's
//! `POST /app/v1/users/{user}/tokens` does the same for a user, for the places the user reaches.

mod api;
mod error;
mod user_token;

pub use api::Api;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use error::TemporaryError;
use hallpass_core::{
    Asked, Claims, Evidence, Issue, JwtId, Kind, ParentId, Principal, PrincipalRecord, Terms,
    UnixMillis, UnixSeconds, WrittenOriginRule, WrittenScope, present, terms,
};
use hallpass_http::{ANSWER_WITHIN, Body, Caller, Platform, Problem, answer_within, finish};
use hallpass_keys::Signer;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The body of both routes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TemporaryRequest {
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    scopes: Option<Vec<WrittenScope>>,
    #[serde(rename = "durationSeconds", default, deserialize_with = "present")]
    #[schema(nullable = false)]
    duration_seconds: Option<u64>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    origins: Option<Vec<WrittenOriginRule>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    principal: Option<Principal>,
}

/// The reply of both routes.
#[derive(Serialize, ToSchema)]
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
    let for_user = {
        let signer = signer.clone();
        post(move |platform, caller, user, body| {
            user_token::derive(platform, signer.clone(), caller, user, body)
        })
    };
    let routes = Router::new()
        .route("/v1/tokens/temporary", derive.clone())
        .route("/v2/temporary-access-token/create", derive)
        .route("/app/v1/users/{user}/tokens", for_user);
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
    let principal = value.principal.unwrap_or(caller.principal());
    check_principal(&caller, kind, principal)?;
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
    // What the caller's kind may no longer hold is in its record still.
    caller
        .contain(&terms.bounds())
        .map_err(|error| TemporaryError::Terms(error.into()))?;
    check_rights(&platform, &caller, principal, &terms).await?;
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

/// A token speaks for the caller's own principal, or for another that the caller may impersonate.
fn check_principal(caller: &Caller, kind: &Kind, principal: Principal) -> Result<(), Problem> {
    if !kind.principals.contains(&principal.principal_type()) {
        return Err(TemporaryError::PrincipalNotForKind(kind.name.clone()).into());
    }
    if principal != caller.principal() {
        caller.require("tokens:impersonate")?;
    }
    if matches!(principal, Principal::Account(other) if other != caller.account()) {
        return Err(TemporaryError::NoPrincipal.into());
    }
    Ok(())
}

/// A user or service account is there; and what speaks for a user lies within the user's rights.
async fn check_rights(
    platform: &Platform,
    caller: &Caller,
    principal: Principal,
    terms: &Terms,
) -> Result<(), Problem> {
    if matches!(principal, Principal::Account(_)) {
        return Ok(());
    }
    let open = open_principal(platform, caller, principal).await?;
    let principal = open.ok_or(TemporaryError::NoPrincipal)?;
    let outside = platform
        .validator
        .outside_rights(&principal, &terms.scopes)
        .await?;
    match outside {
        Some(scope) => Err(TemporaryError::NotTheUsers(scope).into()),
        None => Ok(()),
    }
}

/// A user or service account of the caller's environment, if it is not closed.
async fn open_principal(
    platform: &Platform,
    caller: &Caller,
    principal: Principal,
) -> Result<Option<PrincipalRecord>, Problem> {
    let (account, environment) = (caller.account(), caller.environment());
    let found = platform
        .store
        .principal(&account, environment, &principal)
        .await?;
    Ok(found.filter(|found| found.closed_at.is_none()))
}

fn claims(
    platform: &Platform,
    caller: &Caller,
    kind: &Kind,
    principal: Principal,
    terms: Terms,
    now: UnixMillis,
) -> Result<Claims, Problem> {
    let Evidence::Opaque { record: parent, .. } = caller.evidence() else {
        return Err(TemporaryError::DerivesNothing(caller.kind().name.clone()).into());
    };
    let expires_at = terms
        .expires_at
        .ok_or_else(|| TemporaryError::DerivesNothing(kind.name.clone()))?;
    let issue = Issue {
        kind: kind.name.clone(),
        parent: ParentId::Token(parent.id),
        account: caller.account(),
        environment: caller.environment().clone(),
        principal,
        scopes: terms.scopes,
        origins: terms.origins,
        ips: terms.ips,
        expires_at,
    };
    let jti = JwtId::generate(platform.random.as_ref())?;
    Ok(issue.claims(&platform.issuer, platform.audience.as_deref(), jti, now))
}
