//! 3dverse's own shapes.
#![expect(dead_code, reason = "only the attributes are read")]

use crate::app::{FolderRequest, FolderView, FoldersView, UserRequest, UserView};
use crate::folder::{AccessRequest, AccessView};
use crate::within::{PageQuery, WithinQuery};
use hallpass_core::{FolderRef, GroupId, UserId};
use hallpass_http::IdempotencyKeyHeader;

/// Of these routes.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    create_user,
    create_folder,
    folders,
    create_folder_in,
    access,
    give_user,
    give_group
))]
pub(super) struct Part;

/// Make a user, in 3dverse's shape
#[utoipa::path(
    post, path = "/app/v1/users", tag = "directory", operation_id = "app_create_user",
    request_body = UserRequest,
    params(IdempotencyKeyHeader),
    responses(
        (status = 201, description = "The user.", body = UserView),
    ),
    security(("token" = ["directory:write"])),
)]
fn create_user() {}

/// Make a folder at the top, in 3dverse's shape
#[utoipa::path(
    post, path = "/app/v1/folders", tag = "places", operation_id = "app_create_folder",
    request_body = FolderRequest,
    params(IdempotencyKeyHeader),
    responses(
        (status = 201, description = "The folder.", body = FolderView),
    ),
    security(("token" = ["directory:write"])),
)]
fn create_folder() {}

/// List the folders in a folder, in 3dverse's shape
#[utoipa::path(
    get, path = "/app/v1/folders/{folder}/folders", tag = "places", operation_id = "app_list_folders",
    params(("folder" = FolderRef, Path), PageQuery),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = FoldersView),
    ),
    security(("token" = ["directory:read"])),
)]
fn folders() {}

/// Make a folder in a folder, in 3dverse's shape
#[utoipa::path(
    post, path = "/app/v1/folders/{folder}/folders", tag = "places", operation_id = "app_create_folder_in",
    request_body = FolderRequest,
    params(("folder" = FolderRef, Path), IdempotencyKeyHeader),
    responses(
        (status = 201, description = "The folder.", body = FolderView),
    ),
    security(("token" = ["directory:write"])),
)]
fn create_folder_in() {}

/// List who has access to a folder, at 3dverse's address
#[utoipa::path(
    get, path = "/app/v1/folders/{folder}/access", tag = "places", operation_id = "app_folder_access",
    params(("folder" = FolderRef, Path), PageQuery),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = AccessView),
    ),
    security(("token" = ["directory:read"])),
)]
fn access() {}

/// Give a user access to a folder, at 3dverse's address
#[utoipa::path(
    put, path = "/app/v1/folders/{folder}/access/users/{user}", tag = "places", operation_id = "app_give_user_access",
    request_body = AccessRequest,
    params(("folder" = FolderRef, Path), ("user" = UserId, Path), WithinQuery),
    responses(
        (status = 204, description = "They have it."),
    ),
    security(("token" = ["directory:write"])),
)]
fn give_user() {}

/// Give a group access to a folder, at 3dverse's address
#[utoipa::path(
    put, path = "/app/v1/folders/{folder}/access/groups/{group}", tag = "places", operation_id = "app_give_group_access",
    request_body = AccessRequest,
    params(("folder" = FolderRef, Path), ("group" = GroupId, Path), WithinQuery),
    responses(
        (status = 204, description = "It has it."),
    ),
    security(("token" = ["directory:write"])),
)]
fn give_group() {}
