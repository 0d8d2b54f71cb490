//! A page of the tokens of an environment.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use hallpass_core::{AccountId, EnvironmentName, KindName, Principal};
use hallpass_http::{Caller, ErrorCode, Limit, Platform, Problem, Query, TokenView};
use hallpass_store::{TokenCursor, TokenCursorError, TokenList};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageRequest {
    /// Those of this kind only.
    kind: Option<KindName>,
    /// Those that speak for this one only: the account itself, a user or a service account.
    principal: Option<Principal>,
    environment: Option<EnvironmentName>,
    account: Option<AccountId>,
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    limit: Option<Limit>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TokenPage)]
pub(crate) struct PageView<'a> {
    tokens: Vec<TokenView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cursor: Option<String>,
}

/// List tokens
///
/// The tokens of an environment, without their texts, the newest first: the caller's own environment
/// where none is named. Those that expired or were revoked are among them for 30 days. Every page but the
/// last is full.
///
/// After an upgrade from a version that made no such lists, and until `maintain` has written them, an
/// environment's tokens are in the order of their ids, and a page may hold fewer, or none, and still have
/// a `cursor`.
#[utoipa::path(
    get, path = "/v1/tokens", tag = "tokens", operation_id = "list_tokens",
    params(PageRequest),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = PageView<'static>),
    ),
    security(("token" = ["tokens:read"])),
)]
pub(crate) async fn list(
    State(platform): State<Platform>,
    caller: Caller,
    page: Result<Query<PageRequest>, Problem>,
) -> Result<Response, Problem> {
    let Query(page) = page?;
    let limit = page.limit.unwrap_or_default().into();
    if let Some(kind) = &page.kind {
        check_kind(&platform, kind)?;
    }
    let tenant = caller.tenant(page.account, page.environment)?;
    let list = TokenList {
        tenant: &tenant,
        kind: page.kind.as_ref(),
        principal: page.principal.as_ref(),
    };
    let cursor = cursor(&list, page.cursor.as_deref())?;
    let found = platform.store.tokens(list, limit, cursor).await?;
    // Only the operator can name what is not there: told apart from what is empty.
    let found = found.ok_or_else(|| Problem::not_found("environment").field("environment"))?;
    let shown = |token| TokenView::listed(token, &tenant);
    let view = PageView {
        tokens: found.tokens.iter().map(shown).collect(),
        cursor: found.next.map(|next| next.to_string()),
    };
    Ok(Json(view).into_response())
}

fn cursor(list: &TokenList<'_>, text: Option<&str>) -> Result<Option<TokenCursor>, Problem> {
    let cursor = text.map(|text| list.cursor(text)).transpose();
    cursor.map_err(|error: TokenCursorError| {
        Problem::invalid(
            "cursor",
            ErrorCode::InvalidCursor,
            format!("`cursor` is {error}"),
        )
    })
}

/// A kind whose tokens are kept.
fn check_kind(platform: &Platform, kind: &KindName) -> Result<(), Problem> {
    let is_opaque = |kind: &&hallpass_core::Kind| kind.prefix().is_some();
    if platform.catalog.kind(kind).as_ref().is_some_and(is_opaque) {
        return Ok(());
    }
    let opaque = platform.catalog.kinds().filter(is_opaque);
    let opaque: Vec<String> = opaque.map(|kind| format!("`{}`", kind.name)).collect();
    let detail = format!(
        "there are no tokens of kind `{kind}` to list; there are {}",
        opaque.join(", ")
    );
    Err(Problem::invalid("kind", ErrorCode::UnknownKind, detail))
}
