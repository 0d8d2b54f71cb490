//! `PATCH /v1/tokens/{id}`: what can be changed of a token once it is made. Its scopes, kind, expiry
//! and principal cannot: mint another.

mod error;
mod request;
mod routes;

pub use routes::{Api, ROUTES};

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use error::UpdateError;
use hallpass_core::{ChangeError, CoveredToken, TokenId, TokenRecord, UnixMillis};
use hallpass_http::{
    Body, Caller, Path, Platform, Problem, TokenView, WalkFor, finish, serve_routes,
};
use hallpass_store::{Audit, AuditAction, Changeable, UpdateError as StoreUpdateError};
use request::UpdateRequest;

/// How often one call may lose to others that change the same token.
const TRIES: u8 = 32;

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    serve_routes(ROUTES, WalkFor::default())
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
}

/// Change a token
///
/// Its name, origins, addresses, metadata, and whether it is enabled. What is left out stays;
/// `null` takes the origins or addresses away, where the kind can be without. The caller's bounds
/// cover the token's before and after.
#[utoipa::path(
    patch, path = "/v1/tokens/{id}", tag = "tokens", operation_id = "update",
    request_body = UpdateRequest,
    params(("id" = TokenId, Path)),
    responses(
        (status = 200, description = "The token as it is now.", body = TokenView<'static>),
    ),
    security(("token" = ["tokens:mint"])),
)]
async fn update(
    State(platform): State<Platform>,
    caller: Caller,
    Path(id): Path<String>,
    body: Result<Body<UpdateRequest>, Problem>,
) -> Result<Response, Problem> {
    let Body { value, .. } = body?;
    value.check()?;
    for _ in 0..TRIES {
        let now = platform.now();
        let record = caller.find_token(&platform.store, &id).await?;
        let to = changed(&platform, &caller, &record, &value, now);
        let to = to.map_err(Problem::of_change)?;
        let audit = with_changes(
            caller.audit_of_token(AuditAction::Update, &record, now),
            &record,
            &to,
        );
        let store = &platform.store;
        match store.update_token(&record, to, &audit).await {
            Ok(record) => return Ok(Json(TokenView::from(&record)).into_response()),
            // What is asked is asked of the token as it is now, all over.
            Err(StoreUpdateError::Changed) => {}
            Err(StoreUpdateError::Gone) => return Err(Problem::not_found("token")),
            Err(StoreUpdateError::Store(error)) => return Err(error.into()),
        }
    }
    Err(UpdateError::Changed.into())
}

/// What the log says of the change: what each field became that is another now.
fn with_changes(mut audit: Audit, record: &TokenRecord, to: &Changeable) -> Audit {
    if to.name != record.name {
        audit = audit.with("name", String::from(to.name.clone()));
    }
    if to.enabled != record.enabled {
        audit = audit.with("enabled", to.enabled);
    }
    if to.origins != record.origins {
        let rules: Vec<String> = to.origins.0.iter().map(ToString::to_string).collect();
        audit = audit.with("origins", rules.join(" "));
    }
    if to.ips != record.ips {
        let rules: Vec<String> = to.ips.0.iter().map(ToString::to_string).collect();
        audit = audit.with("ips", rules.join(" "));
    }
    if to.metadata != record.metadata {
        audit = audit.with("metadata", "changed");
    }
    audit
}

/// What the token becomes. The caller could give what it can do before and after (s52).
fn changed(
    platform: &Platform,
    caller: &Caller,
    record: &TokenRecord,
    request: &UpdateRequest,
    now: UnixMillis,
) -> Result<Changeable, ChangeError> {
    let token = CoveredToken::of(&platform.catalog, caller.maker(), record, now)?;
    let mut to = Changeable::of(record);
    (to.origins, to.ips) = token.changed(request.bounds_change())?;
    request.apply_details(&mut to);
    Ok(to)
}
