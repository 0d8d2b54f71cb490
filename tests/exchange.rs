//! `POST /rest/api/v1/token`: an account's name and API key, or a shared model and its password.

mod key;
mod limiter;
mod password;
mod request;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hallpass_tests::{Call, Hallpass, Log, Reply, text};
use http::Method;
use serde_json::{Value, json};

const ROUTE: &str = "/rest/api/v1/token";
const PAGE: &str = "https://viewer.example";
const MODEL: &str = "5f1e6d1b9c";

/// A customer called `acme`, and a token that manages it.
async fn acme(hallpass: &Hallpass) -> String {
    let scopes = json!([
        "model:*",
        "tokens:mint",
        "tokens:revoke",
        "directory:read",
        "directory:write"
    ]);
    hallpass.account("acme", scopes).await.1
}

/// An API key's id and text.
async fn key(hallpass: &Hallpass, maker: &str, more: Value) -> (String, String) {
    let mut body = json!({"kind": "apikey", "name": "a key"});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let made = hallpass.mint_as(maker, body).await;
    (text(&made, "id"), text(&made, "token"))
}

async fn share(hallpass: &Hallpass, maker: &str, body: Value) -> String {
    let reply = hallpass.post("/v1/shares", body).bearer(maker).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    text(&reply.body, "id")
}

fn basic(hallpass: &Hallpass, pair: impl AsRef<[u8]>) -> Call {
    let header = format!("Basic {}", STANDARD.encode(pair));
    hallpass
        .call(Method::POST, ROUTE)
        .header("authorization", header)
}

fn open(hallpass: &Hallpass, password: &str) -> Call {
    hallpass.post(ROUTE, json!({"model": MODEL, "password": password}))
}

fn answer(reply: &Reply) -> (u16, &str) {
    (reply.status.as_u16(), reply.code())
}

/// A reply without what differs from call to call.
fn essence(reply: &Reply) -> String {
    let mut headers = reply.headers.clone();
    headers.remove("x-request-id");
    format!("{} {headers:?} {}", reply.status, reply.body)
}

/// How many passwords were hashed.
fn hashes(log: &Log) -> usize {
    log.text().matches("hash a password").count()
}
