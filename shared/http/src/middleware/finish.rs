//! The layers around every function's routes: CORS, caught panics, the request id, headers that every
//! reply has, and one log line a failure.

use crate::middleware::cors::{self, CorsPermission};
use crate::middleware::log::{log_problem, request_span};
use crate::middleware::request_id::request_id;
use crate::reply::error_code::ErrorCode;
use crate::reply::problem::Problem;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use hallpass_runtime::Platform;
use http::header::{CACHE_CONTROL, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderName, HeaderValue, StatusCode};
use std::any::Any;
use thiserror::Error;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument as _;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Finishes the routes of a function, or of several merged.
pub fn finish(routes: Router<Platform>, platform: &Platform) -> Router {
    let unknown = async || Problem::not_found("route: see `/docs`");
    finish_with_fallback(routes.fallback(unknown), platform)
}

/// The same of routes that have a fallback of their own, for requests that none of them takes.
pub fn finish_with_fallback(routes: Router<Platform>, platform: &Platform) -> Router {
    routes
        .method_not_allowed_fallback(async || {
            let detail = "this route takes another method: see the `Allow` header";
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                ErrorCode::MethodNotAllowed,
                detail,
            )
        })
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(platform.clone(), edge))
        .with_state(platform.clone())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer hands the panic over"
)]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    Problem::internal(Panicked(text)).into_response()
}

/// A panic that was caught: a fault of ours, which only the log shows.
#[derive(Debug, Error)]
#[error("panicked: {0}")]
struct Panicked(String);

/// A request that was made of an event which cannot be read: this is its answer.
#[derive(Clone, Debug)]
pub(crate) struct Unreadable(pub(crate) Problem);

async fn edge(State(platform): State<Platform>, mut request: Request, next: Next) -> Response {
    platform.begin_invocation();
    let permission = CorsPermission::default();
    let origin = cors::origin(request.headers());
    let request_id = request_id(&platform, &request);
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("unknown", MatchedPath::as_str);
    let span = request_span(&request_id, request.method().as_str(), route);
    let mut response = if let Some(response) = cors::preflight(&platform, &request) {
        response
    } else if let Some(Unreadable(problem)) = request.extensions_mut().remove() {
        problem.into_response()
    } else {
        request.extensions_mut().insert(permission.clone());
        next.run(request).instrument(span.clone()).await
    };
    if let Some(problem) = response.extensions().get::<Problem>() {
        span.in_scope(|| log_problem(problem));
    }
    cors::answer(origin, &permission, &mut response);
    let headers = response.headers_mut();
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(request_id) = HeaderValue::from_str(&request_id) {
        headers.insert(X_REQUEST_ID, request_id);
    }
    response
}
