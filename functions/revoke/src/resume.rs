//! `GET /v1/revocations/…`: asks whether a closing has finished, and continues it if it has not. It
//! never begins one.

use crate::close::{self, Closing};
use crate::error::RevokeError;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use hallpass_core::{AccountId, EnvironmentName, ManagementScope, Principal, TokenId};
use hallpass_http::{Caller, Path, Platform, Problem, Query, WalkFor};
use serde::Deserialize;

/// Where a user or service account lives: the caller's own tenant if absent.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TenantQuery {
    account: Option<AccountId>,
    environment: Option<EnvironmentName>,
}

/// Ask how far the closing of an account has come
///
/// Walks on if it has not finished, and never begins one. Takes `platform:operate` as
/// well; `directory:write` does in place of `tokens:revoke`.
#[utoipa::path(
    get, path = "/v1/revocations/{account}", tag = "revocations", operation_id = "resume_account",
    params(("account" = AccountId, Path)),
    responses(
        (status = 204, description = "It has finished."),
        (status = 202, description = "Not finished yet: ask again at `Location`, or make the same call again.", headers(("Location" = String, description = "Where to ask how far it has come."), ("Retry-After" = u32, description = "In how many seconds."))),
    ),
    security(("token" = ["tokens:revoke"])),
)]
pub(crate) async fn account(
    State(platform): State<Platform>,
    Extension(walk_for): Extension<WalkFor>,
    caller: Caller,
    Path(account): Path<String>,
) -> Result<Response, Problem> {
    of_tenant(&platform, &caller, (&account, None), walk_for).await
}

/// Ask how far the closing of an environment has come
///
/// Walks on if it has not finished, and never begins one. `directory:write` does, too: whoever began
/// it, by revoking or by removing, may see it through.
#[utoipa::path(
    get, path = "/v1/revocations/{account}/{app}/{env}", tag = "revocations", operation_id = "resume_environment",
    params(("account" = AccountId, Path), ("app" = String, Path, description = "What the name of the environment has before its slash."), ("env" = String, Path, description = "What it has behind it.")),
    responses(
        (status = 204, description = "It has finished."),
        (status = 202, description = "Not finished yet: ask again at `Location`, or make the same call again.", headers(("Location" = String, description = "Where to ask how far it has come."), ("Retry-After" = u32, description = "In how many seconds."))),
    ),
    security(("token" = ["tokens:revoke"])),
)]
pub(crate) async fn environment(
    State(platform): State<Platform>,
    Extension(walk_for): Extension<WalkFor>,
    caller: Caller,
    Path((account, app, env)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let environment = format!("{app}/{env}");
    of_tenant(&platform, &caller, (&account, Some(&environment)), walk_for).await
}

/// Ask how far the closing of a user or service account has come
///
/// Walks on if it has not finished, and never begins one. `directory:write` does, too: whoever began
/// it, by revoking or by removing, may see it through.
#[utoipa::path(
    get, path = "/v1/revocations/principals/{principal}", tag = "revocations", operation_id = "resume_principal",
    params(("principal" = Principal, Path), TenantQuery),
    responses(
        (status = 204, description = "It has finished."),
        (status = 202, description = "Not finished yet: ask again at `Location`, or make the same call again.", headers(("Location" = String, description = "Where to ask how far it has come."), ("Retry-After" = u32, description = "In how many seconds."))),
    ),
    security(("token" = ["tokens:revoke"])),
)]
pub(crate) async fn principal(
    State(platform): State<Platform>,
    Extension(walk_for): Extension<WalkFor>,
    caller: Caller,
    Path(principal): Path<String>,
    query: Result<Query<TenantQuery>, Problem>,
) -> Result<Response, Problem> {
    check(&caller)?;
    let Query(tenant) = query?;
    let principal = principal
        .parse()
        .map_err(|_not_an_id| RevokeError::NoPrincipal)?;
    let what = close::of_principal(&caller, principal, tenant.account, tenant.environment)?;
    let closing = Closing::begun(what, platform.now());
    go_on(&platform, &caller, closing, walk_for).await
}

/// Ask how far the ending of what a token made has come
///
/// Goes on if it has not finished, and never begins one.
#[utoipa::path(
    get, path = "/v1/revocations/made-by/{id}", tag = "revocations", operation_id = "resume_made_by",
    params(("id" = TokenId, Path)),
    responses(
        (status = 204, description = "It has finished."),
        (status = 202, description = "Not finished yet: ask again at `Location`, or make the same call again.", headers(("Location" = String, description = "Where to ask how far it has come."), ("Retry-After" = u32, description = "In how many seconds."))),
    ),
    security(("token" = ["tokens:revoke"])),
)]
pub(crate) async fn made_by(
    State(platform): State<Platform>,
    Extension(walk_for): Extension<WalkFor>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let closing = Closing::of_made(&platform, &caller, &id, platform.now()).await?;
    closing.resume_made(&platform, walk_for).await
}

/// What has begun may be seen through by whoever may ask for it in either of its two ways: by ending
/// tokens, or by removing from the directory.
fn check(caller: &Caller) -> Result<(), Problem> {
    if caller.holds(ManagementScope::DirectoryWrite) {
        return Ok(());
    }
    caller.require(ManagementScope::TokensRevoke)
}

async fn of_tenant(
    platform: &Platform,
    caller: &Caller,
    (account, environment): (&str, Option<&str>),
    walk_for: WalkFor,
) -> Result<Response, Problem> {
    let unknown = || RevokeError::NoTenant;
    check(caller)?;
    let account = account.parse().map_err(|_not_an_id| unknown())?;
    let environment: Option<EnvironmentName> = environment
        .map(str::parse)
        .transpose()
        .map_err(|_not_a_name| unknown())?;
    let what = close::of_account(caller, Some(account), environment)?;
    let closing = Closing::begun(what, platform.now());
    go_on(platform, caller, closing, walk_for).await
}

async fn go_on(
    platform: &Platform,
    caller: &Caller,
    closing: Closing,
    walk_for: WalkFor,
) -> Result<Response, Problem> {
    if !closing.has_begun(platform).await? {
        return Err(closing.missing().into());
    }
    closing.go_on(platform, caller, walk_for).await
}
