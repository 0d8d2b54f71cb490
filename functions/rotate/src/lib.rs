//! `POST /v1/tokens/{id}/rotate`: a new secret for an old token. The old one lives on for the
//! overlap that the caller chooses; everything else about the token stays.

mod error;
mod routes;

pub use routes::{Api, ROUTES};

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use error::RotateError;
use hallpass_core::{
    ChangeError, CoveredToken, Kind, LONGEST_SECONDS, OpaqueToken, PreviousSecret, TokenId,
    TokenRecord, UnixMillis, UnixSeconds,
};
use hallpass_http::{
    Body, Caller, IdempotencyKey, IdempotencyKeyHeader, IssuedView, Path, Platform, Problem,
    WalkFor, finish, serve_routes,
};
use hallpass_store::{AuditAction, Rotation};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// This many old secrets may live on beside the new one.
const MAX_PREVIOUS: usize = 4;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RotateRequest {
    #[schema(maximum = 3_153_600_000_u64)]
    overlap_seconds: u64,
}

#[derive(Serialize, ToSchema)]
struct RotateReply<'a> {
    #[serde(flatten)]
    issued: IssuedView<'a>,
    /// Until when the secret that was rotated away is accepted.
    previous_valid_until: UnixSeconds,
}

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    serve_routes(ROUTES, WalkFor::default())
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
}

/// Rotate a token's secret
///
/// A new secret under the old id; everything else about the token stays, its expiry included. The
/// old secret is accepted for `overlap_seconds` more: 0 ends it at once. The caller's bounds cover
/// the token's.
#[utoipa::path(
    post, path = "/v1/tokens/{id}/rotate", tag = "tokens", operation_id = "rotate",
    request_body = RotateRequest,
    params(("id" = TokenId, Path), IdempotencyKeyHeader),
    responses(
        (status = 200, description = "The token with its new text, which is shown this once.", body = RotateReply<'static>),
    ),
    security(("token" = ["tokens:mint"])),
)]
async fn rotate(
    State(platform): State<Platform>,
    caller: Caller,
    Path(id): Path<String>,
    key: Result<IdempotencyKey, Problem>,
    body: Result<Body<RotateRequest>, Problem>,
) -> Result<Response, Problem> {
    let (Body { value, bytes }, key) = (body?, key?);
    let now = platform.now();
    let record = caller.find_token(&platform.store, &id).await?;
    let route = format!("POST /v1/tokens/{}/rotate", record.id);
    let idempotency = key.scoped(&caller, &route, &bytes);
    let rotated = rotated(&platform, &caller, &record, value.overlap_seconds, now);
    let (until, token, rotation) = match rotated {
        Ok(rotated) => rotated,
        Err(refused) => {
            // A repeated `Idempotency-Key` answers what the first call did, even if the request would
            // be refused now: a token that rotated itself asks again with a secret that ends.
            if let (Some(key), true) = (&idempotency, refused.status().is_client_error()) {
                let done = platform.store.check_not_rotated(key, record.id, now);
                done.await.map_err(RotateError::Store)?;
            }
            return Err(refused);
        }
    };
    let audit = caller
        .audit_of_token(AuditAction::Rotate, &record, now)
        .with("overlap_seconds", value.overlap_seconds);
    let record = platform
        .store
        .rotate(&record, &rotation, idempotency.as_ref(), &audit, now)
        .await
        .map_err(RotateError::Store)?;
    let text = token.text();
    let issued = IssuedView::new(&record, text.expose_secret());
    let reply = RotateReply {
        issued,
        previous_valid_until: until.seconds(),
    };
    Ok(Json(reply).into_response())
}

/// The new secret, and until when the old one lives, if the caller may.
fn rotated(
    platform: &Platform,
    caller: &Caller,
    record: &TokenRecord,
    overlap: u64,
    now: UnixMillis,
) -> Result<(UnixMillis, OpaqueToken, Rotation), Problem> {
    // A weak caller gets no strong secret (s52).
    let token = CoveredToken::of(&platform.catalog, caller.maker(), record, now);
    let kind = token.map_err(Problem::of_change)?.kind();
    let until = overlap_end(record, overlap, now)?;
    let (token, rotation) = new_secret(platform, kind, record, until, now)?;
    Ok((until, token, rotation))
}

/// The overlap ends at the token's own expiry at the latest.
fn overlap_end(
    record: &TokenRecord,
    overlap: u64,
    now: UnixMillis,
) -> Result<UnixMillis, RotateError> {
    let now = now.seconds();
    let most = record
        .expires_at
        .map_or(LONGEST_SECONDS, |expiry| expiry.0.saturating_sub(now.0));
    if overlap > most {
        return Err(RotateError::OverlapTooLong { most });
    }
    // Whole seconds, as the reply names it.
    Ok(now.plus(overlap).millis())
}

/// A new secret; those that still live end no later than the overlap, so that rotating again after
/// a lost reply does not end the secret that is in use.
fn new_secret(
    platform: &Platform,
    kind: &Kind,
    record: &TokenRecord,
    until: UnixMillis,
    now: UnixMillis,
) -> Result<(OpaqueToken, Rotation), Problem> {
    let gone = || Problem::of_change(ChangeError::KindGone);
    let prefix = kind.prefix().ok_or_else(gone)?.clone();
    let token = OpaqueToken::generate(prefix, record.id, platform.random.as_ref())?;
    let mut previous: Vec<PreviousSecret> = record
        .previous
        .iter()
        .map(|secret| PreviousSecret {
            until: secret.until.min(until),
            ..secret.clone()
        })
        .chain([PreviousSecret {
            hash: record.secret_hash,
            until,
        }])
        .collect();
    previous.retain(|secret| now < secret.until);
    if previous.len() > MAX_PREVIOUS {
        return Err(RotateError::TooManySecrets.into());
    }
    let rotation = Rotation {
        secret_hash: token.secret.hash(),
        public_text: kind.is_public().then(|| token.public_text()),
        previous,
    };
    Ok((token, rotation))
}
