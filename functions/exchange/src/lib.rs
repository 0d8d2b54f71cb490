//! `POST /rest/api/v1/token`: a JWT for an account's name and API key, or for a shared model and its
//! password.
//!
//! bimU.io's document calls it a "one-time access token". It is a bearer token, good until it
//! expires or what it came from ends, and may be used more than once: a viewer loads a model in
//! many requests, and one use each would take a write of the table at each.

mod api;
mod error;
mod key;
mod password;
mod request;

pub use api::Api;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use hallpass_http::{
    ANSWER_WITHIN, Basic, Client, Elsewhere, JsonBody, Platform, Problem, answer_within, finish,
};
use hallpass_keys::Signer;
use request::{Asks, asks};
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
    let signer = signer.clone();
    let routes = Router::new().route(
        "/rest/api/v1/token",
        post(move |platform, client, elsewhere, basic, body| {
            exchange(platform, signer.clone(), (client, elsewhere), basic, body)
        }),
    );
    answer_within(ANSWER_WITHIN, routes)
}

/// The whole function.
pub fn router(platform: &Platform, signer: &Signer) -> Router {
    finish(routes(signer), platform)
}

async fn exchange(
    State(platform): State<Platform>,
    signer: Signer,
    (client, elsewhere): (Client, Result<Elsewhere, Problem>),
    basic: Result<Option<Basic>, Problem>,
    body: Result<Option<JsonBody>, Problem>,
) -> Result<Json<TokenReply>, Problem> {
    let now = platform.now();
    let issuance = match asks(&client, elsewhere, basic, body)? {
        Asks::Key(basic) => key::issue(&platform, &basic, now).await?,
        Asks::Model(asked) => password::issue(&platform, &client, asked, now).await?,
    };
    let claims = platform.claims(issuance)?;
    let token = signer.sign(&claims, now).await.map_err(Problem::of_sign)?;
    Ok(Json(TokenReply {
        token: token.expose_secret().to_owned(),
    }))
}
