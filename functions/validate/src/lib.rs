//! `POST /v1/tokens/validate`: may this token do this, to this, from here?
//! `GET /v1/tokens/self`: the same of the token that asks.

mod reply;
mod request;
mod routes;
mod wanted;

pub use routes::{Api, ROUTES};

use axum::extract::State;
use axum::{Json, Router};
use hallpass_core::{
    AuthorizationRequest, Decision, DecisionCode, PresentedOrigin, Tenant, decide,
};
use hallpass_http::{
    Caller, Credential, JsonBody, Platform, Problem, WalkFor, finish, serve_routes,
};
use reply::{ScopeReply, ValidateReply};
use request::ValidateRequest;
use std::slice::from_ref;

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    serve_routes(ROUTES, WalkFor::default())
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
}

/// Validate a token
///
/// May this token do this, to this, from here? The answer is a 200, with a stable `code` where it
/// is no, and with the scope of the token that covers each scope asked for (`matched`) where it is
/// yes. With `each`, every scope is answered by itself as well, so that a list of things is asked
/// about at once. What the token is and may do is shown where the caller's account and environment are the
/// token's own, or the caller is the operator.
#[utoipa::path(
    post, path = "/v1/tokens/validate", tag = "validation", operation_id = "validate",
    request_body = ValidateRequest,
    responses(
        (status = 200, description = "Whether it may.", body = ValidateReply),
    ),
    security(("token" = ["tokens:validate"])),
)]
async fn validate(
    State(platform): State<Platform>,
    credential: Credential,
    body: Result<JsonBody, Problem>,
) -> Result<Json<ValidateReply>, Problem> {
    // The caller's token and the one in question are read together, in one round trip; the caller is
    // judged first, and learns nothing of its body before.
    let now = platform.now();
    let request = body.and_then(|body| body.parse::<ValidateRequest>());
    let in_question = request
        .as_ref()
        .map_or("", |request| request.token.as_str());
    let [callers, context] = platform
        .validator
        .examine([credential.text(), in_question], now)
        .await?;
    let caller = Caller::admit(&platform, &credential, callers, now)?;
    let request = request?;
    let scopes = request.scopes(&platform.catalog)?;
    let Tenant { environment, .. } = caller.tenant(None, request.environment.clone())?;
    let anywhere = caller.is_operator() && request.environment.is_none();
    let authorization = AuthorizationRequest {
        scopes: &scopes,
        account: (!caller.is_operator()).then(|| caller.account()),
        environment: (!anywhere).then_some(&environment),
        origin: PresentedOrigin::parse(request.origin.as_deref()),
        ip: request.ip,
    };
    let decision = decide(&platform.catalog, &context, &authorization, now);
    let answers = scopes.iter().map(|scope| {
        let of_one = AuthorizationRequest {
            scopes: from_ref(scope),
            ..authorization.clone()
        };
        let decision = decide(&platform.catalog, &context, &of_one, now);
        ScopeReply::new(scope, &decision, &context, &platform.catalog, &caller)
    });
    let answers: Vec<ScopeReply> = answers.collect();
    // One of several is enough where each is answered by itself.
    let outcome = if request.each && answers.iter().any(ScopeReply::is_active) {
        DecisionCode::Active
    } else {
        decision.code
    };
    platform.count_use(&context, &credential.route(), outcome.as_str(), now);
    let reply = ValidateReply::new(decision, &context, &caller);
    Ok(Json(reply.with_scopes(answers, request.each)))
}

/// Look at the calling token
///
/// The same of the token that is presented.
#[utoipa::path(
    get, path = "/v1/tokens/self", tag = "validation", operation_id = "validate_self",
    responses(
        (status = 200, description = "The token is good from here.", body = ValidateReply),
    ),
    security(("token" = [])),
)]
async fn of_self(caller: Caller) -> Json<ValidateReply> {
    let detail = "the token is good to be used from here".to_owned();
    let decision = Decision {
        code: DecisionCode::Active,
        detail,
    };
    Json(ValidateReply::new(decision, caller.context(), &caller))
}
