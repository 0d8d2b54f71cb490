//! Groups and their members.
#![expect(dead_code, reason = "only the attributes are read")]

use crate::group::{GroupChange, GroupRequest, GroupView, PageView};
use crate::member::MembersView;
use crate::within::{PageQuery, WithinQuery};
use hallpass_core::{GroupId, UserId};
use hallpass_http::IdempotencyKeyHeader;

/// Of these routes.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    groups,
    create_group,
    group,
    change_group,
    delete_group,
    members,
    add_user,
    remove_user,
    add_group,
    remove_group
))]
pub(super) struct Part;

/// List groups
#[utoipa::path(
    get, path = "/v1/groups", tag = "directory", operation_id = "list_groups",
    params(PageQuery),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = PageView),
    ),
    security(("token" = ["directory:read"])),
)]
fn groups() {}

/// Make a group
#[utoipa::path(
    post, path = "/v1/groups", tag = "directory", operation_id = "create_group",
    request_body = GroupRequest,
    params(IdempotencyKeyHeader),
    responses(
        (status = 201, description = "The group.", body = GroupView),
    ),
    security(("token" = ["directory:write"])),
)]
fn create_group() {}

/// Look at a group
#[utoipa::path(
    get, path = "/v1/groups/{group}", tag = "directory", operation_id = "group",
    params(("group" = GroupId, Path), WithinQuery),
    responses(
        (status = 200, description = "The group.", body = GroupView),
    ),
    security(("token" = ["directory:read"])),
)]
fn group() {}

/// Rename a group
#[utoipa::path(
    patch, path = "/v1/groups/{group}", tag = "directory", operation_id = "change_group",
    request_body = GroupChange,
    params(("group" = GroupId, Path), WithinQuery),
    responses(
        (status = 200, description = "The group as it is now.", body = GroupView),
    ),
    security(("token" = ["directory:write"])),
)]
fn change_group() {}

/// Remove a group
///
/// Its members lose what it gave.
#[utoipa::path(
    delete, path = "/v1/groups/{group}", tag = "directory", operation_id = "delete_group",
    params(("group" = GroupId, Path), WithinQuery),
    responses(
        (status = 204, description = "It is removed."),
    ),
    security(("token" = ["directory:write"])),
)]
fn delete_group() {}

/// List the members of a group
#[utoipa::path(
    get, path = "/v1/groups/{group}/members", tag = "directory", operation_id = "list_members",
    params(("group" = GroupId, Path), PageQuery),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = MembersView),
    ),
    security(("token" = ["directory:read"])),
)]
fn members() {}

/// Put a user into a group
///
/// They have what the group, and those around it, may do; the caller holds it.
#[utoipa::path(
    put, path = "/v1/groups/{group}/members/users/{user}", tag = "directory", operation_id = "add_member_user",
    params(("group" = GroupId, Path), ("user" = UserId, Path), WithinQuery),
    responses(
        (status = 204, description = "They are in it."),
    ),
    security(("token" = ["directory:write"])),
)]
fn add_user() {}

/// Take a user out of a group
#[utoipa::path(
    delete, path = "/v1/groups/{group}/members/users/{user}", tag = "directory", operation_id = "remove_member_user",
    params(("group" = GroupId, Path), ("user" = UserId, Path), WithinQuery),
    responses(
        (status = 204, description = "They are not in it."),
    ),
    security(("token" = ["directory:write"])),
)]
fn remove_user() {}

/// Put a group into a group
///
/// Its members have what the outer group may do; the caller holds it.
#[utoipa::path(
    put, path = "/v1/groups/{group}/members/groups/{member}", tag = "directory", operation_id = "add_member_group",
    params(("group" = GroupId, Path), ("member" = GroupId, Path, description = "The group within."), WithinQuery),
    responses(
        (status = 204, description = "It is in it."),
    ),
    security(("token" = ["directory:write"])),
)]
fn add_group() {}

/// Take a group out of a group
#[utoipa::path(
    delete, path = "/v1/groups/{group}/members/groups/{member}", tag = "directory", operation_id = "remove_member_group",
    params(("group" = GroupId, Path), ("member" = GroupId, Path, description = "The group within."), WithinQuery),
    responses(
        (status = 204, description = "It is not in it."),
    ),
    security(("token" = ["directory:write"])),
)]
fn remove_group() {}
