//! `POST /v1/tokens`: makes an opaque token and shows it once.

mod api;
mod error;
mod request;
mod routes;

pub use api::Api;
pub use routes::ROUTES;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use error::MintError;
use hallpass_core::{KindName, OpaqueToken, Principal, TokenId, TokenRecord, UnixMillis};
use hallpass_http::{
    Body, Caller, IdempotencyKey, IssuedView, Platform, Problem, WalkFor, finish, serve_routes,
};
use hallpass_store::{Audit, Mint};
use http::StatusCode;
use request::MintRequest;
use secrecy::ExposeSecret as _;

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    serve_routes(ROUTES, WalkFor::default())
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
}

async fn mint(
    State(platform): State<Platform>,
    caller: Caller,
    key: Result<IdempotencyKey, Problem>,
    body: Result<Body<MintRequest>, Problem>,
) -> Result<Response, Problem> {
    let (Body { value, bytes }, key) = (body?, key?);
    let now = platform.now();
    let idempotency = key.scoped(&caller, "POST /v1/tokens", &bytes);
    let (token, record, limit) = match granted(&platform, &caller, value, now).await {
        Ok(granted) => granted,
        Err(refused) => {
            // What an earlier call made is told, also where it would be refused by now.
            if let (Some(key), true) = (&idempotency, refused.status().is_client_error()) {
                let made = platform.store.check_not_minted(key, now).await;
                made.map_err(MintError::Store)?;
            }
            return Err(refused);
        }
    };
    let audit = told(caller.audit("mint", record.id, now), &record);
    let record = platform
        .store
        .mint(
            Mint {
                record: &record,
                limit,
                idempotency: idempotency.as_ref(),
                maker: Some(caller.evidence()),
                audit: &audit,
            },
            now,
            platform.random.as_ref(),
        )
        .await
        .map_err(MintError::Store)?;
    let text = token.text();
    let issued = IssuedView::new(&record, text.expose_secret());
    Ok((StatusCode::CREATED, Json(issued)).into_response())
}

/// What the log says of a new token.
fn told(audit: Audit, record: &TokenRecord) -> Audit {
    let mut audit = audit
        .with("kind", &record.kind)
        .with("name", String::from(record.name.clone()))
        .with("scopes", &record.scopes)
        .with("principal", record.principal);
    if !record.origins.is_empty() {
        let rules: Vec<String> = record.origins.0.iter().map(ToString::to_string).collect();
        audit = audit.with("origins", rules.join(" "));
    }
    if !record.ips.0.is_empty() {
        let rules: Vec<String> = record.ips.0.iter().map(ToString::to_string).collect();
        audit = audit.with("ips", rules.join(" "));
    }
    if let Some(expires_at) = record.expires_at {
        audit = audit.with("expires_at", expires_at.0);
    }
    audit
}

/// The token and its record, which the caller and whom it speaks for may have.
async fn granted(
    platform: &Platform,
    caller: &Caller,
    request: MintRequest,
    now: UnixMillis,
) -> Result<(OpaqueToken, TokenRecord, Option<u8>), Problem> {
    let made = make(platform, caller, request, now)?;
    check_rights(platform, &made.1).await?;
    Ok(made)
}

/// The same, as far as it can be told without the table.
fn make(
    platform: &Platform,
    caller: &Caller,
    request: MintRequest,
    now: UnixMillis,
) -> Result<(OpaqueToken, TokenRecord, Option<u8>), Problem> {
    let catalog = &platform.catalog;
    let (account, environment) = caller.place(request.account, request.environment.clone())?;
    let kind = catalog
        .kind(&request.kind)
        .ok_or_else(|| unknown_kind(platform, &request.kind))?;
    let prefix = kind
        .prefix()
        .ok_or_else(|| MintError::Derived(kind.name.clone()))?
        .clone();
    let principal = request.principal(caller, account);
    request::check_principal(caller, kind, principal, account)?;
    let asked = request.asked();
    let evidence = caller.evidence();
    let terms = hallpass_core::terms(catalog, kind, asked, &evidence.bounds(), now)
        .map_err(MintError::Terms)?;
    // A caller with live rights gives no more than its user may do now.
    caller
        .contain_token(&terms.bounds(), &kind.name, principal)
        .map_err(|error| MintError::Terms(error.into()))?;
    request::check_operator(&terms, caller, account)?;
    request::check_start(request.not_before, terms.expires_at, now.seconds())?;
    let id = TokenId::generate(platform.random.as_ref())?;
    let token = OpaqueToken::generate(prefix, id, platform.random.as_ref())?;
    let record = TokenRecord {
        id,
        kind: kind.name.clone(),
        account,
        environment,
        principal,
        name: request.name,
        scopes: terms.scopes,
        origins: terms.origins,
        ips: terms.ips,
        secret_hash: token.secret.hash(),
        previous: Vec::new(),
        public_text: kind.is_public().then(|| token.public_text()),
        created_at: now,
        not_before: request.not_before,
        expires_at: terms.expires_at,
        revoked_at: None,
        cut_off: None,
        enabled: true,
        minted_by: Some(caller.id().to_owned()),
        metadata: request.metadata.unwrap_or_default(),
        slot: None,
    };
    Ok((token, record, kind.limit))
}

/// What speaks for a user lies within the user's rights: those of now, if the kind's are not live.
async fn check_rights(platform: &Platform, record: &TokenRecord) -> Result<(), Problem> {
    let is_live = platform
        .catalog
        .kind(&record.kind)
        .is_some_and(|kind| kind.live);
    if is_live || !matches!(record.principal, Principal::User(_)) {
        return Ok(());
    }
    let user = platform
        .store
        .principal(&record.account, &record.environment, &record.principal)
        .await?
        .ok_or(MintError::NoPrincipal)?;
    let outside = platform
        .validator
        .outside_rights(&user, &record.scopes)
        .await?;
    match outside {
        Some(scope) => Err(MintError::NotTheUsers(scope).into()),
        None => Ok(()),
    }
}

fn unknown_kind(platform: &Platform, given: &KindName) -> MintError {
    let known = platform
        .catalog
        .kinds()
        .filter(|kind| kind.prefix().is_some());
    let known: Vec<String> = known.map(|kind| format!("`{}`", kind.name)).collect();
    MintError::UnknownKind {
        given: given.clone(),
        known: known.join(", "),
    }
}
