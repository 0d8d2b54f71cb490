//! `POST /rest/api/v1/token`: a JWT for an account's name and API key, or for a shared model and its
//! password.
//!
//! bimU.io's document calls it a "one-time access token". It is a bearer token, good until it
//! expires or what it came from ends, and may be used more than once: a viewer loads a model in
//! many requests, and one use each would take a write of the table at each.

mod error;
mod key;
mod password;
mod request;
mod routes;

pub use routes::{Api, ROUTES};

use axum::extract::State;
use axum::{Extension, Json, Router};
use hallpass_http::{
    Basic, Client, JsonBody, Platform, Problem, TokenOutsideAuthorization, WalkFor, finish,
    into_claims, serve_routes,
};
use hallpass_keys::Signer;
use request::{ExchangeRequest, read_request};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use utoipa::ToSchema;

/// The document's reply.
#[derive(Serialize, ToSchema)]
#[schema(as = ExchangeReply)]
struct TokenReply {
    token: String,
}

/// The routes of this function.
pub fn routes(signer: &Signer) -> Router<Platform> {
    serve_routes(ROUTES, WalkFor::default()).layer(Extension(signer.clone()))
}

/// The whole function.
pub fn router(platform: &Platform, signer: &Signer) -> Router {
    finish(routes(signer), platform)
}

/// Exchange an API key, or a password, for a token
///
/// Either HTTP Basic with the account's name and an API key: the JWT may do what the key may, for all
/// of the account's models, or for one alone where the body has its `modelId`, so that it can be
/// passed to a page. Or no `Authorization`, and a shared model with its password: the JWT is for that
/// model alone. `model` is another name of `modelId`. bimU.io's document calls it a "one-time access
/// token": it is good until it expires or what it came from ends, and may be used more than once,
/// because a viewer loads a model in many requests and one use each would take a write at each.
/// Tries at a model's password are limited: 429 says when to
/// come again.
#[utoipa::path(
    post, path = "/rest/api/v1/token", tag = "exchange", operation_id = "exchange",
    // By reference: utoipa takes it for one that may be left out, and `Option` for one that may be `null`.
    request_body(content = ref("#/components/schemas/ModelRequest"), content_type = "application/json"),
    responses(
        (status = 200, description = "The JWT.", body = TokenReply),
    ),
    security(("account" = []), ()),
)]
async fn exchange(
    State(platform): State<Platform>,
    Extension(signer): Extension<Signer>,
    (client, other_token): (Client, Result<TokenOutsideAuthorization, Problem>),
    basic: Result<Option<Basic>, Problem>,
    body: Result<Option<JsonBody>, Problem>,
) -> Result<Json<TokenReply>, Problem> {
    let now = platform.now();
    let issuance = match read_request(&client, other_token, basic, body)? {
        ExchangeRequest::Key(basic, model) => key::issue(&platform, &basic, model, now).await?,
        ExchangeRequest::Model(credential) => {
            password::issue(&platform, &client, credential, now).await?
        }
    };
    let claims = into_claims(&platform, issuance)?;
    let token = signer
        .sign(&claims, platform.clock.moment())
        .await
        .map_err(Problem::of_sign)?;
    Ok(Json(TokenReply {
        token: token.expose_secret().to_owned(),
    }))
}
