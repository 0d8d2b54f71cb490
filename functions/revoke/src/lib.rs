//! `DELETE /v1/tokens/{id}` and `/v1/revocations`: ends tokens, at once and permanently.

mod close;
mod error;
mod request;
mod resume;
mod routes;
mod token;

pub use routes::{Api, ROUTES};

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Router};
use close::Closing;
use hallpass_core::TokenId;
use hallpass_http::{
    ANSWER_WITHIN, Caller, Credential, JsonBody, Path, Platform, Problem, WalkFor, finish,
    serve_routes,
};
use http::StatusCode;
use request::{RevocationRequest, Target};
use std::time::Duration;
use token::TenantRequest;
use tokio::time::timeout;

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    serve_routes(ROUTES, WalkFor::default())
}

/// The same, where a closing that is not finished in `walk_for` answers 202.
pub fn routes_walking_for(walk_for: Duration) -> Router<Platform> {
    serve_routes(ROUTES, WalkFor(walk_for))
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
}

/// Revoke a token
///
/// Ends it and all that was derived from it, at once and permanently. A JWT can be named by its `jti`.
/// Holding the token itself is enough, unless its kind is public.
#[utoipa::path(
    delete, path = "/v1/tokens/{id}", tag = "revocations", operation_id = "revoke_token",
    params(("id" = TokenId, Path)),
    responses(
        (status = 204, description = "It is ended, or was already."),
    ),
    security(("token" = ["tokens:revoke"])),
)]
async fn by_id(
    State(platform): State<Platform>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    token::revoke_id(&platform, &caller, &id, TenantRequest::default()).await
}

/// Revoke by text, id, maker, principal, environment or account
///
/// Name one: a `token` by its text, an `id`, `made_by` (the id of a token: all tokens that it made until
/// now are ended, with those that they made and all that was derived from any of them, and that one
/// itself stays), a `principal`, or an `environment`, an `account`, or
/// both. Everything that speaks for a principal, or lives in an environment or account, is ended,
/// and that one is closed permanently, which takes `directory:write` as well, and
/// `platform:operate` for a whole account;
/// with `before`, what was made until then is ended and nothing is closed. A `before` up to 5 seconds
/// ahead means now, to the millisecond.
#[utoipa::path(
    post, path = "/v1/revocations", tag = "revocations", operation_id = "revoke",
    request_body = RevocationRequest,
    responses(
        (status = 204, description = "Everything is ended."),
        (status = 202, description = "Not finished yet: ask again at `Location`, or make the same call again.", headers(("Location" = String, description = "Where to ask how far it has come."), ("Retry-After" = u32, description = "In how many seconds."))),
    ),
    security(("token" = ["tokens:revoke"])),
)]
async fn revoke(
    State(platform): State<Platform>,
    Extension(walk_for): Extension<WalkFor>,
    credential: Credential,
    body: Result<JsonBody, Problem>,
) -> Result<Response, Problem> {
    // Only a closing takes longer than an ordinary reply.
    match timeout(ANSWER_WITHIN, begin(&platform, &credential, body)).await {
        Ok(Ok(Begun::Ended(status))) => Ok(status.into_response()),
        Ok(Ok(Begun::Closing(caller, closing))) => {
            closing.go_on(&platform, &caller, walk_for).await
        }
        Ok(Err(problem)) => Err(problem),
        Err(elapsed) => Err(Problem::unavailable(elapsed)),
    }
}

/// What became of a request at once.
enum Begun {
    /// The token is ended.
    Ended(StatusCode),
    /// The closing that this caller may begin.
    Closing(Box<Caller>, Closing),
}

/// The caller's token and the one to be ended are read together; the caller is judged first.
async fn begin(
    platform: &Platform,
    credential: &Credential,
    body: Result<JsonBody, Problem>,
) -> Result<Begun, Problem> {
    let now = platform.now();
    let request = body.and_then(|body| body.parse::<RevocationRequest>());
    let in_question = request
        .as_ref()
        .ok()
        .and_then(RevocationRequest::token)
        .unwrap_or_default();
    let [callers, context] = platform
        .validator
        .examine([credential.text(), in_question], now)
        .await?;
    let caller = Caller::admit(platform, credential, callers, now)?;
    Ok(match request?.target()? {
        Target::Token => Begun::Ended(token::revoke(platform, &caller, &context, now).await?),
        Target::Id(id, tenant) => {
            Begun::Ended(token::revoke_id(platform, &caller, &id, tenant).await?)
        }
        Target::MadeBy(id) => {
            let closing = Closing::of_made(platform, &caller, &id, now).await?;
            Begun::Closing(Box::new(caller), closing)
        }
        Target::Principal {
            principal,
            tenant,
            before,
        } => {
            let (account, environment) = (tenant.account, tenant.environment);
            let closing =
                Closing::of_principal(&caller, principal, account, environment, before, now)?;
            Begun::Closing(Box::new(caller), closing)
        }
        Target::Tenant {
            account,
            environment,
            before,
        } => {
            let closing = Closing::of_tenant(&caller, account, environment, before, now)?;
            closing.check(platform).await?;
            Begun::Closing(Box::new(caller), closing)
        }
    })
}
