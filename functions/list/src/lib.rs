//! `GET /v1/tokens` and `GET /v1/tokens/{id}`: which tokens there are.

mod one;
mod page;
mod routes;

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
