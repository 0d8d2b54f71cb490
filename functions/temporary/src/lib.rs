//! `POST /v1/tokens/temporary` and Archilogic's `POST /v2/temporary-access-token/create`: derives a
//! short-lived, narrower JWT. Nothing is written. Deriving for the token's own principal costs one read
//! and one signature; for a user, the user and the groups are read as well. 3dverse's
//! `POST /app/v1/users/{user}/tokens` derives for a user, for the folders that the user reaches.

mod routes;
mod user_token;

pub use routes::{Api, ROUTES};

use axum::extract::State;
use axum::{Extension, Json, Router};
use hallpass_core::{
    IssueError, IssueRequest, IssuedKind, KindName, Principal, ScopeRequest, UnixSeconds,
    WrittenOriginRule, WrittenScope, present,
};
use hallpass_http::{
    Body, Caller, Platform, Problem, RequestFields, WalkFor, finish, into_claims, issue,
    serve_routes,
};
use hallpass_keys::Signer;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The body of both routes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TemporaryRequest {
    /// One of the kinds that the calling token's kind derives: the first of them if absent.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<KindName>, nullable = false)]
    kind: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(min_items = 1, max_items = 200, nullable = false)]
    scopes: Option<Vec<WrittenScope>>,
    #[serde(rename = "durationSeconds", default, deserialize_with = "present")]
    #[schema(nullable = false)]
    duration_seconds: Option<u64>,
    #[serde(default, deserialize_with = "present")]
    #[schema(min_items = 1, max_items = 100, nullable = false)]
    origins: Option<Vec<WrittenOriginRule>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    principal: Option<Principal>,
}

/// What the body calls its fields.
const FIELDS: RequestFields = RequestFields {
    scopes: Some("scopes"),
    lifetime: Some("durationSeconds"),
    principal: Some("principal"),
};

/// The reply of both routes.
#[derive(Serialize, ToSchema)]
struct TemporaryReply {
    authorization: String,
    #[serde(rename = "expiresAt")]
    expires_at: UnixSeconds,
}

/// The routes of this function.
pub fn routes(signer: &Signer) -> Router<Platform> {
    serve_routes(ROUTES, WalkFor::default()).layer(Extension(signer.clone()))
}

/// The whole function.
pub fn router(platform: &Platform, signer: &Signer) -> Router {
    finish(routes(signer), platform)
}

/// Derive a temporary token
///
/// A short-lived JWT that can do no more than the calling token: within its scopes, origins,
/// addresses, environment and expiry. It dies with that token. Where the calling token's kind derives
/// several kinds, `kind` names one of them. `scopes` may be left out where the
/// catalog has a default for the kind; to speak for another `principal` takes `tokens:impersonate`.
#[utoipa::path(
    post, path = "/v1/tokens/temporary", tag = "tokens", operation_id = "derive",
    request_body = TemporaryRequest,
    responses(
        (status = 200, description = "The JWT, as an `Authorization` header is to have it.", body = TemporaryReply),
    ),
    security(("token" = [])),
)]
async fn derive(
    State(platform): State<Platform>,
    Extension(signer): Extension<Signer>,
    caller: Caller,
    body: Result<Body<TemporaryRequest>, Problem>,
) -> Result<Json<TemporaryReply>, Problem> {
    let now = platform.now();
    derived_kind(&platform, &caller, None)?;
    let request = body?.value;
    let name = request.kind.as_deref().map(KindName::from);
    let kind = derived_kind(&platform, &caller, name.as_ref())?;
    let request = request.into();
    let issuance = issue(&platform, kind, request, caller.maker(), now, issue_problem);
    let claims = into_claims(&platform, issuance.await?)?;
    let token = signer
        .sign(&claims, platform.clock.moment())
        .await
        .map_err(Problem::of_sign)?;
    Ok(Json(TemporaryReply {
        authorization: format!("Bearer {}", token.expose_secret()),
        expires_at: claims.claims().exp,
    }))
}

/// Derive a temporary token, at Archilogic's address
///
/// The same as `POST /v1/tokens/temporary`.
#[utoipa::path(
    post, path = "/v2/temporary-access-token/create", tag = "tokens", operation_id = "derive_temporary_access_token",
    request_body = TemporaryRequest,
    responses(
        (status = 200, description = "The JWT, as an `Authorization` header is to have it.", body = TemporaryReply),
    ),
    security(("token" = [])),
)]
async fn derive_as_archilogic(
    platform: State<Platform>,
    signer: Extension<Signer>,
    caller: Caller,
    body: Result<Body<TemporaryRequest>, Problem>,
) -> Result<Json<TemporaryReply>, Problem> {
    derive(platform, signer, caller, body).await
}

/// The kind of JWT that the caller's kind derives. Asked before the body is looked at, and again where
/// the body names one.
fn derived_kind<'a>(
    platform: &'a Platform,
    caller: &Caller,
    name: Option<&KindName>,
) -> Result<IssuedKind<'a>, Problem> {
    let kind = IssuedKind::derived(&platform.catalog, &caller.maker(), name);
    kind.map_err(issue_problem)
}

fn issue_problem(error: IssueError) -> Problem {
    Problem::of_issue(error, &FIELDS)
}

impl From<TemporaryRequest> for IssueRequest {
    fn from(request: TemporaryRequest) -> Self {
        let scopes = request.scopes;
        Self {
            scopes: scopes.map_or(ScopeRequest::Default, ScopeRequest::Named),
            origins: request.origins,
            lifetime: request.duration_seconds,
            principal: request.principal,
            ..Self::default()
        }
    }
}
