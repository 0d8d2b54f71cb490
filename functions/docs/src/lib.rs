//! `GET /openapi.json`: every route as `OpenAPI` describes it, put together from the functions' own
//! descriptions. `GET /docs`: a page that shows it, with nothing loaded from elsewhere; `/` leads there.

mod description;
mod routes;
mod viewer;

pub use description::description;
pub use routes::{Api, ROUTES};

use axum::Router;
use axum::response::{IntoResponse as _, Redirect, Response};
use hallpass_http::{Platform, WalkFor, finish, serve_routes};
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use std::sync::LazyLock;
use viewer::FIVE_MINUTES;

/// Put together at the first request that asks for it: it takes as long as three cold starts.
static DESCRIPTION: LazyLock<String> = LazyLock::new(|| description().to_string());

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    serve_routes(ROUTES, WalkFor::default())
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
}

/// Where a browser is led
///
/// To this page.
#[utoipa::path(
    get, path = "/", tag = "docs", operation_id = "start",
    responses(
        (status = 307, description = "The page is at `Location`.", headers(
            ("Location" = String, description = "`/docs`"),
        )),
    ),
)]
async fn start() -> Response {
    let headers = [
        (CACHE_CONTROL, FIVE_MINUTES),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, Redirect::temporary("/docs")).into_response()
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
    // The same for everybody, and for as long as the deployment is the same; any page may read it.
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, FIVE_MINUTES),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, DESCRIPTION.as_str()).into_response()
}
