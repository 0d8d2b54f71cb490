//! 3dverse's Management API as its clients know it: the same acts as `/v1`, other shapes.

use crate::folder::{self, Folder, Listing, Make};
use crate::once::Once;
use crate::user;
use crate::within::{Asked, Page, PageQuery, Within};
use axum::Json;
use axum::extract::State;
use hallpass_core::{
    FolderId, FolderRef, Path as Place, Principal, PrincipalName, TokenName, UnixSeconds,
};
use hallpass_http::{Body, Caller, IdempotencyKey, Path, Platform, Problem};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AppUserRequest)]
pub(crate) struct UserRequest {
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
    parent_folder_id: Option<FolderRef>,
    path: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<UnixSeconds>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AppFolderPage)]
pub(crate) struct FoldersView {
    folders: Vec<FolderView>,
    #[serde(skip_serializing_if = "Option::is_none")]
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

pub(crate) async fn create_user(
    State(platform): State<Platform>,
    caller: Caller,
    key: Result<IdempotencyKey, Problem>,
    body: Result<Body<UserRequest>, Problem>,
) -> Result<(StatusCode, Json<UserView>), Problem> {
    caller.require("directory:write")?;
    let (Body { value, bytes }, key) = (body?, key?);
    let make = user::Make {
        within: Within::new(&caller, None, None)?,
        username: &value.username,
        scopes: None,
    };
    let once = Once {
        key: &key,
        route: "POST /app/v1/users",
        body: &bytes,
    };
    let user = make.by(&platform, &caller, &once).await?;
    let view = UserView {
        user_id: user.id,
        username: user.name,
        registered_at: user.created_at.seconds(),
    };
    Ok((StatusCode::CREATED, Json(view)))
}

type Made = Result<(StatusCode, Json<FolderView>), Problem>;

pub(crate) async fn create_folder(
    State(platform): State<Platform>,
    caller: Caller,
    key: Result<IdempotencyKey, Problem>,
    body: Result<Body<FolderRequest>, Problem>,
) -> Made {
    make(&platform, &caller, key, None, body).await
}

pub(crate) async fn create_folder_in(
    State(platform): State<Platform>,
    caller: Caller,
    Path(parent): Path<String>,
    key: Result<IdempotencyKey, Problem>,
    body: Result<Body<FolderRequest>, Problem>,
) -> Made {
    make(&platform, &caller, key, Some(&parent), body).await
}

async fn make(
    platform: &Platform,
    caller: &Caller,
    key: Result<IdempotencyKey, Problem>,
    parent: Option<&str>,
    body: Result<Body<FolderRequest>, Problem>,
) -> Made {
    let authority = folder::writer(platform, caller)?;
    let (Body { value, bytes }, key) = (body?, key?);
    let parent = parent.map(folder::id).transpose()?;
    let route = match parent {
        None => "POST /app/v1/folders".to_owned(),
        Some(parent) => format!("POST /app/v1/folders/{parent}/folders"),
    };
    let make = Make {
        within: Within::new(caller, None, None)?,
        name: value.name,
        parent,
    };
    let once = Once {
        key: &key,
        route: &route,
        body: &bytes,
    };
    let folder = make.by(platform, caller, &authority, &once).await?;
    Ok((StatusCode::CREATED, Json(folder.into())))
}

pub(crate) async fn folders_in(
    State(platform): State<Platform>,
    caller: Caller,
    Path(parent): Path<String>,
    query: Asked<PageQuery>,
) -> Result<Json<FoldersView>, Problem> {
    let authority = folder::reader(&platform, &caller)?;
    let page = Page::<FolderId>::of_query(&caller, query)?;
    let listing = Listing {
        within: page.within,
        parent: Some(folder::id(&parent)?),
        limit: page.limit,
        cursor: page.cursor,
    };
    let (folders, cursor) = listing.by(&platform, &authority).await?;
    let folders = folders.into_iter().map(FolderView::from).collect();
    Ok(Json(FoldersView { folders, cursor }))
}
