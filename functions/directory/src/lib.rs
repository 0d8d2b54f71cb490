//! `/v1/accounts` and their environments, and what belongs to an environment: users, service
//! accounts, groups, folders, access and shares.

mod accounts;
mod app;
mod error;
mod folders;
mod groups;
mod member_cursor;
mod people;
mod query;
mod refusal;
mod request;
mod routes;
mod shares;

pub use routes::{Api, ROUTES};

use axum::Router;
use hallpass_http::{Platform, WalkFor, finish, serve_routes};
use std::time::Duration;

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    serve_routes(ROUTES, WalkFor::default())
}

/// The same, where removing a user or service account that is not finished in `walk_for` answers
/// 202.
pub fn routes_walking_for(walk_for: Duration) -> Router<Platform> {
    serve_routes(ROUTES, WalkFor(walk_for))
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
}
