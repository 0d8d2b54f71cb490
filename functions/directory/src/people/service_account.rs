//! Service accounts of an environment: what speaks for one outlives the people who made it.

use crate::people::close;
use crate::people::given;
use crate::query::{PageQuery, TenantQuery};
use crate::refusal;
use crate::request::DirectoryRequest;
use axum::Json;
use axum::response::Response;
use hallpass_core::{
    AccountId, EnvironmentName, Principal, PrincipalName, PrincipalRecord, PrincipalType, ScopeSet,
    ServiceAccountId, UnixSeconds, WrittenScope, present,
};
use hallpass_http::{ErrorCode, IdempotencyKeyHeader, Problem};
use hallpass_store::{AuditAction, ListedPrincipal};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const NAME: &str = "name";

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceAccountRequest {
    #[schema(pattern = "^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$")]
    name: String,
    /// What it may do, if that is to bound all of its tokens.
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
pub(crate) struct ServiceAccountChange {
    /// What it may do from now on. To take all of it away, remove the service account.
    #[schema(min_items = 1, max_items = 200)]
    scopes: Vec<WrittenScope>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ServiceAccount)]
pub(crate) struct ServiceAccountView {
    id: Principal,
    account: AccountId,
    environment: EnvironmentName,
    name: PrincipalName,
    /// What it may do, which bounds all of its tokens. Absent where it was made without: each of its
    /// tokens then has the scopes it was made with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    scopes: Option<ScopeSet>,
    created_at: UnixSeconds,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ServiceAccountPage)]
pub(crate) struct PageView {
    service_accounts: Vec<ServiceAccountView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cursor: Option<Principal>,
}

impl From<ListedPrincipal> for ServiceAccountView {
    fn from(listed: ListedPrincipal) -> Self {
        Self {
            id: listed.id,
            account: listed.account,
            environment: listed.environment,
            name: listed.name,
            scopes: listed.scopes,
            created_at: listed.created_at.seconds(),
        }
    }
}

impl From<PrincipalRecord> for ServiceAccountView {
    fn from(record: PrincipalRecord) -> Self {
        Self {
            id: record.id,
            account: record.account,
            environment: record.environment,
            name: record.name,
            scopes: record.scopes,
            created_at: record.created_at.seconds(),
        }
    }
}

/// Make a service account
///
/// What speaks for one outlives the people who made it. Its name has no spaces or special
/// characters. With `scopes`, of which the caller holds each, none of its tokens ever does more than
/// these allow.
#[utoipa::path(
    post, path = "/v1/service-accounts", tag = "directory", operation_id = "create_service_account",
    request_body = ServiceAccountRequest,
    params(IdempotencyKeyHeader),
    responses(
        (status = 201, description = "The service account.", body = ServiceAccountView),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn create(
    request: DirectoryRequest,
) -> Result<(StatusCode, Json<ServiceAccountView>), Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = &request;
    let value: ServiceAccountRequest = request.keyed_body()?;
    let tenant = request.tenant(value.account, value.environment)?;
    let now = platform.now();
    let id = ServiceAccountId::generate(platform.random.as_ref())?;
    let name = given::name(NAME, &value.name, PrincipalType::ServiceAccount)?;
    let scopes = value
        .scopes
        .map(|written| given::scopes(&request, &written));
    let mut record = PrincipalRecord::new(Principal::ServiceAccount(id), tenant, name, now);
    record.scopes = scopes.transpose()?;
    let idempotency = request.once("POST /v1/service-accounts")?;
    let mut audit = caller
        .audit(AuditAction::CreateServiceAccount, record.id, now)
        .with("name", &record.name);
    if let Some(scopes) = &record.scopes {
        audit = audit.with("scopes", scopes).needing(scopes.iter().cloned());
    }
    platform
        .store
        .create_principal(&record, idempotency.as_ref(), &audit, now)
        .await
        .map_err(|error| refusal::of_creation(error, NAME))?;
    Ok((StatusCode::CREATED, Json(record.into())))
}

/// List service accounts
#[utoipa::path(
    get, path = "/v1/service-accounts", tag = "directory", operation_id = "list_service_accounts",
    params(PageQuery, ("cursor" = Option<ServiceAccountId>, Query)),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = PageView),
    ),
    security(("token" = ["directory:read"])),
)]
pub(crate) async fn list(request: DirectoryRequest) -> Result<Json<PageView>, Problem> {
    let platform = &request.platform;
    let page = request.page::<ServiceAccountId>()?;
    let of = PrincipalType::ServiceAccount;
    let cursor = page.cursor.map(Principal::ServiceAccount);
    let found = platform
        .store
        .principals(&page.tenant, of, page.limit, cursor)
        .await?;
    let service_accounts = found.items.into_iter();
    Ok(Json(PageView {
        service_accounts: service_accounts.map(ServiceAccountView::from).collect(),
        cursor: found.next,
    }))
}

fn id(text: &str) -> Result<Principal, Problem> {
    let id = text.parse().map(Principal::ServiceAccount);
    id.map_err(|_not_an_id| unknown())
}

fn unknown() -> Problem {
    Problem::not_found("service account")
}

/// Look at a service account
#[utoipa::path(
    get, path = "/v1/service-accounts/{service_account}", tag = "directory", operation_id = "service_account",
    params(("service_account" = ServiceAccountId, Path), TenantQuery),
    responses(
        (status = 200, description = "The service account.", body = ServiceAccountView),
    ),
    security(("token" = ["directory:read"])),
)]
pub(crate) async fn one(request: DirectoryRequest) -> Result<Json<ServiceAccountView>, Problem> {
    let platform = &request.platform;
    let tenant = request.tenant_of_query()?;
    let id = id(request.named("service_account")?)?;
    let found = platform.store.open_principal(&tenant, &id).await?;
    found.map(|found| Json(found.into())).ok_or_else(unknown)
}

/// Change a service account
///
/// The scopes of one that was made with some. Its tokens do no more than these allow at their next
/// validation; to one that was made without, none are added.
#[utoipa::path(
    patch, path = "/v1/service-accounts/{service_account}", tag = "directory", operation_id = "change_service_account",
    request_body = ServiceAccountChange,
    params(("service_account" = ServiceAccountId, Path), TenantQuery),
    responses(
        (status = 200, description = "The service account as it is now.", body = ServiceAccountView),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn change(request: DirectoryRequest) -> Result<Json<ServiceAccountView>, Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = &request;
    let tenant = request.tenant_of_query()?;
    let value: ServiceAccountChange = request.body()?;
    let id = id(request.named("service_account")?)?;
    let scopes = given::scopes(&request, &value.scopes)?;
    let read = platform.store.open_principal(&tenant, &id).await?;
    // Whether it has scopes is decided once, when it is made: the records of its tokens say so.
    if read.ok_or_else(unknown)?.scopes.is_none() {
        let detail = "the service account was made without scopes, and its tokens have their own: make another one with scopes";
        let status = StatusCode::CONFLICT;
        return Err(Problem::new(status, ErrorCode::MadeWithoutScopes, detail).field("scopes"));
    }
    let audit = caller
        .audit(AuditAction::ChangeServiceAccount, id, platform.now())
        .with("scopes", &scopes)
        .needing(scopes.iter().cloned());
    let changed = platform
        .store
        .change_principal(&tenant, &id, |it| it.scopes = Some(scopes.clone()), &audit)
        .await
        .map_err(|error| refusal::of_change(error, "service account", NAME))?;
    Ok(Json(changed.into()))
}

/// Remove a service account
///
/// All that speaks for it ends.
#[utoipa::path(
    delete, path = "/v1/service-accounts/{service_account}", tag = "directory", operation_id = "close_service_account",
    params(("service_account" = ServiceAccountId, Path), TenantQuery),
    responses(
        (status = 204, description = "It is removed."),
        (status = 202, description = "Not finished yet: ask again at `Location`, or make the same call again.", headers(("Location" = String, description = "Where to ask how far it has come."), ("Retry-After" = u32, description = "In how many seconds."))),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn close(request: DirectoryRequest) -> Result<Response, Problem> {
    let tenant = request.tenant_of_query()?;
    let id = id(request.named("service_account")?)?;
    close::principal(&request, tenant, id)
        .await?
        .ok_or_else(unknown)
}
