//! `GET /openapi.json`: every route as `OpenAPI` describes it, put together from the functions' own
//! descriptions. `GET /docs`: the same to read, with nothing loaded from elsewhere.

mod api;
mod description;
mod page;

pub use api::Api;
pub use description::description;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hallpass_http::{ANSWER_WITHIN, Platform, answer_within, finish};
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
    let routes = Router::new()
        .route(
            "/openapi.json",
            get(async || text("application/json", &DOCUMENTS.json)),
        )
        .route(
            "/docs",
            get(async || {
                let page = text("text/html; charset=utf-8", &DOCUMENTS.page);
                ([(CONTENT_SECURITY_POLICY, POLICY)], page).into_response()
            }),
        );
    answer_within(ANSWER_WITHIN, routes)
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
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
