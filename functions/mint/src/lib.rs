//! `POST /v1/tokens`: makes an opaque token and shows it once.

mod audit;
mod error;
mod request;
mod routes;

pub use routes::{Api, ROUTES};

use audit::audit;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use error::of_store;
use hallpass_core::{IssueError, IssuedKind, NewToken, UnixMillis};
use hallpass_http::{
    Body, Caller, IdempotencyKey, IdempotencyKeyHeader, IssuedView, Platform, Problem,
    RequestFields, WalkFor, finish, serve_routes,
};
use hallpass_store::Mint;
use http::StatusCode;
use request::MintRequest;
use secrecy::ExposeSecret as _;

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    serve_routes(ROUTES, WalkFor::default())
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
}

/// Make a token
///
/// An opaque token of a kind of the catalog. Its text is shown this once, unless its kind is public.
/// What is left out is the kind's default or the caller's own; what is made lies within the caller's
/// scopes, environment, origins, addresses and expiry. With the same `Idempotency-Key`, a repeated
/// call answers 409 `already_minted` with the token's id.
#[utoipa::path(
    post, path = "/v1/tokens", tag = "tokens", operation_id = "mint",
    request_body = MintRequest, params(IdempotencyKeyHeader),
    responses((status = 201, description = "The token and its record.", body = IssuedView<'static>)),
    security(("token" = ["tokens:mint"])),
)]
async fn mint(
    State(platform): State<Platform>,
    caller: Caller,
    key: Result<IdempotencyKey, Problem>,
    body: Result<Body<MintRequest>, Problem>,
) -> Result<Response, Problem> {
    let (Body { value, bytes }, key) = (body?, key?);
    let now = platform.now();
    let idempotency = key.scoped(&caller, "POST /v1/tokens", &bytes);
    let token = match issue(&platform, &caller, value, now).await {
        Ok(token) => token,
        Err(refused) => {
            // A repeated `Idempotency-Key` answers what the first call made, even if the request
            // would be refused now.
            if let (Some(key), true) = (&idempotency, refused.status().is_client_error()) {
                let made = platform.store.check_not_minted(key, now).await;
                made.map_err(of_store)?;
            }
            return Err(refused);
        }
    };
    let audit = audit(&caller, token.record(), now);
    let mint = Mint {
        token: &token,
        idempotency: idempotency.as_ref(),
        audit: &audit,
    };
    let random = platform.random.as_ref();
    let record = platform.store.mint(mint, now, random).await;
    let record = record.map_err(of_store)?;
    let issued = IssuedView::new(&record, token.text().expose_secret());
    Ok((StatusCode::CREATED, Json(issued)).into_response())
}

/// The token that the caller may make.
async fn issue(
    platform: &Platform,
    caller: &Caller,
    request: MintRequest,
    now: UnixMillis,
) -> Result<NewToken, Problem> {
    let kind = IssuedKind::minted(&platform.catalog, &request.kind).map_err(issue_problem)?;
    let (requested, details) = request.into_parts();
    let issuance = hallpass_http::issue(
        platform,
        kind,
        requested,
        caller.maker(),
        now,
        issue_problem,
    );
    let token = issuance
        .await?
        .into_token(details, platform.random.as_ref());
    token.map_err(Problem::of_form)
}

fn issue_problem(error: IssueError) -> Problem {
    Problem::of_issue(error, &RequestFields::default())
}
