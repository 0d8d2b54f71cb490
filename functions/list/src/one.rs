//! One token, and when each of its old secrets was last used.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use hallpass_core::{TokenId, TokenRecord, UnixMillis, UnixSeconds};
use hallpass_http::{Caller, Path, Platform, Problem, TokenView};
use hallpass_store::LastUse;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = TokenInUse)]
pub(crate) struct OneView<'a> {
    #[serde(flatten)]
    token: TokenView<'a>,
    /// When it, or what came from it, was last used: best effort, and as late as `GET /v1/usage`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_used_at: Option<UnixSeconds>,
    /// The secrets that were rotated away and are still accepted, the oldest first.
    previous: Vec<PreviousView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PreviousSecret)]
struct PreviousView {
    valid_until: UnixSeconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_used_at: Option<UnixSeconds>,
}

/// Look at a token
///
/// With what tells whether a secret that was rotated away is still in use. The text of a public
/// kind's token is shown to those whose own bounds cover it.
#[utoipa::path(
    get, path = "/v1/tokens/{id}", tag = "tokens", operation_id = "token",
    params(("id" = TokenId, Path)),
    responses(
        (status = 200, description = "The token.", body = OneView<'static>),
    ),
    security(("token" = ["tokens:read"])),
)]
pub(crate) async fn one(
    State(platform): State<Platform>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let now = platform.now();
    let record = caller.find_token(&platform.store, &id).await?;
    let used = platform.store.last_use(&record.id).await?;
    let token = TokenView::from(&record);
    let view = OneView {
        token: match caller.covers(&record) {
            Ok(()) => token,
            Err(_not_covered) => token.without_text(),
        },
        last_used_at: used.last_used_at.map(UnixMillis::seconds),
        previous: previous(&record, &used, now),
    };
    Ok(Json(view).into_response())
}

fn previous(record: &TokenRecord, used: &LastUse, now: UnixMillis) -> Vec<PreviousView> {
    let living = record.previous.iter().filter(|secret| now < secret.until);
    living
        .map(|secret| PreviousView {
            valid_until: secret.until.seconds(),
            last_used_at: used
                .of_old_secret(secret.hash.mark())
                .map(UnixMillis::seconds),
        })
        .collect()
}
