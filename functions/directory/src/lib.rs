//! `/v1/accounts` and their environments, and what is in those: users, service accounts, groups and
//! shares.

mod account;
mod api;
mod app;
mod ask;
mod environment;
mod error;
mod folder;
mod given;
mod group;
mod member;
mod place;
mod refusal;
mod remove;
mod service_account;
mod share;
mod user;
mod within;

pub use api::Api;

use axum::routing::{delete, get, post, put};
use axum::{Extension, Router};
use hallpass_http::{ANSWER_WITHIN, Platform, WalkFor, answer_within, finish};
use std::time::Duration;

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    let WalkFor(walk_for) = WalkFor::default();
    routes_walking_for(walk_for)
}

/// The same, where removing a user or service account that is not finished in `walk_for` answers
/// 202.
pub fn routes_walking_for(walk_for: Duration) -> Router<Platform> {
    let closings = closings().layer(Extension(WalkFor(walk_for)));
    let routes = of_places()
        .merge(of_principals())
        .merge(of_groups())
        .merge(of_folders())
        .merge(of_app());
    answer_within(ANSWER_WITHIN, routes)
        .merge(answer_within(WalkFor(walk_for).answer_within(), closings))
}

fn of_places() -> Router<Platform> {
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
    routes
        .route("/v1/shares", get(share::list).post(share::create))
        .route(
            "/v1/shares/{share}",
            get(share::one).patch(share::change).delete(share::remove),
        )
}

/// Removing one of these walks all that speaks for it: nothing else may take so long.
fn closings() -> Router<Platform> {
    Router::new()
        .route("/v1/users/{user}", delete(user::delete))
        .route(
            "/v1/service-accounts/{service_account}",
            delete(service_account::delete),
        )
}

fn of_principals() -> Router<Platform> {
    Router::new()
        .route("/v1/users", get(user::list).post(user::create))
        .route("/v1/users/{user}", get(user::one).patch(user::change))
        .route(
            "/v1/service-accounts",
            get(service_account::list).post(service_account::create),
        )
        .route(
            "/v1/service-accounts/{service_account}",
            get(service_account::one),
        )
}

fn of_groups() -> Router<Platform> {
    Router::new()
        .route("/v1/groups", get(group::list).post(group::create))
        .route(
            "/v1/groups/{group}",
            get(group::one).patch(group::change).delete(group::delete),
        )
        .route("/v1/groups/{group}/members", get(member::list))
        .route(
            "/v1/groups/{group}/members/users/{user}",
            put(member::add_user).delete(member::remove_user),
        )
        .route(
            "/v1/groups/{group}/members/groups/{member}",
            put(member::add_group).delete(member::remove_group),
        )
}

fn of_folders() -> Router<Platform> {
    Router::new()
        .route("/v1/folders", get(folder::list).post(folder::create))
        .route("/v1/folders/{folder}", get(folder::one))
        .route("/v1/folders/{folder}/access", get(folder::list_access))
        .route(
            "/v1/folders/{folder}/access/users/{user}",
            put(folder::change_user).delete(folder::remove_user),
        )
        .route(
            "/v1/folders/{folder}/access/groups/{group}",
            put(folder::change_group).delete(folder::remove_group),
        )
}

/// 3dverse's own shapes.
fn of_app() -> Router<Platform> {
    Router::new()
        .route("/app/v1/users", post(app::create_user))
        .route("/app/v1/folders", post(app::create_folder))
        .route(
            "/app/v1/folders/{folder}/folders",
            get(app::folders_in).post(app::create_folder_in),
        )
        .route("/app/v1/folders/{folder}/access", get(folder::list_access))
        .route(
            "/app/v1/folders/{folder}/access/users/{user}",
            put(folder::change_user),
        )
        .route(
            "/app/v1/folders/{folder}/access/groups/{group}",
            put(folder::change_group),
        )
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
}
