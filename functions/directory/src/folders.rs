//! Folders of an environment, and who may do what with them.

pub(crate) mod access;
mod authority;
mod located;

pub(crate) use located::Folder;

use crate::query::TenantQuery;
use crate::refusal;
use crate::request::DirectoryRequest;
use authority::Authority;
use axum::Json;
use hallpass_core::Tenant;
use hallpass_core::{
    AccountId, EnvironmentName, FolderId, FolderRecord, FolderRef, ManagementScope, Path,
    Principal, TokenName, folder_root, present,
};
use hallpass_http::{ErrorCode, IdempotencyKeyHeader, Limit, Platform, Problem};
use hallpass_store::{AuditAction, FolderError, Idempotency, Owner};
use http::StatusCode;
use located::locate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const READ: ManagementScope = ManagementScope::DirectoryRead;
const WRITE: ManagementScope = ManagementScope::DirectoryWrite;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FolderRequest {
    name: TokenName,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    parent: Option<FolderRef>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    environment: Option<EnvironmentName>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    account: Option<AccountId>,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FoldersQuery {
    account: Option<AccountId>,
    environment: Option<EnvironmentName>,
    parent: Option<FolderRef>,
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    limit: Option<Limit>,
    cursor: Option<FolderId>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = FolderPage)]
pub(crate) struct PageView {
    folders: Vec<Folder>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cursor: Option<FolderId>,
}

/// A folder to be made.
pub(crate) struct NewFolder {
    pub(crate) tenant: Tenant,
    pub(crate) name: TokenName,
    pub(crate) parent: Option<FolderRef>,
}

/// The folders of one page, as they are asked for.
pub(crate) struct Listing {
    pub(crate) tenant: Tenant,
    pub(crate) parent: Option<FolderRef>,
    pub(crate) limit: u32,
    pub(crate) cursor: Option<FolderId>,
}

/// Make a folder
///
/// In `parent`, or at the top. A user's token, or a public one, that has a level there needs no
/// scope of the directory.
#[utoipa::path(
    post, path = "/v1/folders", tag = "folders", operation_id = "create_folder",
    request_body = FolderRequest,
    params(IdempotencyKeyHeader),
    responses(
        (status = 201, description = "The folder.", body = Folder),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn create(
    request: DirectoryRequest,
) -> Result<(StatusCode, Json<Folder>), Problem> {
    let authority = Authority::of(&request, WRITE)?;
    let value: FolderRequest = request.keyed_body()?;
    let folder = NewFolder {
        tenant: request.tenant(value.account, value.environment)?,
        name: value.name,
        parent: value.parent,
    };
    let once = request.once("POST /v1/folders")?;
    let folder = folder.create(&request, &authority, once).await?;
    Ok((StatusCode::CREATED, Json(folder)))
}

/// Look at a folder
///
/// A user's token, or a public one, that has a level there needs no scope of the directory.
#[utoipa::path(
    get, path = "/v1/folders/{folder}", tag = "folders", operation_id = "folder",
    params(("folder" = FolderRef, Path), TenantQuery),
    responses(
        (status = 200, description = "The folder.", body = Folder),
    ),
    security(("token" = ["directory:read"])),
)]
pub(crate) async fn one(request: DirectoryRequest) -> Result<Json<Folder>, Problem> {
    let authority = Authority::of(&request, READ)?;
    let tenant = request.tenant_of_query()?;
    let folder = locate(&request.platform, &tenant, &id(request.named("folder")?)?).await?;
    authority.see(&folder.path)?;
    Ok(Json(folder))
}

/// List folders
///
/// Those in `parent`, or at the top. A user's token, or a public one, that has a level there needs
/// no scope of the directory.
#[utoipa::path(
    get, path = "/v1/folders", tag = "folders", operation_id = "list_folders",
    params(FoldersQuery),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = PageView),
    ),
    security(("token" = ["directory:read"])),
)]
pub(crate) async fn list(request: DirectoryRequest) -> Result<Json<PageView>, Problem> {
    let authority = Authority::of(&request, READ)?;
    let query: FoldersQuery = request.query()?;
    let listing = Listing {
        tenant: request.tenant(query.account, query.environment)?,
        parent: query.parent,
        limit: query.limit.unwrap_or_default().into(),
        cursor: query.cursor,
    };
    let (folders, cursor) = listing.read(&request.platform, &authority).await?;
    Ok(Json(PageView { folders, cursor }))
}

/// Who may write, for the routes of other shapes.
pub(crate) fn writer(request: &DirectoryRequest) -> Result<Authority<'_>, Problem> {
    Authority::of(request, WRITE)
}

/// Who may read, for the routes of other shapes.
pub(crate) fn reader(request: &DirectoryRequest) -> Result<Authority<'_>, Problem> {
    Authority::of(request, READ)
}

/// The folder of a path.
pub(crate) fn id(text: &str) -> Result<FolderRef, Problem> {
    text.parse()
        .map_err(|_not_an_id| Problem::not_found("folder"))
}

impl NewFolder {
    /// Makes it. What a user makes at the top is theirs: they have the strongest level there. In
    /// their own folder, they have it anyway.
    pub(crate) async fn create(
        self,
        request: &DirectoryRequest,
        authority: &Authority<'_>,
        once: Option<Idempotency>,
    ) -> Result<Folder, Problem> {
        let DirectoryRequest {
            platform, caller, ..
        } = request;
        let (parent, parent_path) = self.parent(platform, authority).await?;
        let write = platform.catalog.write_access();
        let needed = authority.needed(request, write, None, &parent_path);
        let now = platform.now();
        let id = FolderId::generate(platform.random.as_ref())?;
        let path = format!("{parent_path}/{id}").parse().map_err(|_too_deep| {
            let detail = "a path has at most 16 segments: make the folder higher up";
            Problem::invalid("parent", ErrorCode::TooDeep, detail)
        })?;
        let record = FolderRecord {
            id,
            account: self.tenant.account,
            environment: self.tenant.environment,
            name: self.name,
            parent,
            path,
            created_at: now,
        };
        let owner = match (parent, caller.principal()) {
            (None, Principal::User(user)) => platform
                .catalog
                .strongest_access()
                .map(|level| Owner { user, level }),
            _ => None,
        };
        let mut audit = caller
            .audit(AuditAction::CreateFolder, record.id, now)
            .needing(needed)
            .with("name", String::from(record.name.clone()));
        if let Some(parent) = &record.parent {
            audit = audit.with("parent", parent);
        }
        platform
            .store
            .create_folder(&record, owner, once.as_ref(), &audit, now)
            .await
            .map_err(refused)?;
        Ok(record.into())
    }

    /// The folder it comes to lie in, if any, and that one's path.
    async fn parent(
        &self,
        platform: &Platform,
        authority: &Authority<'_>,
    ) -> Result<(Option<FolderRef>, Path), Problem> {
        let write = platform.catalog.write_access();
        if let Some(parent) = &self.parent {
            let parent = locate(platform, &self.tenant, parent).await;
            let parent = parent.map_err(|problem| problem.field("parent"))?;
            authority.require(write, &parent.path)?;
            return Ok((Some(parent.id), parent.path));
        }
        let top = folder_root().map_err(Problem::internal)?;
        if !authority.covers(write, &top)
            && let Some((home, path)) = authority.home()?
            && authority.covers(write, &path)
        {
            return Ok((Some(home), path));
        }
        authority.require(write, &top)?;
        Ok((None, top))
    }
}

impl Listing {
    pub(crate) async fn read(
        self,
        platform: &Platform,
        authority: &Authority<'_>,
    ) -> Result<(Vec<Folder>, Option<FolderId>), Problem> {
        if let Some(parent) = &self.parent {
            let parent = locate(platform, &self.tenant, parent).await?;
            authority.see(&parent.path)?;
        } else if !authority.sees(&folder_root().map_err(Problem::internal)?) {
            // There is no way down from the top for who may not see it: what they reach is there.
            return authority
                .reached(&self.tenant, self.limit, self.cursor)
                .await;
        }
        let page = platform
            .store
            .folders(&self.tenant, self.parent.as_ref(), self.limit, self.cursor)
            .await?;
        let folders = page.items.into_iter().map(Folder::from).collect();
        Ok((folders, page.next))
    }
}

fn refused(error: FolderError) -> Problem {
    match error {
        FolderError::NoFolder => Problem::not_found("folder"),
        FolderError::NoMember => Problem::not_found("user or group"),
        FolderError::TooManyFolders => Problem::new(
            StatusCode::CONFLICT,
            ErrorCode::TooManyPlaces,
            "the user or group has access to as many folders as there can be: give access higher up instead",
        ),
        FolderError::Create(error) => refusal::of_creation(error, "name"),
        FolderError::Store(error) => error.into(),
    }
}
