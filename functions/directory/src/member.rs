//! Members of groups: users, and other groups.

use crate::within::{Asked, Page, PageQuery, Within, WithinQuery};
use crate::{given, group, refusal};
use axum::Json;
use axum::extract::State;
use hallpass_core::{GroupId, GroupRecord, Principal, PrincipalName, PrincipalRecord, TokenName};
use hallpass_http::{Caller, Path, Platform, Problem};
use hallpass_store::{Member, Membership};
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
    #[schema(value_type = Option<String>)]
    cursor: Option<Member>,
}

pub(crate) async fn list(
    State(platform): State<Platform>,
    caller: Caller,
    Path(group): Path<String>,
    query: Asked<PageQuery>,
) -> Result<Json<MembersView>, Problem> {
    caller.require("directory:read")?;
    let page = Page::<Member>::of_query(&caller, query)?;
    let group = group::open(&platform, &page.within, &group::id(&group)?).await?;
    let found = platform
        .store
        .members(
            &group.account,
            &group.environment,
            &group.id,
            page.limit,
            page.cursor,
        )
        .await?;
    let user = |user: PrincipalRecord| MemberUser {
        id: user.id,
        username: user.name,
    };
    let group = |group: GroupRecord| MemberGroup {
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

pub(crate) async fn add_user(
    State(platform): State<Platform>,
    caller: Caller,
    Path((group, user)): Path<(String, String)>,
    query: Asked<WithinQuery>,
) -> Result<StatusCode, Problem> {
    add(&platform, &caller, &group, Named::User(&user), query).await
}

pub(crate) async fn add_group(
    State(platform): State<Platform>,
    caller: Caller,
    Path((group, inner)): Path<(String, String)>,
    query: Asked<WithinQuery>,
) -> Result<StatusCode, Problem> {
    add(&platform, &caller, &group, Named::Group(&inner), query).await
}

pub(crate) async fn remove_user(
    State(platform): State<Platform>,
    caller: Caller,
    Path((group, user)): Path<(String, String)>,
    query: Asked<WithinQuery>,
) -> Result<StatusCode, Problem> {
    remove(&platform, &caller, &group, Named::User(&user), query).await
}

pub(crate) async fn remove_group(
    State(platform): State<Platform>,
    caller: Caller,
    Path((group, inner)): Path<(String, String)>,
    query: Asked<WithinQuery>,
) -> Result<StatusCode, Problem> {
    remove(&platform, &caller, &group, Named::Group(&inner), query).await
}

/// Who joins a group is given what the group and those around it may do: the caller must hold it.
async fn add(
    platform: &Platform,
    caller: &Caller,
    group: &str,
    member: Named<'_>,
    query: Asked<WithinQuery>,
) -> Result<StatusCode, Problem> {
    caller.require("directory:write")?;
    let within = Within::of_query(caller, query)?;
    let membership = membership(&within, group, member)?;
    let audit = caller.audit("join_group", subject(&membership), platform.now());
    platform
        .store
        .join(&membership, given::lacking(platform, caller), &audit)
        .await
        .map_err(refusal::of_membership)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(
    platform: &Platform,
    caller: &Caller,
    group: &str,
    member: Named<'_>,
    query: Asked<WithinQuery>,
) -> Result<StatusCode, Problem> {
    caller.require("directory:write")?;
    let within = Within::of_query(caller, query)?;
    let membership = membership(&within, group, member)?;
    let audit = caller.audit("leave_group", subject(&membership), platform.now());
    platform
        .store
        .leave(&membership, &audit)
        .await
        .map_err(refusal::of_membership)?;
    Ok(StatusCode::NO_CONTENT)
}

fn membership<'a>(
    within: &'a Within,
    group: &str,
    member: Named<'_>,
) -> Result<Membership<'a>, Problem> {
    Ok(Membership {
        account: &within.account,
        environment: &within.environment,
        group: group::id(group)?,
        member: member.parse()?,
    })
}

fn subject(membership: &Membership<'_>) -> String {
    format!("{}/{}", membership.group, membership.member)
}
