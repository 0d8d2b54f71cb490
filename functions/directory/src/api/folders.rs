//! Folders and access to them.
#![expect(dead_code, reason = "only the attributes are read")]

use crate::folder::{AccessRequest, AccessView, Folder, FolderRequest, FoldersQuery, PageView};
use crate::within::{PageQuery, WithinQuery};
use hallpass_core::{FolderRef, GroupId, UserId};
use hallpass_http::IdempotencyKeyHeader;

/// Of these routes.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    folders,
    create_folder,
    folder,
    access,
    give_user,
    take_user,
    give_group,
    take_group
))]
pub(super) struct Part;

/// List folders
///
/// Those in `parent`, or at the top. A user's token, or a public one, that has a level there needs
/// no scope of the directory.
#[utoipa::path(
    get, path = "/v1/folders", tag = "places", operation_id = "list_folders",
    params(FoldersQuery),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = PageView),
    ),
    security(("token" = ["directory:read"])),
)]
fn folders() {}

/// Make a folder
///
/// In `parent`, or at the top. A user's token, or a public one, that has a level there needs no
/// scope of the directory.
#[utoipa::path(
    post, path = "/v1/folders", tag = "places", operation_id = "create_folder",
    request_body = FolderRequest,
    params(IdempotencyKeyHeader),
    responses(
        (status = 201, description = "The folder.", body = Folder),
    ),
    security(("token" = ["directory:write"])),
)]
fn create_folder() {}

/// Look at a folder
///
/// A user's token, or a public one, that has a level there needs no scope of the directory.
#[utoipa::path(
    get, path = "/v1/folders/{folder}", tag = "places", operation_id = "folder",
    params(("folder" = FolderRef, Path), WithinQuery),
    responses(
        (status = 200, description = "The folder.", body = Folder),
    ),
    security(("token" = ["directory:read"])),
)]
fn folder() {}

/// List who has access to a folder
///
/// Those who have it by an entry of this folder's own; what they have above it holds here, too.
#[utoipa::path(
    get, path = "/v1/folders/{folder}/access", tag = "places", operation_id = "folder_access",
    params(("folder" = FolderRef, Path), PageQuery),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = AccessView),
    ),
    security(("token" = ["directory:read"])),
)]
fn access() {}

/// Give a user access to a folder
///
/// It holds below the folder, too. The caller holds what the level gives there.
#[utoipa::path(
    put, path = "/v1/folders/{folder}/access/users/{user}", tag = "places", operation_id = "give_user_access",
    request_body = AccessRequest,
    params(("folder" = FolderRef, Path), ("user" = UserId, Path), WithinQuery),
    responses(
        (status = 204, description = "They have it."),
    ),
    security(("token" = ["directory:write"])),
)]
fn give_user() {}

/// Take a user's access to a folder away
#[utoipa::path(
    delete, path = "/v1/folders/{folder}/access/users/{user}", tag = "places", operation_id = "take_user_access",
    params(("folder" = FolderRef, Path), ("user" = UserId, Path), WithinQuery),
    responses(
        (status = 204, description = "They do not have it by this folder."),
    ),
    security(("token" = ["directory:write"])),
)]
fn take_user() {}

/// Give a group access to a folder
///
/// It holds below the folder, too. The caller holds what the level gives there.
#[utoipa::path(
    put, path = "/v1/folders/{folder}/access/groups/{group}", tag = "places", operation_id = "give_group_access",
    request_body = AccessRequest,
    params(("folder" = FolderRef, Path), ("group" = GroupId, Path), WithinQuery),
    responses(
        (status = 204, description = "It has it."),
    ),
    security(("token" = ["directory:write"])),
)]
fn give_group() {}

/// Take a group's access to a folder away
#[utoipa::path(
    delete, path = "/v1/folders/{folder}/access/groups/{group}", tag = "places", operation_id = "take_group_access",
    params(("folder" = FolderRef, Path), ("group" = GroupId, Path), WithinQuery),
    responses(
        (status = 204, description = "It does not have it by this folder."),
    ),
    security(("token" = ["directory:write"])),
)]
fn take_group() {}
