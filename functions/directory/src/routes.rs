//! The routes of this function.

use crate::accounts;
use crate::accounts::environment;
use crate::app;
use crate::folders;
use crate::folders::access;
use crate::groups;
use crate::groups::member;
use crate::member_cursor::MemberCursor;
use crate::people::service_account;
use crate::people::user;
use crate::shares;
use axum::routing::on;
use hallpass_core::ManagementScope::{DirectoryRead, DirectoryWrite};
use hallpass_core::{ServiceAccountId, UserId};
use hallpass_http::{Needs, Route};

const READ: Needs = Needs::Scope(DirectoryRead);
const WRITE: Needs = Needs::Scope(DirectoryWrite);
/// Accounts and environments are made by the platform itself.
const OPERATE: Needs = Needs::Operator(DirectoryWrite);
/// A user's token, or a public one, that has access to the folder needs no scope of the directory.
const READ_FOLDER: Needs = Needs::ScopeOrRight(DirectoryRead);
const WRITE_FOLDER: Needs = Needs::ScopeOrRight(DirectoryWrite);

/// The table of routes.
#[rustfmt::skip]
pub const ROUTES: &[Route] = &[
    Route::get("/v1/accounts", READ, |method| on(method, accounts::list)),
    Route::post("/v1/accounts", OPERATE, |method| on(method, accounts::create)).with_key(),
    Route::get("/v1/accounts/{account}", READ, |method| on(method, accounts::one)),
    Route::get("/v1/accounts/{account}/environments", READ, |method| on(method, environment::list)),
    Route::post("/v1/accounts/{account}/environments", OPERATE, |method| on(method, environment::create)).with_key(),
    Route::get("/v1/accounts/{account}/environments/{app}/{env}", READ, |method| on(method, environment::one)),
    Route::get("/v1/users", READ, |method| on(method, user::list)),
    Route::post("/v1/users", WRITE, |method| on(method, user::create)).with_key(),
    Route::get("/v1/users/{user}", READ, |method| on(method, user::one)),
    Route::patch("/v1/users/{user}", WRITE, |method| on(method, user::change)),
    Route::delete("/v1/users/{user}", WRITE, |method| on(method, user::close)).walking(),
    Route::get("/v1/service-accounts", READ, |method| on(method, service_account::list)),
    Route::post("/v1/service-accounts", WRITE, |method| on(method, service_account::create)).with_key(),
    Route::get("/v1/service-accounts/{service_account}", READ, |method| on(method, service_account::one)),
    Route::patch("/v1/service-accounts/{service_account}", WRITE, |method| on(method, service_account::change)),
    Route::delete("/v1/service-accounts/{service_account}", WRITE, |method| on(method, service_account::close)).walking(),
    Route::get("/v1/groups", READ, |method| on(method, groups::list)),
    Route::post("/v1/groups", WRITE, |method| on(method, groups::create)).with_key(),
    Route::get("/v1/groups/{group}", READ, |method| on(method, groups::one)),
    Route::patch("/v1/groups/{group}", WRITE, |method| on(method, groups::change)),
    Route::delete("/v1/groups/{group}", WRITE, |method| on(method, groups::close)),
    Route::get("/v1/groups/{group}/members", READ, |method| on(method, member::list)),
    Route::put("/v1/groups/{group}/members/users/{user}", WRITE, |method| on(method, member::add_user)),
    Route::delete("/v1/groups/{group}/members/users/{user}", WRITE, |method| on(method, member::remove_user)),
    Route::put("/v1/groups/{group}/members/groups/{member}", WRITE, |method| on(method, member::add_group)),
    Route::delete("/v1/groups/{group}/members/groups/{member}", WRITE, |method| on(method, member::remove_group)),
    Route::get("/v1/folders", READ_FOLDER, |method| on(method, folders::list)),
    Route::post("/v1/folders", WRITE_FOLDER, |method| on(method, folders::create)).with_key(),
    Route::get("/v1/folders/{folder}", READ_FOLDER, |method| on(method, folders::one)),
    Route::get("/v1/folders/{folder}/access", READ_FOLDER, |method| on(method, access::list)),
    Route::put("/v1/folders/{folder}/access/users/{user}", WRITE_FOLDER, |method| on(method, access::give_user)),
    Route::delete("/v1/folders/{folder}/access/users/{user}", WRITE_FOLDER, |method| on(method, access::take_user)),
    Route::put("/v1/folders/{folder}/access/groups/{group}", WRITE_FOLDER, |method| on(method, access::give_group)),
    Route::delete("/v1/folders/{folder}/access/groups/{group}", WRITE_FOLDER, |method| on(method, access::take_group)),
    Route::get("/v1/shares", READ, |method| on(method, shares::list)),
    Route::post("/v1/shares", WRITE, |method| on(method, shares::share)).with_key(),
    Route::get("/v1/shares/{share}", READ, |method| on(method, shares::one)),
    Route::patch("/v1/shares/{share}", WRITE, |method| on(method, shares::change)),
    Route::delete("/v1/shares/{share}", WRITE, |method| on(method, shares::unshare)),
    Route::post("/app/v1/users", WRITE, |method| on(method, app::create_user)).with_key(),
    Route::post("/app/v1/folders", WRITE_FOLDER, |method| on(method, app::create_folder)).with_key(),
    Route::get("/app/v1/folders/{folder}/folders", READ_FOLDER, |method| on(method, app::folders_in)),
    Route::post("/app/v1/folders/{folder}/folders", WRITE_FOLDER, |method| on(method, app::create_folder_in)).with_key(),
    Route::get("/app/v1/folders/{folder}/access", READ_FOLDER, |method| on(method, app::list_access)),
    Route::put("/app/v1/folders/{folder}/access/users/{user}", WRITE_FOLDER, |method| on(method, app::give_user)),
    Route::put("/app/v1/folders/{folder}/access/groups/{group}", WRITE_FOLDER, |method| on(method, app::give_group)),
];

/// Their description.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(
        accounts::list,
        accounts::create,
        accounts::one,
        environment::list,
        environment::create,
        environment::one,
        user::list,
        user::create,
        user::one,
        user::change,
        user::close,
        service_account::list,
        service_account::create,
        service_account::one,
        service_account::change,
        service_account::close,
        groups::list,
        groups::create,
        groups::one,
        groups::change,
        groups::close,
        member::list,
        member::add_user,
        member::remove_user,
        member::add_group,
        member::remove_group,
        folders::list,
        folders::create,
        folders::one,
        access::list,
        access::give_user,
        access::take_user,
        access::give_group,
        access::take_group,
        shares::list,
        shares::share,
        shares::one,
        shares::change,
        shares::unshare,
        app::create_user,
        app::create_folder,
        app::folders_in,
        app::create_folder_in,
        app::list_access,
        app::give_user,
        app::give_group
    ),
    components(schemas(MemberCursor, ServiceAccountId, UserId))
)]
pub struct Api;
