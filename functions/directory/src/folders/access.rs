//! Who has access to a folder, and giving and taking it.

use super::authority::{Authority, lacking};
use super::located::{Folder, locate};
use super::{READ, WRITE, id, refused};
use crate::member_cursor::MemberCursor;
use crate::people::given;
use crate::query::{PageQuery, TenantQuery};
use crate::request::DirectoryRequest;
use axum::Json;
use hallpass_core::Tenant;
use hallpass_core::{AccessLevel, FolderRef, GroupId, Principal, PrincipalName, TokenName, UserId};
use hallpass_http::{ErrorCode, Platform, Problem};
use hallpass_store::{AuditAction, Grant, Member};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessRequest {
    access: AccessLevel,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct UserAccess {
    user_id: Principal,
    username: PrincipalName,
    access: AccessLevel,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct GroupAccess {
    group_id: GroupId,
    name: TokenName,
    access: AccessLevel,
}

#[derive(Serialize, ToSchema)]
#[schema(as = FolderAccess)]
pub(crate) struct AccessView {
    users: Vec<UserAccess>,
    groups: Vec<GroupAccess>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    cursor: Option<Member>,
}

/// List who has access to a folder
///
/// Those who have it by an entry of this folder's own; what they have above it holds here, too.
#[utoipa::path(
    get, path = "/v1/folders/{folder}/access", tag = "folders", operation_id = "folder_access",
    params(("folder" = FolderRef, Path), PageQuery, ("cursor" = Option<MemberCursor>, Query)),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = AccessView),
    ),
    security(("token" = ["directory:read"])),
)]
pub(crate) async fn list(request: DirectoryRequest) -> Result<Json<AccessView>, Problem> {
    let platform = &request.platform;
    let authority = Authority::of(&request, READ)?;
    let page = request.page::<Member>()?;
    let folder = locate(platform, &page.tenant, &id(request.named("folder")?)?).await?;
    authority.require(platform.catalog.strongest_access(), &folder.path)?;
    let found = platform
        .store
        .access(&page.tenant, &folder.id, page.limit, page.cursor)
        .await?;
    let users = found.users.into_iter().map(|(user, access)| UserAccess {
        user_id: user.id,
        username: user.name,
        access,
    });
    let groups = found.groups.into_iter().map(|(group, access)| GroupAccess {
        group_id: group.id,
        name: group.name,
        access,
    });
    Ok(Json(AccessView {
        users: users.collect(),
        groups: groups.collect(),
        cursor: found.next,
    }))
}

/// Give a user access to a folder
///
/// It holds below the folder, too. The caller holds what the level gives there.
#[utoipa::path(
    put, path = "/v1/folders/{folder}/access/users/{user}", tag = "folders", operation_id = "give_user_access",
    request_body = AccessRequest,
    params(("folder" = FolderRef, Path), ("user" = UserId, Path), TenantQuery),
    responses(
        (status = 204, description = "They have it."),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn give_user(request: DirectoryRequest) -> Result<StatusCode, Problem> {
    give(&request, user_of(request.named("user")?)).await
}

/// Give a group access to a folder
///
/// It holds below the folder, too. The caller holds what the level gives there.
#[utoipa::path(
    put, path = "/v1/folders/{folder}/access/groups/{group}", tag = "folders", operation_id = "give_group_access",
    request_body = AccessRequest,
    params(("folder" = FolderRef, Path), ("group" = GroupId, Path), TenantQuery),
    responses(
        (status = 204, description = "It has it."),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn give_group(request: DirectoryRequest) -> Result<StatusCode, Problem> {
    give(&request, group_of(request.named("group")?)).await
}

/// Take a user's access to a folder away
#[utoipa::path(
    delete, path = "/v1/folders/{folder}/access/users/{user}", tag = "folders", operation_id = "take_user_access",
    params(("folder" = FolderRef, Path), ("user" = UserId, Path), TenantQuery),
    responses(
        (status = 204, description = "They do not have it by this folder."),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn take_user(request: DirectoryRequest) -> Result<StatusCode, Problem> {
    take(&request, user_of(request.named("user")?)).await
}

/// Take a group's access to a folder away
#[utoipa::path(
    delete, path = "/v1/folders/{folder}/access/groups/{group}", tag = "folders", operation_id = "take_group_access",
    params(("folder" = FolderRef, Path), ("group" = GroupId, Path), TenantQuery),
    responses(
        (status = 204, description = "It does not have it by this folder."),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn take_group(request: DirectoryRequest) -> Result<StatusCode, Problem> {
    take(&request, group_of(request.named("group")?)).await
}

fn user_of(text: &str) -> Result<Member, Problem> {
    let id = text.parse::<UserId>().map(Member::User);
    id.map_err(|_not_an_id| Problem::not_found("user or group"))
}

fn group_of(text: &str) -> Result<Member, Problem> {
    let id = text.parse::<GroupId>().map(Member::Group);
    id.map_err(|_not_an_id| Problem::not_found("user or group"))
}

/// Finds a folder whose access the caller may change.
async fn manage(
    request: &DirectoryRequest,
    authority: &Authority<'_>,
) -> Result<(Tenant, Folder), Problem> {
    let tenant = request.tenant_of_query()?;
    let folder = locate(&request.platform, &tenant, &id(request.named("folder")?)?).await?;
    authority.require(request.platform.catalog.strongest_access(), &folder.path)?;
    Ok((tenant, folder))
}

async fn give(
    request: &DirectoryRequest,
    member: Result<Member, Problem>,
) -> Result<StatusCode, Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = request;
    let authority = Authority::of(request, WRITE)?;
    let AccessRequest { access: level } = request.body()?;
    let (tenant, folder) = manage(request, &authority).await?;
    if platform.catalog.access(&level).is_none() {
        return Err(unknown_level(platform));
    }
    // s51: nobody gives what they do not hold there themselves.
    if let Some(scope) = lacking(request, &level, &folder.path) {
        return Err(given::not_held(&scope).field("access"));
    }
    let grant = grant(&tenant, &folder, member?);
    let strongest = platform.catalog.strongest_access();
    let needed = authority.needed(request, strongest, Some(&level), &folder.path);
    let audit = caller
        .audit(AuditAction::GiveAccess, folder.id, platform.now())
        .needing(needed)
        .with("member", grant.member)
        .with("access", &level);
    platform
        .store
        .give_access(&grant, &level, &audit)
        .await
        .map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn take(
    request: &DirectoryRequest,
    member: Result<Member, Problem>,
) -> Result<StatusCode, Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = request;
    let authority = Authority::of(request, WRITE)?;
    let (tenant, folder) = manage(request, &authority).await?;
    let grant = grant(&tenant, &folder, member?);
    let strongest = platform.catalog.strongest_access();
    let needed = authority.needed(request, strongest, None, &folder.path);
    let audit = caller
        .audit(AuditAction::TakeAccess, folder.id, platform.now())
        .needing(needed)
        .with("member", grant.member);
    platform
        .store
        .take_access(&grant, &audit)
        .await
        .map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

fn grant<'a>(tenant: &'a Tenant, folder: &'a Folder, member: Member) -> Grant<'a> {
    Grant {
        tenant,
        folder: folder.id,
        path: &folder.path,
        member,
    }
}

fn unknown_level(platform: &Platform) -> Problem {
    let levels: Vec<String> = platform
        .catalog
        .access_levels()
        .map(|level| format!("`{level}`"))
        .collect();
    let detail = if levels.is_empty() {
        "the catalog of this platform has no levels of access".to_owned()
    } else {
        format!("there are the levels {}", levels.join(", "))
    };
    Problem::invalid("access", ErrorCode::UnknownLevel, detail)
}
