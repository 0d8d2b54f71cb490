//! `POST /v1/tokens/validate`: may this token do this, to this, from here?
//! `GET /v1/tokens/self`: the same of the token that asks.

mod api;
mod reply;
mod request;

pub use api::Api;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use hallpass_core::{Code, Decision, Facts, ManagementScope, PresentedOrigin, Tenant, decide};
use hallpass_http::{
    ANSWER_WITHIN, Caller, Credential, JsonBody, Platform, Problem, answer_within, finish,
};
use reply::ValidateReply;
use request::ValidateRequest;

/// The routes of this function.
pub fn routes() -> Router<Platform> {
    let routes = Router::new()
        .route("/v1/tokens/validate", post(validate))
        .route("/v1/tokens/self", get(of_self));
    answer_within(ANSWER_WITHIN, routes)
}

/// The whole function.
pub fn router(platform: &Platform) -> Router {
    finish(routes(), platform)
}

/// The caller's token and the one in question are read together, in one round trip; the caller is
/// judged first, and learns nothing of its body before.
async fn validate(
    State(platform): State<Platform>,
    credential: Credential,
    body: Result<JsonBody, Problem>,
) -> Result<Json<ValidateReply>, Problem> {
    let now = platform.now();
    let request = body.and_then(|body| body.parse::<ValidateRequest>());
    let in_question = request
        .as_ref()
        .map_or("", |request| request.token.as_str());
    let [callers, evidence] = platform
        .validator
        .examine([credential.text(), in_question], now)
        .await?;
    let caller = Caller::admit(&platform, &credential, callers, now)?;
    caller.require(ManagementScope::TokensValidate)?;
    let request = request?;
    let scopes = request.scopes(&platform.catalog)?;
    let Tenant { environment, .. } = caller.tenant(None, request.environment.clone())?;
    let anywhere = caller.is_operator() && request.environment.is_none();
    let facts = Facts {
        scopes: &scopes,
        account: (!caller.is_operator()).then(|| caller.account()),
        environment: (!anywhere).then_some(&environment),
        origin: PresentedOrigin::parse(request.origin.as_deref()),
        ip: request.ip,
    };
    let decision = decide(&platform.catalog, &evidence, &facts, now);
    if decision.is_active() {
        platform.note_use(&evidence, now);
    }
    Ok(Json(ValidateReply::new(decision, &evidence, &caller)))
}

async fn of_self(caller: Caller) -> Json<ValidateReply> {
    let detail = "the token is good to be used from here".to_owned();
    let decision = Decision {
        code: Code::Active,
        detail,
    };
    Json(ValidateReply::new(decision, caller.evidence(), &caller))
}
