//! What verifiers and clients read without a token: the published keys (RFC 7517), and where and
//! what we are (RFC 8414, `OpenID` Connect Discovery, RFC 9728). Says only what there is.

mod metadata;
mod published;
mod routes;

pub use routes::{Api, ROUTES};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use hallpass_http::{Platform, Problem, WalkFor, finish, serve_routes};
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use metadata::{ProtectedResource, Server};
use published::{Jwks, KEPT_SECONDS, Published};
use serde::Serialize;

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    serve_routes(ROUTES, WalkFor::default()).layer(Extension(Published::default()))
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
}

/// Published keys
///
/// What JWTs are signed with now, next, and were until lately, as a JWK set (RFC 7517).
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "keys", operation_id = "jwks",
    responses(
        (status = 200, description = "The keys.", body = Jwks),
    ),
)]
async fn jwks(
    State(platform): State<Platform>,
    Extension(published): Extension<Published>,
) -> Result<Response, Problem> {
    let keys = published.read(&platform).await?;
    Ok(document(&*keys.jwks, keys.max_age))
}

/// Metadata, by the name of OpenID Connect Discovery
#[utoipa::path(
    get, path = "/.well-known/openid-configuration", tag = "keys", operation_id = "openid_configuration",
    responses(
        (status = 200, description = "Where things are, and what there is.", body = Server<'static>),
    ),
)]
async fn openid_configuration(
    State(platform): State<Platform>,
    Extension(published): Extension<Published>,
) -> Result<Response, Problem> {
    let keys = published.read(&platform).await?;
    Ok(document(&Server::new(&platform, &keys.jwks), keys.max_age))
}

/// Metadata of the authorization server
///
/// RFC 8414.
#[utoipa::path(
    get, path = "/.well-known/oauth-authorization-server", tag = "keys", operation_id = "oauth_authorization_server",
    responses(
        (status = 200, description = "Where things are, and what there is.", body = Server<'static>),
    ),
)]
async fn authorization_server(
    State(platform): State<Platform>,
    Extension(published): Extension<Published>,
) -> Result<Response, Problem> {
    let keys = published.read(&platform).await?;
    Ok(document(&Server::new(&platform, &keys.jwks), keys.max_age))
}

/// Metadata of this API as a protected resource
///
/// RFC 9728.
#[utoipa::path(
    get, path = "/.well-known/oauth-protected-resource", tag = "keys", operation_id = "oauth_protected_resource",
    responses(
        (status = 200, description = "Where its tokens come from, and their scopes.", body = ProtectedResource<'static>),
    ),
)]
async fn protected_resource(State(platform): State<Platform>) -> Response {
    document(&ProtectedResource::new(&platform), KEPT_SECONDS)
}

/// A public document: any page may read it, and anybody keep it for `max_age` seconds.
fn document(document: &impl Serialize, max_age: u64) -> Response {
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, &format!("public, max-age={max_age}")),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    let body = serde_json::to_vec(document).unwrap_or_default();
    (headers, body).into_response()
}
