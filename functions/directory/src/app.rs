//! 3dverse's Management API as its clients know it: the same acts as `/v1`, other shapes.

use crate::folders::access::{self, AccessRequest, AccessView};
use crate::folders::{self, Folder, Listing, NewFolder};
use crate::member_cursor::MemberCursor;
use crate::people::user;
use crate::query::{PageQuery, TenantQuery};
use crate::request::DirectoryRequest;
use axum::Json;
use hallpass_core::{
    FolderId, FolderRef, GroupId, Path, Principal, PrincipalName, TokenName, UnixSeconds, UserId,
};
use hallpass_http::{IdempotencyKeyHeader, Problem};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AppUserRequest)]
pub(crate) struct UserRequest {
    #[schema(value_type = TokenName)]
    username: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AppFolderRequest)]
pub(crate) struct FolderRequest {
    name: TokenName,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AppFolder)]
pub(crate) struct FolderView {
    folder_id: FolderRef,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    parent_folder_id: Option<FolderRef>,
    path: Path,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    created_at: Option<UnixSeconds>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AppFolderPage)]
pub(crate) struct FoldersView {
    folders: Vec<FolderView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cursor: Option<FolderId>,
}

impl From<Folder> for FolderView {
    fn from(folder: Folder) -> Self {
        Self {
            folder_id: folder.id,
            name: folder.name,
            parent_folder_id: folder.parent,
            path: folder.path,
            created_at: folder.created_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = AppUser)]
pub(crate) struct UserView {
    user_id: Principal,
    username: PrincipalName,
    registered_at: UnixSeconds,
}

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
pub(crate) async fn create_user(
    request: DirectoryRequest,
) -> Result<(StatusCode, Json<UserView>), Problem> {
    let value: UserRequest = request.keyed_body()?;
    let user = user::NewUser {
        tenant: request.tenant(None, None)?,
        username: &value.username,
        scopes: None,
    };
    let user = user
        .create(&request, request.once("POST /app/v1/users")?)
        .await?;
    let view = UserView {
        user_id: user.id,
        username: user.name,
        registered_at: user.created_at.seconds(),
    };
    Ok((StatusCode::CREATED, Json(view)))
}

type Made = Result<(StatusCode, Json<FolderView>), Problem>;

/// Make a folder at the top, in 3dverse's shape
#[utoipa::path(
    post, path = "/app/v1/folders", tag = "folders", operation_id = "app_create_folder",
    request_body = FolderRequest,
    params(IdempotencyKeyHeader),
    responses(
        (status = 201, description = "The folder.", body = FolderView),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn create_folder(request: DirectoryRequest) -> Made {
    make(&request, None).await
}

/// Make a folder in a folder, in 3dverse's shape
#[utoipa::path(
    post, path = "/app/v1/folders/{folder}/folders", tag = "folders", operation_id = "app_create_folder_in",
    request_body = FolderRequest,
    params(("folder" = FolderRef, Path), IdempotencyKeyHeader),
    responses(
        (status = 201, description = "The folder.", body = FolderView),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn create_folder_in(request: DirectoryRequest) -> Made {
    make(&request, Some(request.named("folder")?)).await
}

async fn make(request: &DirectoryRequest, parent: Option<&str>) -> Made {
    let authority = folders::writer(request)?;
    let value: FolderRequest = request.keyed_body()?;
    let parent = parent.map(folders::id).transpose()?;
    let route = match parent {
        None => "POST /app/v1/folders".to_owned(),
        Some(parent) => format!("POST /app/v1/folders/{parent}/folders"),
    };
    let folder = NewFolder {
        tenant: request.tenant(None, None)?,
        name: value.name,
        parent,
    };
    let folder = folder
        .create(request, &authority, request.once(&route)?)
        .await?;
    Ok((StatusCode::CREATED, Json(folder.into())))
}

/// List the folders in a folder, in 3dverse's shape
#[utoipa::path(
    get, path = "/app/v1/folders/{folder}/folders", tag = "folders", operation_id = "app_list_folders",
    params(("folder" = FolderRef, Path), PageQuery, ("cursor" = Option<FolderId>, Query)),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = FoldersView),
    ),
    security(("token" = ["directory:read"])),
)]
pub(crate) async fn folders_in(request: DirectoryRequest) -> Result<Json<FoldersView>, Problem> {
    let authority = folders::reader(&request)?;
    let page = request.page::<FolderId>()?;
    let listing = Listing {
        tenant: page.tenant,
        parent: Some(folders::id(request.named("folder")?)?),
        limit: page.limit,
        cursor: page.cursor,
    };
    let (folders, cursor) = listing.read(&request.platform, &authority).await?;
    let folders = folders.into_iter().map(FolderView::from).collect();
    Ok(Json(FoldersView { folders, cursor }))
}

/// List who has access to a folder, at 3dverse's address
#[utoipa::path(
    get, path = "/app/v1/folders/{folder}/access", tag = "folders", operation_id = "app_folder_access",
    params(("folder" = FolderRef, Path), PageQuery, ("cursor" = Option<MemberCursor>, Query)),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = AccessView),
    ),
    security(("token" = ["directory:read"])),
)]
pub(crate) async fn list_access(request: DirectoryRequest) -> Result<Json<AccessView>, Problem> {
    access::list(request).await
}

/// Give a user access to a folder, at 3dverse's address
#[utoipa::path(
    put, path = "/app/v1/folders/{folder}/access/users/{user}", tag = "folders", operation_id = "app_give_user_access",
    request_body = AccessRequest,
    params(("folder" = FolderRef, Path), ("user" = UserId, Path), TenantQuery),
    responses(
        (status = 204, description = "They have it."),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn give_user(request: DirectoryRequest) -> Result<StatusCode, Problem> {
    access::give_user(request).await
}

/// Give a group access to a folder, at 3dverse's address
#[utoipa::path(
    put, path = "/app/v1/folders/{folder}/access/groups/{group}", tag = "folders", operation_id = "app_give_group_access",
    request_body = AccessRequest,
    params(("folder" = FolderRef, Path), ("group" = GroupId, Path), TenantQuery),
    responses(
        (status = 204, description = "It has it."),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn give_group(request: DirectoryRequest) -> Result<StatusCode, Problem> {
    access::give_group(request).await
}
