//! Accounts and environments.
#![expect(dead_code, reason = "only the attributes are read")]

use crate::account::{self, AccountRequest, AccountView};
use crate::environment::{self, EnvironmentRequest, EnvironmentView};
use hallpass_core::AccountId;
use hallpass_http::IdempotencyKeyHeader;

/// Of these routes.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    accounts,
    create_account,
    account,
    environments,
    create_environment,
    environment
))]
pub(super) struct Part;

/// List accounts
///
/// The operator sees every account, anybody else their own.
#[utoipa::path(
    get, path = "/v1/accounts", tag = "directory", operation_id = "list_accounts",
    params(account::PageRequest),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = account::PageView),
    ),
    security(("token" = ["directory:read"])),
)]
fn accounts() {}

/// Make an account
///
/// With its environment `default/live`.
#[utoipa::path(
    post, path = "/v1/accounts", tag = "directory", operation_id = "create_account",
    request_body = AccountRequest,
    params(IdempotencyKeyHeader),
    responses(
        (status = 201, description = "The account.", body = AccountView),
    ),
    security(("token" = ["directory:write", "platform:operate"])),
)]
fn create_account() {}

/// Look at an account
#[utoipa::path(
    get, path = "/v1/accounts/{account}", tag = "directory", operation_id = "account",
    params(("account" = AccountId, Path)),
    responses(
        (status = 200, description = "The account.", body = AccountView),
    ),
    security(("token" = ["directory:read"])),
)]
fn account() {}

/// List the environments of an account
///
/// The operator sees all of them, anybody else the one they are in.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/environments", tag = "directory", operation_id = "list_environments",
    params(("account" = AccountId, Path), environment::PageRequest),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = environment::PageView),
    ),
    security(("token" = ["directory:read"])),
)]
fn environments() {}

/// Make an environment
///
/// A closed universe inside the account, named `app/env`.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/environments", tag = "directory", operation_id = "create_environment",
    request_body = EnvironmentRequest,
    params(("account" = AccountId, Path), IdempotencyKeyHeader),
    responses(
        (status = 201, description = "The environment.", body = EnvironmentView),
    ),
    security(("token" = ["directory:write", "platform:operate"])),
)]
fn create_environment() {}

/// Look at an environment
#[utoipa::path(
    get, path = "/v1/accounts/{account}/environments/{app}/{env}", tag = "directory", operation_id = "environment",
    params(("account" = AccountId, Path), ("app" = String, Path, description = "What the name of the environment has before its slash."), ("env" = String, Path, description = "What it has behind it.")),
    responses(
        (status = 200, description = "The environment.", body = EnvironmentView),
    ),
    security(("token" = ["directory:read"])),
)]
fn environment() {}
