//! What this function does, for its description.
#![expect(dead_code, reason = "only the attributes are read")]

use crate::user_token::{UserTokenReply, UserTokenRequest};
use crate::{TemporaryReply, TemporaryRequest};
use hallpass_core::UserId;

/// The description of this function.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(temporary, temporary_access_token, user_token),
    components(schemas(UserId))
)]
pub struct Api;

/// Derive a temporary token
///
/// A short-lived JWT that can do no more than the calling token: within its scopes, origins,
/// addresses, environment and expiry. It dies with that token. `scopes` may be left out where the
/// catalog has a default for the kind; to speak for another `principal` takes `tokens:impersonate`.
#[utoipa::path(
    post, path = "/v1/tokens/temporary", tag = "tokens", operation_id = "derive",
    request_body = TemporaryRequest,
    responses(
        (status = 200, description = "The JWT, as an `Authorization` header is to have it.", body = TemporaryReply),
    ),
    security(("token" = [])),
)]
fn temporary() {}

/// Derive a temporary token, at Archilogic's address
///
/// The same as `POST /v1/tokens/temporary`.
#[utoipa::path(
    post, path = "/v2/temporary-access-token/create", tag = "tokens", operation_id = "derive_temporary_access_token",
    request_body = TemporaryRequest,
    responses(
        (status = 200, description = "The JWT, as an `Authorization` header is to have it.", body = TemporaryReply),
    ),
    security(("token" = [])),
)]
fn temporary_access_token() {}

/// Derive a token for a user
///
/// 3dverse's call: a JWT that speaks for the user, with this level of access at the places the user
/// reaches now, or at those of `folders` alone. For another user than the caller's own it takes `tokens:impersonate`.
#[utoipa::path(
    post, path = "/app/v1/users/{user}/tokens", tag = "tokens", operation_id = "derive_user_token",
    request_body = UserTokenRequest,
    params(("user" = UserId, Path)),
    responses(
        (status = 200, description = "The user's token.", body = UserTokenReply),
    ),
    security(("token" = [])),
)]
fn user_token() {}
