//! `DELETE /v1/tokens/{id}` and `/v1/revocations`: ends tokens, at once and for good.

mod close;
mod error;
mod request;
mod token;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post};
use axum::{Extension, Router};
use close::{Closing, WalkFor};
use error::RevokeError;
use hallpass_core::EnvironmentName;
use hallpass_http::{
    ANSWER_WITHIN, Caller, Credential, JsonBody, Path, Platform, Problem, answer_within, finish,
};
use http::StatusCode;
use request::{RevocationRequest, Target};
use std::time::Duration;
use token::Place;
use tokio::time::timeout;

/// A closing that is not finished in this time answers 202.
const WALK_FOR: Duration = Duration::from_secs(20);

/// What a closing's first and last page may take beyond that.
const PAGE_WITHIN: Duration = Duration::from_secs(8);

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    routes_walking_for(WALK_FOR)
}

/// The same, where a closing that is not finished in `walk_for` answers 202.
pub fn routes_walking_for(walk_for: Duration) -> Router<Platform> {
    let of_tokens = Router::new().route("/v1/tokens/{id}", delete(by_id));
    let of_places = Router::new()
        .route("/v1/revocations", post(revoke))
        .route("/v1/revocations/{account}", get(resume_account))
        .route(
            "/v1/revocations/{account}/{app}/{env}",
            get(resume_environment),
        )
        .layer(Extension(WalkFor(walk_for)));
    let close_within = walk_for.saturating_add(PAGE_WITHIN);
    answer_within(ANSWER_WITHIN, of_tokens).merge(answer_within(close_within, of_places))
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
}

async fn by_id(
    State(platform): State<Platform>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    token::revoke_id(&platform, &caller, &id, Place::default()).await
}

/// Only a closing takes longer than an ordinary reply.
async fn revoke(
    State(platform): State<Platform>,
    Extension(walk_for): Extension<WalkFor>,
    credential: Credential,
    body: Result<JsonBody, Problem>,
) -> Result<Response, Problem> {
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
    /// A place is to be closed by this caller, who may.
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
    let [callers, evidence] = platform
        .validator
        .examine([credential.text(), in_question], now)
        .await?;
    let caller = Caller::admit(platform, credential, callers, now)?;
    Ok(match request?.target()? {
        Target::Token => Begun::Ended(token::revoke(platform, &caller, &evidence, now).await?),
        Target::Id(id, place) => {
            Begun::Ended(token::revoke_id(platform, &caller, &id, place).await?)
        }
        Target::Place {
            account,
            environment,
            before,
        } => {
            let closing = Closing::new(&caller, account, environment, before, now)?;
            closing.check(platform).await?;
            Begun::Closing(Box::new(caller), closing)
        }
    })
}

async fn resume_account(
    State(platform): State<Platform>,
    Extension(walk_for): Extension<WalkFor>,
    caller: Caller,
    Path(account): Path<String>,
) -> Result<Response, Problem> {
    resume(&platform, &caller, (&account, None), walk_for).await
}

async fn resume_environment(
    State(platform): State<Platform>,
    Extension(walk_for): Extension<WalkFor>,
    caller: Caller,
    Path((account, app, env)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let environment = format!("{app}/{env}");
    resume(&platform, &caller, (&account, Some(&environment)), walk_for).await
}

/// Asks whether a closing has finished, and walks on if it has not. It never begins one.
async fn resume(
    platform: &Platform,
    caller: &Caller,
    (account, environment): (&str, Option<&str>),
    walk_for: WalkFor,
) -> Result<Response, Problem> {
    let unknown = || RevokeError::NoPlace;
    let account = account.parse().map_err(|_not_an_id| unknown())?;
    let environment: Option<EnvironmentName> = environment
        .map(str::parse)
        .transpose()
        .map_err(|_not_a_name| unknown())?;
    let closing = Closing::new(caller, Some(account), environment, None, platform.now())?;
    if !closing.has_begun(platform).await? {
        return Err(unknown().into());
    }
    closing.go_on(platform, caller, walk_for).await
}
