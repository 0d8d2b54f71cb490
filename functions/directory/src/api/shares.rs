//! Shared models.
#![expect(dead_code, reason = "only the attributes are read")]

use crate::share::{PageRequest, PageView, PasswordRequest, ShareRequest, ShareView};
use hallpass_core::ShareId;
use hallpass_http::IdempotencyKeyHeader;

/// Of these routes.
#[derive(utoipa::OpenApi)]
#[openapi(paths(shares, create_share, share, change_share, delete_share))]
pub(super) struct Part;

/// List shared models
///
/// Those that are still shared.
#[utoipa::path(
    get, path = "/v1/shares", tag = "sharing", operation_id = "list_shares",
    params(PageRequest),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = PageView),
    ),
    security(("token" = ["directory:read"])),
)]
fn shares() {}

/// Share a model
///
/// Anybody may look at it from then on: with the password, if it has one.
#[utoipa::path(
    post, path = "/v1/shares", tag = "sharing", operation_id = "share",
    request_body = ShareRequest,
    params(IdempotencyKeyHeader),
    responses(
        (status = 201, description = "The share.", body = ShareView),
    ),
    security(("token" = ["directory:write"])),
)]
fn create_share() {}

/// Look at a share
#[utoipa::path(
    get, path = "/v1/shares/{share}", tag = "sharing", operation_id = "shared",
    params(("share" = ShareId, Path)),
    responses(
        (status = 200, description = "The share.", body = ShareView),
    ),
    security(("token" = ["directory:read"])),
)]
fn share() {}

/// Change a share's password
///
/// `null` takes it away. What was given under the old one dies.
#[utoipa::path(
    patch, path = "/v1/shares/{share}", tag = "sharing", operation_id = "change_share",
    request_body = PasswordRequest,
    params(("share" = ShareId, Path)),
    responses(
        (status = 200, description = "The share as it is now.", body = ShareView),
    ),
    security(("token" = ["directory:write"])),
)]
fn change_share() {}

/// Unshare a model
///
/// What its visitors were given dies.
#[utoipa::path(
    delete, path = "/v1/shares/{share}", tag = "sharing", operation_id = "unshare",
    params(("share" = ShareId, Path)),
    responses(
        (status = 204, description = "It is no longer shared."),
    ),
    security(("token" = ["directory:write"])),
)]
fn delete_share() {}
