//! Accounts.

pub(crate) mod authority;
pub(crate) mod environment;

use crate::error::DirectoryError;
use crate::request::DirectoryRequest;
use axum::Json;
use hallpass_core::{AccountId, AccountName, UnixSeconds};
use hallpass_http::{IdempotencyKeyHeader, Limit, Problem};
use hallpass_store::{AccountRow, AuditAction};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountRequest {
    name: AccountName,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageRequest {
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    limit: Option<Limit>,
    cursor: Option<AccountId>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
pub(crate) struct AccountView {
    id: AccountId,
    name: AccountName,
    operator: bool,
    created_at: UnixSeconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    closed_at: Option<UnixSeconds>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AccountPage)]
pub(crate) struct PageView {
    accounts: Vec<AccountView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cursor: Option<AccountId>,
}

impl From<AccountRow> for AccountView {
    fn from(row: AccountRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            operator: row.operator,
            created_at: row.created_at.seconds(),
            closed_at: row.closed_at.map(hallpass_core::UnixMillis::seconds),
        }
    }
}

/// Make an account
///
/// With its environment `default/live`.
#[utoipa::path(
    post, path = "/v1/accounts", tag = "directory", operation_id = "create_account",
    request_body = AccountRequest,
    params(IdempotencyKeyHeader),
    responses(
        (status = 201, description = "The account.", body = AccountView),
    ),
    security(("token" = ["directory:write", "platform:operate"])),
)]
pub(crate) async fn create(
    request: DirectoryRequest,
) -> Result<(StatusCode, Json<AccountView>), Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = &request;
    let value: AccountRequest = request.keyed_body()?;
    let now = platform.now();
    let row = AccountRow {
        id: AccountId::generate(platform.random.as_ref())?,
        name: value.name,
        operator: false,
        created_at: now,
        closed_at: None,
        root_token: None,
    };
    let idempotency = request.once("POST /v1/accounts")?;
    let audit = caller
        .audit(AuditAction::CreateAccount, row.id, now)
        .with("name", &row.name);
    platform
        .store
        .create_account(&row, idempotency.as_ref(), &audit, now)
        .await
        .map_err(DirectoryError)?;
    Ok((StatusCode::CREATED, Json(row.into())))
}

/// Look at an account
#[utoipa::path(
    get, path = "/v1/accounts/{account}", tag = "directory", operation_id = "account",
    params(("account" = AccountId, Path)),
    responses(
        (status = 200, description = "The account.", body = AccountView),
    ),
    security(("token" = ["directory:read"])),
)]
pub(crate) async fn one(request: DirectoryRequest) -> Result<Json<AccountView>, Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = &request;
    let account = authority::account(caller, request.named("account")?)?;
    let row = platform.store.account(&account).await?;
    row.map(|row| Json(row.into()))
        .ok_or_else(|| Problem::not_found("account"))
}

/// List accounts
///
/// The operator sees every account, anybody else their own.
#[utoipa::path(
    get, path = "/v1/accounts", tag = "directory", operation_id = "list_accounts",
    params(PageRequest),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = PageView),
    ),
    security(("token" = ["directory:read"])),
)]
pub(crate) async fn list(request: DirectoryRequest) -> Result<Json<PageView>, Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = &request;
    let page: PageRequest = request.query()?;
    let limit = page.limit.unwrap_or_default().into();
    if !caller.is_operator() {
        let own = platform.store.account(&caller.account()).await?;
        let accounts = own.map(AccountView::from).into_iter().collect();
        return Ok(Json(PageView {
            accounts,
            cursor: None,
        }));
    }
    let found = platform.store.accounts(limit, page.cursor).await?;
    let accounts = found.items.into_iter().map(AccountView::from).collect();
    Ok(Json(PageView {
        accounts,
        cursor: found.next,
    }))
}
