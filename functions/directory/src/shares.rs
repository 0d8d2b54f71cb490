//! Shares: models that anybody may look at, maybe with a password.

mod view;

use crate::error::DirectoryError;
use crate::request::DirectoryRequest;
use axum::Json;
use hallpass_core::{
    AccountId, EnvironmentName, ModelId, PasswordHash, Scope, ScopeSet, ShareId, ShareRecord,
    Tenant, present,
};
use hallpass_http::{Caller, ErrorCode, IdempotencyKeyHeader, Limit, Platform, Problem};
use hallpass_password::{HashError, Password, chosen, hash, matches};
use hallpass_store::{AuditAction, CreateError, ShareError};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
pub(crate) use view::{PageView, ShareView};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShareRequest {
    model: ModelId,
    /// `null` and the empty text mean that none is asked for. No control characters, and none that
    /// cannot be seen (RFC 8265, `OpaqueString`).
    #[serde(default, deserialize_with = "chosen")]
    #[schema(value_type = Option<String>, max_length = 1024, format = "opaque-string")]
    password: Option<Password>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    environment: Option<EnvironmentName>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    account: Option<AccountId>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordRequest {
    /// Has to be named: `{}` must not take a password away.
    #[serde(deserialize_with = "chosen")]
    #[schema(value_type = Option<String>, max_length = 1024, format = "opaque-string", required)]
    password: Option<Password>,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageRequest {
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    limit: Option<Limit>,
    cursor: Option<ShareId>,
    environment: Option<EnvironmentName>,
    account: Option<AccountId>,
}

/// Share a model
///
/// Anybody may look at it from then on: with the password, if it has one.
#[utoipa::path(
    post, path = "/v1/shares", tag = "sharing", operation_id = "share",
    request_body = ShareRequest,
    params(IdempotencyKeyHeader),
    responses(
        (status = 201, description = "The share.", body = ShareView),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn share(
    request: DirectoryRequest,
) -> Result<(StatusCode, Json<ShareView>), Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = &request;
    let ShareRequest {
        model,
        password,
        environment,
        account,
    } = request.keyed_body()?;
    let Tenant {
        account,
        environment,
    } = caller.tenant(account, environment)?;
    let scopes = given(platform, &model)?;
    check_held(caller, &scopes)?;
    // Without the password's text: beside Argon2id, the table must not hold a fast hash of it. The
    // password of a repeated call is compared with the hash of the first one.
    let distinct = format!("{model}\n{account}\n{environment}\n{}", password.is_some());
    let once = request.once_of("POST /v1/shares", distinct.as_bytes())?;
    let given = password.clone();
    let password = hashed(platform, password).await?;
    let now = platform.now();
    let record = ShareRecord {
        id: ShareId::generate(platform.random.as_ref())?,
        account,
        environment,
        model,
        scopes,
        password,
        created_at: now,
        revoked_at: None,
        cut_off: None,
    };
    let audit = caller
        .audit(AuditAction::Share, record.id, now)
        .needing(record.scopes.iter().cloned())
        .with("model", &record.model)
        .with("has_password", record.password.is_some());
    let made = platform
        .store
        .share(&record, once.as_ref(), &audit, now)
        .await;
    match made {
        Ok(()) => Ok((StatusCode::CREATED, Json(record.into()))),
        Err(ShareError::Create(CreateError::Already(made))) => {
            Err(repeated(platform, made, given).await?)
        }
        Err(error) => Err(not_shared(caller, error)),
    }
}

/// Look at a share
#[utoipa::path(
    get, path = "/v1/shares/{share}", tag = "sharing", operation_id = "shared",
    params(("share" = ShareId, Path)),
    responses(
        (status = 200, description = "The share.", body = ShareView),
    ),
    security(("token" = ["directory:read"])),
)]
pub(crate) async fn one(request: DirectoryRequest) -> Result<Json<ShareView>, Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = &request;
    let share = find(platform, caller, request.named("share")?).await?;
    Ok(Json(share.into()))
}

/// List shared models
///
/// Those that are still shared.
#[utoipa::path(
    get, path = "/v1/shares", tag = "sharing", operation_id = "list_shares",
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
    let tenant = caller.tenant(page.account, page.environment)?;
    let found = platform.store.shares(&tenant, limit, page.cursor).await?;
    Ok(Json(found.into()))
}

/// Change a share's password
///
/// `null` takes it away. What was given under the old one dies.
#[utoipa::path(
    patch, path = "/v1/shares/{share}", tag = "sharing", operation_id = "change_share",
    request_body = PasswordRequest,
    params(("share" = ShareId, Path)),
    responses(
        (status = 200, description = "The share as it is now.", body = ShareView),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn change(request: DirectoryRequest) -> Result<Json<ShareView>, Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = &request;
    let PasswordRequest { password } = request.body()?;
    let share = find(platform, caller, request.named("share")?).await?;
    check_held(caller, &share.scopes)?;
    let password = hashed(platform, password).await?;
    // After the hash: what is given meanwhile, under the old one, dies as well.
    let now = platform.now();
    let audit = caller
        .audit(AuditAction::ChangeShare, share.id, now)
        .with("model", &share.model)
        .with("has_password", password.is_some());
    let changed = platform
        .store
        .change_password(&share.id, password.as_ref(), &audit, now)
        .await?;
    changed.map(|share| Json(share.into())).ok_or_else(|| {
        let detail = "the model is no longer shared: share it again";
        Problem::new(StatusCode::CONFLICT, ErrorCode::Unshared, detail).id(share.id)
    })
}

/// Unshare a model
///
/// What its visitors were given dies.
#[utoipa::path(
    delete, path = "/v1/shares/{share}", tag = "sharing", operation_id = "unshare",
    params(("share" = ShareId, Path)),
    responses(
        (status = 204, description = "It is no longer shared."),
    ),
    security(("token" = ["directory:write"])),
)]
pub(crate) async fn unshare(request: DirectoryRequest) -> Result<StatusCode, Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = &request;
    let share = find(platform, caller, request.named("share")?).await?;
    let now = platform.now();
    let audit = caller
        .audit(AuditAction::Unshare, share.id, now)
        .with("model", &share.model);
    platform.store.unshare(&share, &audit, now).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is not the caller's and what is not there answer alike.
async fn find(platform: &Platform, caller: &Caller, text: &str) -> Result<ShareRecord, Problem> {
    let unknown = || Problem::not_found("share");
    let id: ShareId = text.parse().map_err(|_not_an_id| unknown())?;
    let share = platform.store.find_share(&id).await?;
    share
        .filter(|share| caller.reaches(&share.tenant()))
        .ok_or_else(unknown)
}

/// What visitors of the model are given.
fn given(platform: &Platform, model: &ModelId) -> Result<ScopeSet, Problem> {
    let Some(policy) = platform.catalog.shares() else {
        let detail = "this platform shares no models: its catalog has no `[shares]`";
        return Err(Problem::invalid("model", ErrorCode::NoShares, detail));
    };
    policy.scopes_at(model).ok_or_else(|| {
        let detail = "the model's path would be too deep for a scope";
        Problem::invalid("model", ErrorCode::InvalidField, detail)
    })
}

/// Nobody gives visitors what they may not do themselves.
fn check_held(caller: &Caller, scopes: &ScopeSet) -> Result<(), Problem> {
    let missing = |scope: &&Scope| !caller.holds_scope(scope);
    match scopes.iter().find(missing) {
        Some(scope) => {
            let detail = format!(
                "sharing the model gives `{scope}`, which the calling token does not hold: use one that does"
            );
            Err(Problem::invalid("model", ErrorCode::ScopeNotHeld, detail))
        }
        None => Ok(()),
    }
}

async fn hashed(
    platform: &Platform,
    password: Option<Password>,
) -> Result<Option<PasswordHash>, Problem> {
    let Some(password) = password else {
        return Ok(None);
    };
    let hashed = hash(password, platform.random.as_ref()).await;
    hashed.map(Some).map_err(not_hashed)
}

fn not_hashed(error: HashError) -> Problem {
    match error {
        HashError::Form => Problem::internal(error),
        HashError::Random(_) | HashError::Failed(_) => Problem::unavailable(error),
    }
}

/// The answer to a call whose idempotency key has shared the model already. With another password
/// than that share's it is another call. No limiter stands before this hash: only the token that shared the
/// model gets here, with the key it did it under, and it may set another password anyway.
async fn repeated(
    platform: &Platform,
    made: String,
    given: Option<Password>,
) -> Result<Problem, Problem> {
    let id: ShareId = made.parse().map_err(Problem::internal)?;
    let share = platform.store.find_share(&id).await?;
    // After a cut-off the share may have another password, so the comparison would say nothing.
    let as_made = share.filter(|share| share.cut_off.is_none());
    let present = as_made.and_then(|share| share.password);
    if let (Some(given), Some(present)) = (given, present) {
        let is_same = matches(given, Some(&present)).await.map_err(not_hashed)?;
        if !is_same {
            return Ok(Problem::key_reused());
        }
    }
    Ok(DirectoryError(CreateError::Already(made)).into())
}

fn not_shared(caller: &Caller, error: ShareError) -> Problem {
    match error {
        ShareError::AlreadyShared(share) => {
            let detail = "the model is shared already: change that share's password, or unshare it";
            let problem = Problem::new(StatusCode::CONFLICT, ErrorCode::AlreadyShared, detail);
            if caller.reaches(&share.tenant()) {
                problem.id(share.id)
            } else {
                problem
            }
        }
        ShareError::Create(error) => DirectoryError(error).into(),
    }
}
