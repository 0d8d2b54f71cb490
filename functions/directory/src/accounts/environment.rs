//! Environments of an account.

use crate::accounts::authority;
use crate::error::DirectoryError;
use crate::request::DirectoryRequest;
use axum::Json;
use hallpass_core::{AccountId, EnvironmentName, Tenant, UnixSeconds};
use hallpass_http::{IdempotencyKeyHeader, Limit, Problem};
use hallpass_store::{AuditAction, EnvironmentRow};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnvironmentRequest {
    name: EnvironmentName,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Environment)]
pub(crate) struct EnvironmentView {
    account: AccountId,
    name: EnvironmentName,
    created_at: UnixSeconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    closed_at: Option<UnixSeconds>,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageRequest {
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    limit: Option<Limit>,
    cursor: Option<EnvironmentName>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = EnvironmentPage)]
pub(crate) struct PageView {
    environments: Vec<EnvironmentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cursor: Option<EnvironmentName>,
}

impl From<EnvironmentRow> for EnvironmentView {
    fn from(row: EnvironmentRow) -> Self {
        Self {
            account: row.account,
            name: row.name,
            created_at: row.created_at.seconds(),
            closed_at: row.closed_at.map(hallpass_core::UnixMillis::seconds),
        }
    }
}

/// Make an environment
///
/// A closed universe inside the account, named `app/env`.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/environments", tag = "directory", operation_id = "create_environment",
    request_body = EnvironmentRequest,
    params(("account" = AccountId, Path), IdempotencyKeyHeader),
    responses(
        (status = 201, description = "The environment.", body = EnvironmentView),
    ),
    security(("token" = ["directory:write", "platform:operate"])),
)]
pub(crate) async fn create(
    request: DirectoryRequest,
) -> Result<(StatusCode, Json<EnvironmentView>), Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = &request;
    let value: EnvironmentRequest = request.keyed_body()?;
    let account = authority::account(caller, request.named("account")?)?;
    let now = platform.now();
    let row = EnvironmentRow {
        account,
        name: value.name,
        created_at: now,
        closed_at: None,
    };
    let route = format!("POST /v1/accounts/{account}/environments");
    let idempotency = request.once(&route)?;
    let audit = caller
        .audit(AuditAction::CreateEnvironment, row.tenant(), now)
        .with("name", &row.name);
    platform
        .store
        .create_environment(&row, idempotency.as_ref(), &audit, now)
        .await
        .map_err(DirectoryError)?;
    Ok((StatusCode::CREATED, Json(row.into())))
}

/// Look at an environment
#[utoipa::path(
    get, path = "/v1/accounts/{account}/environments/{app}/{env}", tag = "directory", operation_id = "environment",
    params(("account" = AccountId, Path), ("app" = String, Path, description = "What the name of the environment has before its slash."), ("env" = String, Path, description = "What it has behind it.")),
    responses(
        (status = 200, description = "The environment.", body = EnvironmentView),
    ),
    security(("token" = ["directory:read"])),
)]
pub(crate) async fn one(request: DirectoryRequest) -> Result<Json<EnvironmentView>, Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = &request;
    let unknown = || Problem::not_found("environment");
    let account = authority::account(caller, request.named("account")?)?;
    let name: EnvironmentName = format!("{}/{}", request.named("app")?, request.named("env")?)
        .parse()
        .map_err(|_not_a_name| unknown())?;
    let tenant = Tenant {
        account,
        environment: name,
    };
    if !caller.reaches(&tenant) {
        return Err(unknown());
    }
    let row = platform.store.environment(&tenant).await?;
    row.map(|row| Json(row.into())).ok_or_else(unknown)
}

/// List the environments of an account
///
/// The operator sees all of them, anybody else the one they are in.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/environments", tag = "directory", operation_id = "list_environments",
    params(("account" = AccountId, Path), PageRequest),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = PageView),
    ),
    security(("token" = ["directory:read"])),
)]
pub(crate) async fn list(request: DirectoryRequest) -> Result<Json<PageView>, Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = &request;
    let account = authority::account(caller, request.named("account")?)?;
    let page: PageRequest = request.query()?;
    let limit = page.limit.unwrap_or_default().into();
    if !caller.is_operator() {
        let own = platform.store.environment(caller.own_tenant()).await?;
        let environments = own.map(EnvironmentView::from).into_iter().collect();
        return Ok(Json(PageView {
            environments,
            cursor: None,
        }));
    }
    let is_first = page.cursor.is_none();
    let found = platform
        .store
        .environments(&account, limit, page.cursor)
        .await?;
    // Every account has `default/live`, and no environment is ever deleted.
    if is_first && found.items.is_empty() {
        return Err(Problem::not_found("account"));
    }
    let environments = found.items.into_iter().map(EnvironmentView::from);
    Ok(Json(PageView {
        environments: environments.collect(),
        cursor: found.next,
    }))
}
