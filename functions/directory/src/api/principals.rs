//! Users and service accounts.
#![expect(dead_code, reason = "only the attributes are read")]

use crate::service_account::{
    PageView as ServiceAccountPage, ServiceAccountRequest, ServiceAccountView,
};
use crate::user::{PageView as UserPage, UserChange, UserRequest, UserView};
use crate::within::{PageQuery, WithinQuery};
use hallpass_core::{ServiceAccountId, UserId};
use hallpass_http::IdempotencyKeyHeader;

/// Of these routes.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        users,
        create_user,
        user,
        change_user,
        delete_user,
        service_accounts,
        create_service_account,
        service_account,
        delete_service_account
    ),
    components(schemas(ServiceAccountId, UserId))
)]
pub(super) struct Part;

/// List users
#[utoipa::path(
    get, path = "/v1/users", tag = "directory", operation_id = "list_users",
    params(PageQuery),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = UserPage),
    ),
    security(("token" = ["directory:read"])),
)]
fn users() {}

/// Make a user
///
/// `scopes` is what the user may do everywhere; the caller holds each of them.
#[utoipa::path(
    post, path = "/v1/users", tag = "directory", operation_id = "create_user",
    request_body = UserRequest,
    params(IdempotencyKeyHeader),
    responses(
        (status = 201, description = "The user.", body = UserView),
    ),
    security(("token" = ["directory:write"])),
)]
fn create_user() {}

/// Look at a user
#[utoipa::path(
    get, path = "/v1/users/{user}", tag = "directory", operation_id = "user",
    params(("user" = UserId, Path), WithinQuery),
    responses(
        (status = 200, description = "The user.", body = UserView),
    ),
    security(("token" = ["directory:read"])),
)]
fn user() {}

/// Change a user
///
/// What is left out stays. Tokens with live rights have what the user has at their next validation.
#[utoipa::path(
    patch, path = "/v1/users/{user}", tag = "directory", operation_id = "change_user",
    request_body = UserChange,
    params(("user" = UserId, Path), WithinQuery),
    responses(
        (status = 200, description = "The user as they are now.", body = UserView),
    ),
    security(("token" = ["directory:write"])),
)]
fn change_user() {}

/// Remove a user
///
/// All that speaks for them ends.
#[utoipa::path(
    delete, path = "/v1/users/{user}", tag = "directory", operation_id = "delete_user",
    params(("user" = UserId, Path), WithinQuery),
    responses(
        (status = 204, description = "They are removed."),
        (status = 202, description = "Not finished yet: ask again at `Location`, or make the same call again.", headers(("Location" = String, description = "Where to ask how far it has come."), ("Retry-After" = u32, description = "In how many seconds."))),
    ),
    security(("token" = ["directory:write"])),
)]
fn delete_user() {}

/// List service accounts
#[utoipa::path(
    get, path = "/v1/service-accounts", tag = "directory", operation_id = "list_service_accounts",
    params(PageQuery),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = ServiceAccountPage),
    ),
    security(("token" = ["directory:read"])),
)]
fn service_accounts() {}

/// Make a service account
///
/// What speaks for one outlives the people who made it. Its name has no spaces or special
/// characters.
#[utoipa::path(
    post, path = "/v1/service-accounts", tag = "directory", operation_id = "create_service_account",
    request_body = ServiceAccountRequest,
    params(IdempotencyKeyHeader),
    responses(
        (status = 201, description = "The service account.", body = ServiceAccountView),
    ),
    security(("token" = ["directory:write"])),
)]
fn create_service_account() {}

/// Look at a service account
#[utoipa::path(
    get, path = "/v1/service-accounts/{service_account}", tag = "directory", operation_id = "service_account",
    params(("service_account" = ServiceAccountId, Path), WithinQuery),
    responses(
        (status = 200, description = "The service account.", body = ServiceAccountView),
    ),
    security(("token" = ["directory:read"])),
)]
fn service_account() {}

/// Remove a service account
///
/// All that speaks for it ends.
#[utoipa::path(
    delete, path = "/v1/service-accounts/{service_account}", tag = "directory", operation_id = "delete_service_account",
    params(("service_account" = ServiceAccountId, Path), WithinQuery),
    responses(
        (status = 204, description = "It is removed."),
        (status = 202, description = "Not finished yet: ask again at `Location`, or make the same call again.", headers(("Location" = String, description = "Where to ask how far it has come."), ("Retry-After" = u32, description = "In how many seconds."))),
    ),
    security(("token" = ["directory:write"])),
)]
fn delete_service_account() {}
