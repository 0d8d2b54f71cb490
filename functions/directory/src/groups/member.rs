//! Members of groups: users, and other groups.

use crate::groups;
use crate::member_cursor::MemberCursor;
use crate::people::given;
use crate::query::{PageQuery, TenantQuery};
use crate::refusal;
use crate::request::DirectoryRequest;
use axum::Json;
use hallpass_core::Tenant;
use hallpass_core::{GroupId, Principal, PrincipalName, TokenName, UserId};
use hallpass_http::Problem;
use hallpass_store::{AuditAction, ListedGroup, ListedPrincipal, Member, Membership};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
struct MemberUser {
    id: Principal,
    username: PrincipalName,
}

#[derive(Serialize, ToSchema)]
struct MemberGroup {
    id: GroupId,
    name: TokenName,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Members)]
pub(crate) struct MembersView {
    users: Vec<MemberUser>,
    groups: Vec<MemberGroup>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    cursor: Option<Member>,
}

/// List the members of a group
#[utoipa::path(
    get, path = "/v1/groups/{group}/members", tag = "directory", operation_id = "list_members",
    params(("group" = GroupId, Path), PageQuery, ("cursor" = Option<MemberCursor>, Query)),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = MembersView),
    ),
    security(("token" = ["directory:read"])),
)]
pub(crate) async fn list(request: DirectoryRequest) -> Result<Json<MembersView>, Problem> {
    let platform = &request.platform;
    let page = request.page::<Member>()?;
    let group = groups::open(
        platform,
        &page.tenant,
        &groups::id(request.named("group")?)?,
    )
    .await?;
    let found = platform
        .store
        .members(&page.tenant, &group.id, page.limit, page.cursor)
        .await?;
    let user = |user: ListedPrincipal| MemberUser {
        id: user.id,
        username: user.name,
    };
    let group = |group: ListedGroup| MemberGroup {
        id: group.id,
        name: group.name,
    };
    Ok(Json(MembersView {
        users: found.users.into_iter().map(user).collect(),
        groups: found.groups.into_iter().map(group).collect(),
        cursor: found.next,
    }))
}

/// The member of a path, in the list it is named in.
#[derive(Clone, Copy)]
enum Named<'a> {
    User(&'a str),
    Group(&'a str),
}

impl Named<'_> {
    fn parse(self) -> Result<Member, Problem> {
        let member = match self {
            Self::User(text) => text.parse().map(Member::User),
            Self::Group(text) => text.parse().map(Member::Group),
        };
        member.map_err(|_not_an_id| Problem::not_found("member"))
    }
}

/// Put a user into a group
///
/// They have what the group, and those around it, may do; the caller holds it.
#[utoipa::path(
    put, path = "/v1/groups/{group}/members/users/{user}", tag = "directory", operation_id = "add_member_user",
    params(("group" = GroupId, Path), ("user" = UserId, Path), TenantQuery),
    responses(
        (status = 204, description = "They are in it."),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn add_user(request: DirectoryRequest) -> Result<StatusCode, Problem> {
    add(&request, Named::User(request.named("user")?)).await
}

/// Put a group into a group
///
/// Its members have what the outer group may do; the caller holds it.
#[utoipa::path(
    put, path = "/v1/groups/{group}/members/groups/{member}", tag = "directory", operation_id = "add_member_group",
    params(("group" = GroupId, Path), ("member" = GroupId, Path, description = "The group within."), TenantQuery),
    responses(
        (status = 204, description = "It is in it."),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn add_group(request: DirectoryRequest) -> Result<StatusCode, Problem> {
    add(&request, Named::Group(request.named("member")?)).await
}

/// Take a user out of a group
#[utoipa::path(
    delete, path = "/v1/groups/{group}/members/users/{user}", tag = "directory", operation_id = "remove_member_user",
    params(("group" = GroupId, Path), ("user" = UserId, Path), TenantQuery),
    responses(
        (status = 204, description = "They are not in it."),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn remove_user(request: DirectoryRequest) -> Result<StatusCode, Problem> {
    remove(&request, Named::User(request.named("user")?)).await
}

/// Take a group out of a group
#[utoipa::path(
    delete, path = "/v1/groups/{group}/members/groups/{member}", tag = "directory", operation_id = "remove_member_group",
    params(("group" = GroupId, Path), ("member" = GroupId, Path, description = "The group within."), TenantQuery),
    responses(
        (status = 204, description = "It is not in it."),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn remove_group(request: DirectoryRequest) -> Result<StatusCode, Problem> {
    remove(&request, Named::Group(request.named("member")?)).await
}

/// Who joins a group is given what the group and those around it may do: the caller must hold it.
async fn add(request: &DirectoryRequest, member: Named<'_>) -> Result<StatusCode, Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = request;
    let tenant = request.tenant_of_query()?;
    let membership = membership(&tenant, request.named("group")?, member)?;
    let audit = caller.audit(AuditAction::AddMember, subject(&membership), platform.now());
    platform
        .store
        .add_member(&membership, given::by_group(request), &audit)
        .await
        .map_err(refusal::of_membership)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(request: &DirectoryRequest, member: Named<'_>) -> Result<StatusCode, Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = request;
    let tenant = request.tenant_of_query()?;
    let membership = membership(&tenant, request.named("group")?, member)?;
    let audit = caller.audit(
        AuditAction::RemoveMember,
        subject(&membership),
        platform.now(),
    );
    platform
        .store
        .remove_member(&membership, &audit)
        .await
        .map_err(refusal::of_membership)?;
    Ok(StatusCode::NO_CONTENT)
}

fn membership<'a>(
    tenant: &'a Tenant,
    group: &str,
    member: Named<'_>,
) -> Result<Membership<'a>, Problem> {
    Ok(Membership {
        tenant,
        group: groups::id(group)?,
        member: member.parse()?,
    })
}

fn subject(membership: &Membership<'_>) -> String {
    format!("{}/{}", membership.group, membership.member)
}
