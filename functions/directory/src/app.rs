//! 3dverse's Management API as its clients know it: the same acts as `/v1`, other shapes.

use crate::ask::Ask;
use crate::folder::{self, Folder, Listing, Make};
use crate::user;
use axum::Json;
use hallpass_core::{
    FolderId, FolderRef, Path as Place, Principal, PrincipalName, TokenName, UnixSeconds,
};
use hallpass_http::Problem;
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
    #[schema(nullable = false)]
    parent_folder_id: Option<FolderRef>,
    path: Place,
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

pub(crate) async fn create_user(ask: Ask) -> Result<(StatusCode, Json<UserView>), Problem> {
    ask.caller.require("directory:write")?;
    let value: UserRequest = ask.keyed_body()?;
    let make = user::Make {
        within: ask.place(None, None)?,
        username: &value.username,
        scopes: None,
    };
    let user = make.by(&ask, ask.once("POST /app/v1/users")?).await?;
    let view = UserView {
        user_id: user.id,
        username: user.name,
        registered_at: user.created_at.seconds(),
    };
    Ok((StatusCode::CREATED, Json(view)))
}

type Made = Result<(StatusCode, Json<FolderView>), Problem>;

pub(crate) async fn create_folder(ask: Ask) -> Made {
    make(&ask, None).await
}

pub(crate) async fn create_folder_in(ask: Ask) -> Made {
    make(&ask, Some(ask.named("folder")?)).await
}

async fn make(ask: &Ask, parent: Option<&str>) -> Made {
    let authority = folder::writer(ask)?;
    let value: FolderRequest = ask.keyed_body()?;
    let parent = parent.map(folder::id).transpose()?;
    let route = match parent {
        None => "POST /app/v1/folders".to_owned(),
        Some(parent) => format!("POST /app/v1/folders/{parent}/folders"),
    };
    let make = Make {
        within: ask.place(None, None)?,
        name: value.name,
        parent,
    };
    let folder = make.by(ask, &authority, ask.once(&route)?).await?;
    Ok((StatusCode::CREATED, Json(folder.into())))
}

pub(crate) async fn folders_in(ask: Ask) -> Result<Json<FoldersView>, Problem> {
    let authority = folder::reader(&ask)?;
    let page = ask.page::<FolderId>()?;
    let listing = Listing {
        within: page.within,
        parent: Some(folder::id(ask.named("folder")?)?),
        limit: page.limit,
        cursor: page.cursor,
    };
    let (folders, cursor) = listing.by(&ask.platform, &authority).await?;
    let folders = folders.into_iter().map(FolderView::from).collect();
    Ok(Json(FoldersView { folders, cursor }))
}
