//! `DELETE /v1/tokens/{id}` and `/v1/revocations`: ends tokens, at once and for good.

mod close;
mod error;
mod request;
mod token;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post};
use close::Closing;
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

/// Closing an account walks its tokens for 20 s before it answers 202.
const CLOSE_WITHIN: Duration = Duration::from_secs(28);

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    let of_tokens = Router::new().route("/v1/tokens/{id}", delete(by_id));
    let of_places = Router::new()
        .route("/v1/revocations", post(revoke))
        .route("/v1/revocations/{account}", get(resume_account))
        .route(
            "/v1/revocations/{account}/{app}/{env}",
            get(resume_environment),
        );
    answer_within(ANSWER_WITHIN, of_tokens).merge(answer_within(CLOSE_WITHIN, of_places))
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
    credential: Credential,
    body: Result<JsonBody, Problem>,
) -> Result<Response, Problem> {
    match timeout(ANSWER_WITHIN, begin(&platform, &credential, body)).await {
        Ok(Ok(Begun::Ended(status))) => Ok(status.into_response()),
        Ok(Ok(Begun::Closing(caller, closing))) => closing.go_on(&platform, &caller).await,
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
    caller: Caller,
    Path(account): Path<String>,
) -> Result<Response, Problem> {
    resume(&platform, &caller, &account, None).await
}

async fn resume_environment(
    State(platform): State<Platform>,
    caller: Caller,
    Path((account, app, env)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    resume(&platform, &caller, &account, Some(&format!("{app}/{env}"))).await
}

/// Asks whether a closing has finished, and walks on if it has not. It never begins one.
async fn resume(
    platform: &Platform,
    caller: &Caller,
    account: &str,
    environment: Option<&str>,
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
    closing.go_on(platform, caller).await
}
