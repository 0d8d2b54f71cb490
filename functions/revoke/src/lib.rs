//! `DELETE /v1/tokens/{id}` and `/v1/revocations`: ends tokens, at once and for good.

mod api;
mod close;
mod error;
mod request;
mod resume;
mod token;

pub use api::Api;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post};
use axum::{Extension, Router};
use close::Closing;
use hallpass_http::{
    ANSWER_WITHIN, Caller, Credential, JsonBody, Path, Platform, Problem, WalkFor, answer_within,
    finish,
};
use http::StatusCode;
use request::{RevocationRequest, Target};
use std::time::Duration;
use token::Place;
use tokio::time::timeout;

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    let WalkFor(walk_for) = WalkFor::default();
    routes_walking_for(walk_for)
}

/// The same, where a closing that is not finished in `walk_for` answers 202.
pub fn routes_walking_for(walk_for: Duration) -> Router<Platform> {
    let of_tokens = Router::new().route("/v1/tokens/{id}", delete(by_id));
    let of_places = Router::new()
        .route("/v1/revocations", post(revoke))
        .route("/v1/revocations/{account}", get(resume::account))
        .route(
            "/v1/revocations/{account}/{app}/{env}",
            get(resume::environment),
        )
        .route(
            "/v1/revocations/principals/{principal}",
            get(resume::principal),
        )
        .layer(Extension(WalkFor(walk_for)));
    let close_within = WalkFor(walk_for).answer_within();
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
        Target::Principal {
            principal,
            place,
            before,
        } => {
            let (account, environment) = (place.account, place.environment);
            let closing =
                Closing::of_principal(&caller, principal, account, environment, before, now)?;
            Begun::Closing(Box::new(caller), closing)
        }
        Target::Place {
            account,
            environment,
            before,
        } => {
            let closing = Closing::of_place(&caller, account, environment, before, now)?;
            closing.check(platform).await?;
            Begun::Closing(Box::new(caller), closing)
        }
    })
}
