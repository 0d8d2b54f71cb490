//! `PATCH /v1/tokens/{id}`: what can be changed of a token once it is made. Its scopes, kind, expiry
//! and principal cannot: mint another.

mod api;
mod error;
mod request;
mod routes;

pub use api::Api;
pub use routes::ROUTES;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use error::UpdateError;
use hallpass_core::{Bounds, TokenId, TokenRecord, UnixMillis};
use hallpass_http::{
    Body, Caller, Path, Platform, Problem, TokenView, WalkFor, finish, serve_routes,
};
use hallpass_store::{Audit, Changeable, UpdateError as StoreUpdateError};
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

async fn update(
    State(platform): State<Platform>,
    caller: Caller,
    Path(id): Path<String>,
    body: Result<Body<UpdateRequest>, Problem>,
) -> Result<Response, Problem> {
    let Body { value, .. } = body?;
    value.check()?;
    let id: TokenId = id
        .parse()
        .map_err(|_not_an_id| Problem::not_found("token"))?;
    for _ in 0..TRIES {
        let now = platform.now();
        let record = find(&platform, &caller, &id).await?;
        let to = changed(&platform, &caller, &record, &value, now)?;
        let audit = told(caller.audit("update", record.id, now), &record, &to);
        let maker = Some(caller.evidence());
        let store = &platform.store;
        match store.update_token(&record, to, maker, &audit, now).await {
            Ok(record) => return Ok(Json(TokenView::from(&record)).into_response()),
            // What is asked is asked of the token as it is now, all over.
            Err(StoreUpdateError::Changed) => {}
            Err(StoreUpdateError::Gone) => return Err(Problem::not_found("token")),
            Err(StoreUpdateError::Maker) => return Err(Problem::caller_changed()),
            Err(StoreUpdateError::Store(error)) => return Err(error.into()),
        }
    }
    Err(UpdateError::Changed.into())
}

/// What the log says of the change: what each field became that is another now.
fn told(mut audit: Audit, record: &TokenRecord, to: &Changeable) -> Audit {
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

/// The record, if it is there and the caller's.
async fn find(platform: &Platform, caller: &Caller, id: &TokenId) -> Result<TokenRecord, Problem> {
    let record = platform.store.token(id).await?;
    record
        .filter(|record| caller.reaches(record.account, &record.environment))
        .ok_or_else(|| Problem::not_found("token"))
}

/// What the token becomes. The caller could give what it can do before and after (s52).
fn changed(
    platform: &Platform,
    caller: &Caller,
    record: &TokenRecord,
    request: &UpdateRequest,
    now: UnixMillis,
) -> Result<Changeable, Problem> {
    if record.revoked_at.is_some() {
        return Err(UpdateError::Revoked.into());
    }
    if record
        .expires_at
        .is_some_and(|expiry| now >= expiry.millis())
    {
        return Err(UpdateError::Expired.into());
    }
    caller.covers(record)?;
    let kind = platform
        .catalog
        .kind(&record.kind)
        .ok_or(UpdateError::KindGone)?;
    let to = request
        .applied_to(record, kind)
        .map_err(UpdateError::Terms)?;
    let after = Bounds {
        origins: &to.origins,
        ips: &to.ips,
        ..record.bounds()
    };
    caller.contain_token(&after, &record.kind, record.principal)?;
    Ok(to)
}
