//! `GET /v1/usage` and `GET /v1/audit`: what tokens were used for, and who did what.

mod audit;
mod query;
mod routes;
mod usage;

pub use routes::{Api, ROUTES};

use axum::Router;
use hallpass_http::{Platform, WalkFor, finish, serve_routes};

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    serve_routes(ROUTES, WalkFor::default())
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
}
