//! API Gateway's REQUEST authorizer: may this request's token do what the route needs?
//!
//! For HTTP APIs (payload 2.0, a simple response) and for HTTP, REST and WebSocket APIs (payload
//! 1.0, a policy). The credential stands wherever the catalog's kinds say, the scope that is needed
//! in the catalog's table of routes, and the one validation decides.

mod cache_key;
mod event;
mod reply;
mod sources;

pub use event::{Event, EventError};
pub use reply::Answer;
pub use sources::{AuthorizerSources, SourcesError};

use event::AuthorizerRequest;
use hallpass_http::{
    ANSWER_WITHIN, Admission, Credential, ErrorCode, Platform, Problem, admit_to_route,
    log_problem, request_span,
};
use http::StatusCode;
use thiserror::Error;
use tokio::time::error::Elapsed;
use tracing::Instrument as _;

/// Why there is no answer. API Gateway makes 401 of the first and 500 of the others; an outage is
/// never an allow, and never says that a token is bad.
#[derive(Debug, Error)]
pub enum AuthorizeError {
    /// The word that API Gateway makes 401 of, where the answer is a policy.
    #[error("Unauthorized")]
    Unauthorized,
    /// Not an event of an authorizer.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The table is unavailable.
    #[error("the service cannot decide now")]
    Unavailable(#[source] Problem),
    /// It took too long.
    #[error("the service cannot decide now")]
    Late(#[from] Elapsed),
}

/// Answers an event of one of the authorizers whose identity sources are `sources`.
///
/// # Errors
/// See [`AuthorizeError`].
pub async fn authorize(
    platform: &Platform,
    sources: &AuthorizerSources,
    event: Event,
) -> Result<Answer, AuthorizeError> {
    let request = event.into_request().inspect_err(log_event)?;
    // What a gateway has decoded holds no `%`; what it has not could be read in another way by the
    // API behind it. No valid segment of a path needs one.
    let path = request.path.as_deref().filter(|path| !path.contains('%'));
    let path = path.unwrap_or("").to_owned();
    let route = platform.catalog.routes().pattern(&request.method, &path);
    let route = route.as_deref().unwrap_or("unknown");
    let span = request_span(&request.id, &request.method, route);
    let answer = async {
        let decided = decide(platform, sources, &request, &path);
        match tokio::time::timeout(ANSWER_WITHIN, decided).await {
            Ok(Ok(admission)) => Ok(request.form.allow(&admission)),
            Ok(Err(problem)) => {
                log_problem(&problem);
                if problem.status().is_server_error() {
                    Err(AuthorizeError::Unavailable(problem))
                } else {
                    request.form.refuse(&problem)
                }
            }
            Err(late) => {
                tracing::error!("no answer in time");
                Err(late.into())
            }
        }
    };
    answer.instrument(span).await
}

/// An event that is none of an authorizer is the deployment's doing; that a client wrote what no policy
/// can hold is not worth a line.
fn log_event(error: &AuthorizeError) {
    if let AuthorizeError::Event(error) = error {
        let error: &dyn std::error::Error = error;
        tracing::error!(error, "no answer");
    }
}

async fn decide(
    platform: &Platform,
    sources: &AuthorizerSources,
    request: &AuthorizerRequest,
    path: &str,
) -> Result<Admission, Problem> {
    // Boxed, since the type of what it waits for is deeper than the compiler follows.
    let admitted = Box::pin(admit_to_route(
        platform,
        &request.parts,
        &request.method,
        path,
    ));
    let mut admission = admitted.await?;
    let Some(cache_key) = &request.cache_key else {
        return Ok(admission);
    };
    let credential = Credential::presented(&request.parts, platform)?;
    match cache_key.may_name_origin(sources, &credential, &admission.caller, &request.parts) {
        Ok(may_name_origin) => {
            admission.origin = admission.origin.filter(|_| may_name_origin);
            Ok(admission)
        }
        Err(reason) => {
            tracing::warn!(%reason, "the answer would not be safe to cache");
            Err(Problem::new(
                StatusCode::FORBIDDEN,
                ErrorCode::UnsafeCache,
                reason.to_string(),
            ))
        }
    }
}
