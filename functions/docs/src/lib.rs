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
use std::sync::Arc;

/// The page has a style of its own and nothing else: no script, no picture, nobody who frames it.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    let description = description();
    let page: Arc<str> = page::page(&description).into();
    let json: Arc<str> = description.to_string().into();
    let routes = Router::new()
        .route(
            "/openapi.json",
            get(async move || text("application/json", &json)),
        )
        .route(
            "/docs",
            get(async move || {
                let page = text("text/html; charset=utf-8", &page);
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
fn text(media: &'static str, text: &Arc<str>) -> Response {
    let headers = [
        (CONTENT_TYPE, media),
        (CACHE_CONTROL, "public, max-age=300"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, text.to_string()).into_response()
}
