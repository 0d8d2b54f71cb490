//! Groups of an environment.

pub(crate) mod member;

use crate::query::{PageQuery, TenantQuery};
use crate::refusal;
use crate::request::DirectoryRequest;
use axum::Json;
use hallpass_core::Tenant;
use hallpass_core::{
    Access, AccountId, EnvironmentName, GroupId, GroupRecord, TokenName, UnixSeconds, present,
};
use hallpass_http::{IdempotencyKeyHeader, Platform, Problem};
use hallpass_store::{AuditAction, ListedGroup};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const NAME: &str = "name";

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupRequest {
    name: TokenName,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    environment: Option<EnvironmentName>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    account: Option<AccountId>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupChange {
    name: TokenName,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Group)]
pub(crate) struct GroupView {
    id: GroupId,
    account: AccountId,
    environment: EnvironmentName,
    name: String,
    /// The groups it stands in itself.
    within: Vec<GroupId>,
    /// The levels that its members have, by path. Left out of lists, to keep these short.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    access: Option<Access>,
    created_at: UnixSeconds,
}

#[derive(Serialize, ToSchema)]
#[schema(as = GroupPage)]
pub(crate) struct PageView {
    groups: Vec<GroupView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cursor: Option<GroupId>,
}

impl From<GroupRecord> for GroupView {
    fn from(record: GroupRecord) -> Self {
        Self {
            id: record.id,
            account: record.account,
            environment: record.environment,
            name: record.name.into(),
            within: record.within,
            access: Some(record.access),
            created_at: record.created_at.seconds(),
        }
    }
}

impl GroupView {
    fn listed(listed: ListedGroup) -> Self {
        Self {
            id: listed.id,
            account: listed.account,
            environment: listed.environment,
            name: listed.name.into(),
            within: listed.within,
            access: None,
            created_at: listed.created_at.seconds(),
        }
    }
}

/// Make a group
#[utoipa::path(
    post, path = "/v1/groups", tag = "directory", operation_id = "create_group",
    request_body = GroupRequest,
    params(IdempotencyKeyHeader),
    responses(
        (status = 201, description = "The group.", body = GroupView),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn create(
    request: DirectoryRequest,
) -> Result<(StatusCode, Json<GroupView>), Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = &request;
    let value: GroupRequest = request.keyed_body()?;
    let tenant = request.tenant(value.account, value.environment)?;
    let now = platform.now();
    let id = GroupId::generate(platform.random.as_ref())?;
    let record = GroupRecord::new(id, tenant, value.name, now);
    let idempotency = request.once("POST /v1/groups")?;
    let audit = caller
        .audit(AuditAction::CreateGroup, record.id, now)
        .with("name", String::from(record.name.clone()));
    platform
        .store
        .create_group(&record, idempotency.as_ref(), &audit, now)
        .await
        .map_err(|error| refusal::of_creation(error, NAME))?;
    Ok((StatusCode::CREATED, Json(record.into())))
}

/// List groups
#[utoipa::path(
    get, path = "/v1/groups", tag = "directory", operation_id = "list_groups",
    params(PageQuery, ("cursor" = Option<GroupId>, Query)),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = PageView),
    ),
    security(("token" = ["directory:read"])),
)]
pub(crate) async fn list(request: DirectoryRequest) -> Result<Json<PageView>, Problem> {
    let platform = &request.platform;
    let page = request.page::<GroupId>()?;
    let found = platform
        .store
        .group_page(&page.tenant, page.limit, page.cursor)
        .await?;
    Ok(Json(PageView {
        groups: found.items.into_iter().map(GroupView::listed).collect(),
        cursor: found.next,
    }))
}

/// The group of a path.
pub(crate) fn id(text: &str) -> Result<GroupId, Problem> {
    text.parse().map_err(|_not_an_id| unknown())
}

fn unknown() -> Problem {
    Problem::not_found("group")
}

/// A group that is not closed.
pub(crate) async fn open(
    platform: &Platform,
    tenant: &Tenant,
    id: &GroupId,
) -> Result<GroupRecord, Problem> {
    let group = platform.store.open_group(tenant, id).await?;
    group.ok_or_else(unknown)
}

/// Look at a group
#[utoipa::path(
    get, path = "/v1/groups/{group}", tag = "directory", operation_id = "group",
    params(("group" = GroupId, Path), TenantQuery),
    responses(
        (status = 200, description = "The group.", body = GroupView),
    ),
    security(("token" = ["directory:read"])),
)]
pub(crate) async fn one(request: DirectoryRequest) -> Result<Json<GroupView>, Problem> {
    let platform = &request.platform;
    let tenant = request.tenant_of_query()?;
    let group = open(platform, &tenant, &id(request.named("group")?)?).await?;
    Ok(Json(group.into()))
}

/// Rename a group
#[utoipa::path(
    patch, path = "/v1/groups/{group}", tag = "directory", operation_id = "change_group",
    request_body = GroupChange,
    params(("group" = GroupId, Path), TenantQuery),
    responses(
        (status = 200, description = "The group as it is now.", body = GroupView),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn change(request: DirectoryRequest) -> Result<Json<GroupView>, Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = &request;
    let tenant = request.tenant_of_query()?;
    let value: GroupChange = request.body()?;
    let group = id(request.named("group")?)?;
    let audit = caller
        .audit(AuditAction::ChangeGroup, group, platform.now())
        .with("name", String::from(value.name.clone()));
    let change = |group: &mut GroupRecord| group.name = value.name.clone();
    let changed = platform
        .store
        .change_group(&tenant, &group, change, &audit)
        .await
        .map_err(|error| refusal::of_change(error, "group", NAME))?;
    Ok(Json(changed.into()))
}

/// Remove a group
///
/// Its members lose what it gave.
#[utoipa::path(
    delete, path = "/v1/groups/{group}", tag = "directory", operation_id = "close_group",
    params(("group" = GroupId, Path), TenantQuery),
    responses(
        (status = 204, description = "It is removed."),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn close(request: DirectoryRequest) -> Result<StatusCode, Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = &request;
    let tenant = request.tenant_of_query()?;
    let group = id(request.named("group")?)?;
    let now = platform.now();
    let audit = caller.audit(AuditAction::Close, group, now);
    platform
        .store
        .close_group(&tenant, &group, &audit, now)
        .await
        .map_err(|error| refusal::of_change(error, "group", NAME))?;
    Ok(StatusCode::NO_CONTENT)
}
