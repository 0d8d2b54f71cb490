//! What verifiers and clients read without a token: the published keys (RFC 7517), and where and
//! what we are (RFC 8414, `OpenID` Connect Discovery, RFC 9728). Says only what there is.

mod api;
mod metadata;
mod published;

pub use api::Api;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hallpass_http::{ANSWER_WITHIN, Platform, Problem, answer_within, finish};
use http::HeaderValue;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use metadata::{ProtectedResource, Server};
use published::Published;
use serde::Serialize;

/// As old as our own verifiers let a key become: a key is published a day before it signs, and a
/// retired one is refused after so long at most.
const CACHED: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    let published = Published::default();
    let (for_openid, for_oauth) = (published.clone(), published.clone());
    let routes = Router::new()
        .route(
            "/.well-known/jwks.json",
            get(async move |State(platform): State<Platform>| {
                let keys = published.read(&platform).await?;
                Ok::<_, Problem>(document(&*keys))
            }),
        )
        .route(
            "/.well-known/openid-configuration",
            get(async move |State(platform): State<Platform>| {
                let keys = for_openid.read(&platform).await?;
                Ok::<_, Problem>(document(&Server::new(&platform, &keys)))
            }),
        )
        .route(
            "/.well-known/oauth-authorization-server",
            get(async move |State(platform): State<Platform>| {
                let keys = for_oauth.read(&platform).await?;
                Ok::<_, Problem>(document(&Server::new(&platform, &keys)))
            }),
        )
        .route(
            "/.well-known/oauth-protected-resource",
            get(async |State(platform): State<Platform>| {
                document(&ProtectedResource::new(&platform))
            }),
        );
    answer_within(ANSWER_WITHIN, routes)
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
}

/// A public document: any page may read it, and anybody keep it for a while.
fn document(document: &impl Serialize) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, CACHED),
        (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    ];
    let body = serde_json::to_vec(document).unwrap_or_default();
    (headers, body).into_response()
}
