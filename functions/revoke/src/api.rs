//! What this function does, for its description.
#![expect(dead_code, reason = "only the attributes are read")]

use crate::request::RevocationRequest;
use crate::resume::PlaceRequest;
use hallpass_core::{AccountId, Principal, TokenId};

/// The description of this function.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(by_id, revoke, account, environment, principal))]
pub struct Api;

/// Revoke a token
///
/// Ends it and all that was derived from it, at once and for good. A JWT can be named by its `jti`.
/// Holding the token itself is enough, unless its kind is public.
#[utoipa::path(
    delete, path = "/v1/tokens/{id}", tag = "revocations", operation_id = "revoke_token",
    params(("id" = TokenId, Path)),
    responses(
        (status = 204, description = "It is ended, or was already."),
    ),
    security(("token" = ["tokens:revoke"])),
)]
fn by_id() {}

/// Revoke by text, id, principal or place
///
/// Name one: a `token` by its text, an `id`, a `principal`, or an `environment`, an `account`, or
/// both. Everything that speaks for a principal or lives in a place is ended and the place closed
/// for good, which takes `directory:write` as well, and `platform:operate` for a whole account;
/// with `before`, what was made until then is ended and nothing is closed.
#[utoipa::path(
    post, path = "/v1/revocations", tag = "revocations", operation_id = "revoke",
    request_body = RevocationRequest,
    responses(
        (status = 204, description = "Everything is ended."),
        (status = 202, description = "Not finished yet: ask again at `Location`, or make the same call again.", headers(("Location" = String, description = "Where to ask how far it has come."), ("Retry-After" = u32, description = "In how many seconds."))),
    ),
    security(("token" = ["tokens:revoke"])),
)]
fn revoke() {}

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
fn account() {}

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
fn environment() {}

/// Ask how far the closing of a user or service account has come
///
/// Walks on if it has not finished, and never begins one. `directory:write` does, too: whoever began
/// it, by revoking or by removing, may see it through.
#[utoipa::path(
    get, path = "/v1/revocations/principals/{principal}", tag = "revocations", operation_id = "resume_principal",
    params(("principal" = Principal, Path), PlaceRequest),
    responses(
        (status = 204, description = "It has finished."),
        (status = 202, description = "Not finished yet: ask again at `Location`, or make the same call again.", headers(("Location" = String, description = "Where to ask how far it has come."), ("Retry-After" = u32, description = "In how many seconds."))),
    ),
    security(("token" = ["tokens:revoke"])),
)]
fn principal() {}
