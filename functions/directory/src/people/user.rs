//! Users of an environment.

use crate::people::close;
use crate::people::given;
use crate::query::{PageQuery, TenantQuery};
use crate::refusal;
use crate::request::DirectoryRequest;
use axum::Json;
use axum::response::Response;
use hallpass_core::Tenant;
use hallpass_core::{
    Access, AccountId, EnvironmentName, GroupId, Principal, PrincipalName, PrincipalRecord,
    PrincipalType, ScopeSet, TokenName, UnixSeconds, UserId, WrittenScope, present,
};
use hallpass_http::{ErrorCode, IdempotencyKeyHeader, Problem};
use hallpass_store::{AuditAction, Idempotency, ListedPrincipal};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const USERNAME: &str = "username";

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserRequest {
    #[schema(value_type = TokenName)]
    username: String,
    #[serde(default, deserialize_with = "present")]
    #[schema(min_items = 1, max_items = 200, nullable = false)]
    scopes: Option<Vec<WrittenScope>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    environment: Option<EnvironmentName>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    account: Option<AccountId>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub(crate) struct UserChange {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<TokenName>, nullable = false)]
    username: Option<String>,
    /// `null` takes all of them back.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<WrittenScope>>, min_items = 1, max_items = 200)]
    scopes: Option<NewScopes>,
}

/// The scopes a user has from now on: none at all where they are taken back.
#[derive(Deserialize)]
#[serde(transparent)]
struct NewScopes(Option<Vec<WrittenScope>>);

#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserView {
    id: Principal,
    account: AccountId,
    environment: EnvironmentName,
    username: PrincipalName,
    /// What the user may do everywhere; nothing if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    scopes: Option<ScopeSet>,
    /// The groups the user is in themselves.
    groups: Vec<GroupId>,
    /// The user's levels of access, by path. Left out of lists, to keep these short.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    access: Option<Access>,
    created_at: UnixSeconds,
}

#[derive(Serialize, ToSchema)]
#[schema(as = UserPage)]
pub(crate) struct PageView {
    users: Vec<UserView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cursor: Option<Principal>,
}

impl From<PrincipalRecord> for UserView {
    fn from(record: PrincipalRecord) -> Self {
        Self {
            id: record.id,
            account: record.account,
            environment: record.environment,
            username: record.name,
            scopes: record.scopes,
            groups: record.member_of,
            access: Some(record.access),
            created_at: record.created_at.seconds(),
        }
    }
}

impl UserView {
    fn listed(listed: ListedPrincipal) -> Self {
        Self {
            id: listed.id,
            account: listed.account,
            environment: listed.environment,
            username: listed.name,
            scopes: listed.scopes,
            groups: listed.member_of,
            access: None,
            created_at: listed.created_at.seconds(),
        }
    }
}

/// Make a user
///
/// `scopes` is what the user may do everywhere; the caller holds each of them.
#[utoipa::path(
    post, path = "/v1/users", tag = "directory", operation_id = "create_user",
    request_body = UserRequest,
    params(IdempotencyKeyHeader),
    responses(
        (status = 201, description = "The user.", body = UserView),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn create(
    request: DirectoryRequest,
) -> Result<(StatusCode, Json<UserView>), Problem> {
    let value: UserRequest = request.keyed_body()?;
    let tenant = request.tenant(value.account, value.environment)?;
    let scopes = value
        .scopes
        .map(|written| given::scopes(&request, &written));
    let user = NewUser {
        tenant,
        username: &value.username,
        scopes: scopes.transpose()?,
    };
    let record = user
        .create(&request, request.once("POST /v1/users")?)
        .await?;
    Ok((StatusCode::CREATED, Json(record.into())))
}

/// A user to be made.
pub(crate) struct NewUser<'a> {
    pub(crate) tenant: Tenant,
    pub(crate) username: &'a str,
    pub(crate) scopes: Option<ScopeSet>,
}

impl NewUser<'_> {
    pub(crate) async fn create(
        self,
        request: &DirectoryRequest,
        once: Option<Idempotency>,
    ) -> Result<PrincipalRecord, Problem> {
        let DirectoryRequest {
            platform, caller, ..
        } = request;
        let now = platform.now();
        let id = Principal::User(UserId::generate(platform.random.as_ref())?);
        let name = given::name(USERNAME, self.username, PrincipalType::User)?;
        let record = PrincipalRecord {
            scopes: self.scopes,
            ..PrincipalRecord::new(id, self.tenant, name, now)
        };
        let mut audit = caller
            .audit(AuditAction::CreateUser, record.id, now)
            .with("username", &record.name);
        if let Some(scopes) = &record.scopes {
            audit = audit.with("scopes", scopes).needing(scopes.iter().cloned());
        }
        platform
            .store
            .create_principal(&record, once.as_ref(), &audit, now)
            .await
            .map_err(|error| refusal::of_creation(error, USERNAME))?;
        Ok(record)
    }
}

/// List users
#[utoipa::path(
    get, path = "/v1/users", tag = "directory", operation_id = "list_users",
    params(PageQuery, ("cursor" = Option<UserId>, Query)),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = PageView),
    ),
    security(("token" = ["directory:read"])),
)]
pub(crate) async fn list(request: DirectoryRequest) -> Result<Json<PageView>, Problem> {
    let platform = &request.platform;
    let page = request.page::<UserId>()?;
    let (of, cursor) = (PrincipalType::User, page.cursor.map(Principal::User));
    let found = platform
        .store
        .principals(&page.tenant, of, page.limit, cursor)
        .await?;
    Ok(Json(PageView {
        users: found.items.into_iter().map(UserView::listed).collect(),
        cursor: found.next,
    }))
}

/// The user of a path.
pub(crate) fn id(text: &str) -> Result<Principal, Problem> {
    let id = text.parse().map(Principal::User);
    id.map_err(|_not_an_id| Problem::not_found("user"))
}

/// Look at a user
#[utoipa::path(
    get, path = "/v1/users/{user}", tag = "directory", operation_id = "user",
    params(("user" = UserId, Path), TenantQuery),
    responses(
        (status = 200, description = "The user.", body = UserView),
    ),
    security(("token" = ["directory:read"])),
)]
pub(crate) async fn one(request: DirectoryRequest) -> Result<Json<UserView>, Problem> {
    let platform = &request.platform;
    let tenant = request.tenant_of_query()?;
    let id = id(request.named("user")?)?;
    let user = platform.store.open_principal(&tenant, &id).await?;
    user.map(|user| Json(user.into()))
        .ok_or_else(|| Problem::not_found("user"))
}

/// Change a user
///
/// What is left out stays. Whatever speaks for the user does no more than the user may, from its next
/// validation on.
#[utoipa::path(
    patch, path = "/v1/users/{user}", tag = "directory", operation_id = "change_user",
    request_body = UserChange,
    params(("user" = UserId, Path), TenantQuery),
    responses(
        (status = 200, description = "The user as they are now.", body = UserView),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn change(request: DirectoryRequest) -> Result<Json<UserView>, Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = &request;
    let tenant = request.tenant_of_query()?;
    let value: UserChange = request.body()?;
    let user = id(request.named("user")?)?;
    if value.username.is_none() && value.scopes.is_none() {
        let detail = "name what is to be changed: `username`, `scopes` or both";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(Problem::new(status, ErrorCode::InvalidBody, detail));
    }
    let name = value
        .username
        .map(|name| given::name(USERNAME, &name, PrincipalType::User))
        .transpose()?;
    let scopes = value.scopes.map(|NewScopes(written)| {
        let given = written.map(|written| given::scopes(&request, &written));
        given.transpose()
    });
    let scopes = scopes.transpose()?;
    let mut audit = caller.audit(AuditAction::ChangeUser, user, platform.now());
    if let Some(name) = &name {
        audit = audit.with("username", name);
    }
    if let Some(scopes) = &scopes {
        audit = audit.needing(scopes.iter().flat_map(ScopeSet::iter).cloned());
        let scopes = scopes.as_ref().map(ToString::to_string);
        audit = audit.with("scopes", scopes.unwrap_or_else(|| "none".to_owned()));
    }
    let change = |user: &mut PrincipalRecord| {
        if let Some(name) = &name {
            user.name = name.clone();
        }
        if let Some(scopes) = &scopes {
            user.scopes.clone_from(scopes);
        }
    };
    let changed = platform
        .store
        .change_principal(&tenant, &user, change, &audit)
        .await
        .map_err(|error| refusal::of_change(error, "user", USERNAME))?;
    Ok(Json(changed.into()))
}

/// Remove a user
///
/// All that speaks for them ends.
#[utoipa::path(
    delete, path = "/v1/users/{user}", tag = "directory", operation_id = "close_user",
    params(("user" = UserId, Path), TenantQuery),
    responses(
        (status = 204, description = "They are removed."),
        (status = 202, description = "Not finished yet: ask again at `Location`, or make the same call again.", headers(("Location" = String, description = "Where to ask how far it has come."), ("Retry-After" = u32, description = "In how many seconds."))),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn close(request: DirectoryRequest) -> Result<Response, Problem> {
    let tenant = request.tenant_of_query()?;
    close::principal(&request, tenant, id(request.named("user")?)?)
        .await?
        .ok_or_else(|| Problem::not_found("user"))
}
