//! `GET /v1/usage` and `GET /v1/audit`: what tokens were used for, and who did what.

mod api;
mod audit;
mod query;
mod usage;

pub use api::Api;

use axum::Router;
use axum::routing::get;
use hallpass_http::{ANSWER_WITHIN, Platform, answer_within, finish};

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    let routes = Router::new()
        .route("/v1/usage", get(usage::usage))
        .route("/v1/audit", get(audit::audit));
    answer_within(ANSWER_WITHIN, routes)
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
}
