//! `/v1/accounts` and their environments: who the platform's customers are.

mod account;
mod environment;
mod error;
mod place;

use axum::Router;
use axum::routing::get;
use hallpass_http::{ANSWER_WITHIN, Platform, answer_within, finish};

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    let routes = Router::new()
        .route("/v1/accounts", get(account::list).post(account::create))
        .route("/v1/accounts/{account}", get(account::one))
        .route(
            "/v1/accounts/{account}/environments",
            get(environment::list).post(environment::create),
        )
        .route(
            "/v1/accounts/{account}/environments/{app}/{env}",
            get(environment::one),
        );
    answer_within(ANSWER_WITHIN, routes)
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
}
