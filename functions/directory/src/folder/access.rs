//! Who has access to a folder, and giving and taking it.

use super::authority::{Authority, lacking};
use super::located::{Folder, locate};
use super::{READ, WRITE, id, refused};
use crate::given;
use crate::within::{Asked, Page, PageQuery, Within, WithinQuery};
use axum::Json;
use axum::extract::State;
use hallpass_core::{AccessLevel, GroupId, Principal, PrincipalName, TokenName, UserId};
use hallpass_http::{Body, Caller, Path, Platform, Problem};
use hallpass_store::{Grant, Member};
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
    #[schema(value_type = Option<String>)]
    cursor: Option<Member>,
}

/// Those who have access by an entry of this folder's own; what they have above it holds here, too.
pub(crate) async fn list(
    State(platform): State<Platform>,
    caller: Caller,
    Path(folder): Path<String>,
    query: Asked<PageQuery>,
) -> Result<Json<AccessView>, Problem> {
    let authority = Authority::of(&platform, &caller, READ)?;
    let page = Page::<Member>::of_query(&caller, query)?;
    let folder = locate(&platform, &page.within, &id(&folder)?).await?;
    authority.require(platform.catalog.strongest_access(), &folder.path)?;
    let Within {
        account,
        environment,
    } = &page.within;
    let found = platform
        .store
        .access(account, environment, &folder.id, page.limit, page.cursor)
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

type Request = Result<Body<AccessRequest>, Problem>;

pub(crate) async fn change_user(
    State(platform): State<Platform>,
    caller: Caller,
    Path((folder, user)): Path<(String, String)>,
    query: Asked<WithinQuery>,
    body: Request,
) -> Result<StatusCode, Problem> {
    give(&platform, &caller, &folder, user_of(&user), query, body).await
}

pub(crate) async fn change_group(
    State(platform): State<Platform>,
    caller: Caller,
    Path((folder, group)): Path<(String, String)>,
    query: Asked<WithinQuery>,
    body: Request,
) -> Result<StatusCode, Problem> {
    give(&platform, &caller, &folder, group_of(&group), query, body).await
}

pub(crate) async fn remove_user(
    State(platform): State<Platform>,
    caller: Caller,
    Path((folder, user)): Path<(String, String)>,
    query: Asked<WithinQuery>,
) -> Result<StatusCode, Problem> {
    take(&platform, &caller, &folder, user_of(&user), query).await
}

pub(crate) async fn remove_group(
    State(platform): State<Platform>,
    caller: Caller,
    Path((folder, group)): Path<(String, String)>,
    query: Asked<WithinQuery>,
) -> Result<StatusCode, Problem> {
    take(&platform, &caller, &folder, group_of(&group), query).await
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
    platform: &Platform,
    caller: &Caller,
    authority: &Authority<'_>,
    folder: &str,
    query: Asked<WithinQuery>,
) -> Result<(Within, Folder), Problem> {
    let within = Within::of_query(caller, query)?;
    let folder = locate(platform, &within, &id(folder)?).await?;
    authority.require(platform.catalog.strongest_access(), &folder.path)?;
    Ok((within, folder))
}

async fn take(
    platform: &Platform,
    caller: &Caller,
    folder: &str,
    member: Result<Member, Problem>,
    query: Asked<WithinQuery>,
) -> Result<StatusCode, Problem> {
    let authority = Authority::of(platform, caller, WRITE)?;
    let (within, folder) = manage(platform, caller, &authority, folder, query).await?;
    let change = Change {
        within: &within,
        folder: &folder,
        member: member?,
        level: None,
    };
    change.by(platform, caller, &authority).await
}

async fn give(
    platform: &Platform,
    caller: &Caller,
    folder: &str,
    member: Result<Member, Problem>,
    query: Asked<WithinQuery>,
    body: Request,
) -> Result<StatusCode, Problem> {
    let authority = Authority::of(platform, caller, WRITE)?;
    let level = body?.value.access;
    let (within, folder) = manage(platform, caller, &authority, folder, query).await?;
    if platform.catalog.access(&level).is_none() {
        return Err(unknown_level(platform));
    }
    // s51: nobody gives what they do not hold there themselves.
    if let Some(scope) = lacking(platform, caller, &level, &folder.path) {
        return Err(given::not_held(&scope).field("access"));
    }
    let change = Change {
        within: &within,
        folder: &folder,
        member: member?,
        level: Some(&level),
    };
    change.by(platform, caller, &authority).await
}

fn unknown_level(platform: &Platform) -> Problem {
    let known: Vec<String> = platform
        .catalog
        .access_levels()
        .map(|level| format!("`{level}`"))
        .collect();
    let detail = if known.is_empty() {
        "the catalog of this platform has no levels of access".to_owned()
    } else {
        format!("there are the levels {}", known.join(", "))
    };
    Problem::invalid("access", "unknown_level", detail)
}

/// What becomes of somebody's access to a folder.
struct Change<'a> {
    within: &'a Within,
    folder: &'a Folder,
    member: Member,
    level: Option<&'a AccessLevel>,
}

impl Change<'_> {
    async fn by(
        &self,
        platform: &Platform,
        caller: &Caller,
        authority: &Authority<'_>,
    ) -> Result<StatusCode, Problem> {
        let (folder, member, level) = (self.folder, self.member, self.level);
        let grant = Grant {
            account: &self.within.account,
            environment: &self.within.environment,
            folder: folder.id,
            path: &folder.path,
            member,
        };
        let strongest = platform.catalog.strongest_access();
        let giver = authority.giver((platform, caller), strongest, level, &folder.path);
        let audit = caller
            .audit("change_access", folder.id, platform.now())
            .with("member", member)
            .with("access", level.map_or("none", AccessLevel::as_str));
        platform
            .store
            .change_access(&grant, level, giver.as_ref(), &audit)
            .await
            .map_err(refused)?;
        Ok(StatusCode::NO_CONTENT)
    }
}
