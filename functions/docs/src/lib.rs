//! `GET /openapi.json`: every route as `OpenAPI` describes it, put together from the functions' own
//! descriptions. `GET /docs`: the same to read, with nothing loaded from elsewhere.

mod description;
mod page;
mod routes;

pub use description::description;
pub use routes::{Api, ROUTES};

use axum::Router;
use axum::response::{IntoResponse, Response};
use hallpass_http::{Platform, WalkFor, finish, serve_routes};
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
};
use std::sync::LazyLock;

/// The page has a style of its own and nothing else: no script, no picture, nobody who frames it.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/// Both, put together at the first request that asks for one: it takes as long as three cold starts.
static DOCUMENTS: LazyLock<Documents> = LazyLock::new(|| {
    let description = description();
    Documents {
        page: page::page(&description),
        json: description.to_string(),
    }
});

struct Documents {
    json: String,
    page: String,
}

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    serve_routes(ROUTES, WalkFor::default())
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
}

/// This description
///
/// `OpenAPI` 3.1, generated from the code.
#[utoipa::path(
    get, path = "/openapi.json", tag = "docs", operation_id = "openapi",
    responses(
        (status = 200, description = "The description.", body = serde_json::Value),
    ),
)]
async fn openapi() -> Response {
    text("application/json", &DOCUMENTS.json)
}

/// This page
///
/// The description, to be read. Nothing on it is loaded from elsewhere.
#[utoipa::path(
    get, path = "/docs", tag = "docs", operation_id = "docs",
    responses(
        (status = 200, description = "The page.", body = String, content_type = "text/html"),
    ),
)]
async fn docs() -> Response {
    let page = text("text/html; charset=utf-8", &DOCUMENTS.page);
    ([(CONTENT_SECURITY_POLICY, POLICY)], page).into_response()
}

/// The same for everybody, and for as long as the deployment is the same; any page may read it.
fn text(media: &'static str, text: &str) -> Response {
    let headers = [
        (CONTENT_TYPE, media),
        (CACHE_CONTROL, "public, max-age=300"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, text.to_owned()).into_response()
}
