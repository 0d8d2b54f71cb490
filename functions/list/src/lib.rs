//! `GET /v1/tokens` and `GET /v1/tokens/{id}`: which tokens there are.

mod api;
mod one;
mod page;

pub use api::Api;

use axum::Router;
use axum::routing::get;
use hallpass_http::{ANSWER_WITHIN, Platform, answer_within, finish};

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    let routes = Router::new()
        .route("/v1/tokens", get(page::list))
        .route("/v1/tokens/{id}", get(one::one));
    answer_within(ANSWER_WITHIN, routes)
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
}
