//! `GET /openapi.json`: every route as `OpenAPI` describes it, put together from the functions' own
//! descriptions. `GET /docs`: a page that shows it, with nothing loaded from elsewhere; `/` leads there.

mod api;
mod description;
mod viewer;

pub use api::Api;
pub use description::description;

use axum::Router;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use hallpass_http::{ANSWER_WITHIN, Platform, answer_within, finish};
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use std::sync::LazyLock;
use viewer::FIVE_MINUTES;

/// Put together at the first request that asks for it: it takes as long as three cold starts.
static DESCRIPTION: LazyLock<String> = LazyLock::new(|| description().to_string());

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    let routes = Router::new()
        .route("/", get(start))
        .route("/docs", get(viewer::page))
        .route("/docs/{asset}", get(viewer::asset))
        .route("/openapi.json", get(openapi));
    answer_within(ANSWER_WITHIN, routes)
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
}

/// Whoever opens the address of the deployment in a browser is led to the page.
async fn start() -> Response {
    let headers = [
        (CACHE_CONTROL, FIVE_MINUTES),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, Redirect::temporary("/docs")).into_response()
}

/// The same for everybody, and for as long as the deployment is the same; any page may read it.
async fn openapi() -> Response {
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, FIVE_MINUTES),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, DESCRIPTION.as_str()).into_response()
}
