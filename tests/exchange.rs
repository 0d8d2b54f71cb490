//! `POST /rest/api/v1/token`: an account's name and API key, or a shared model and its password.

mod cost;
mod key;
mod known;
mod limiter;
mod password;
mod request;

use hallpass_tests::{Call, Hallpass, Log, text};
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

/// A call with an account's name and an API key, or with what is not that.
fn exchange(hallpass: &Hallpass, pair: impl AsRef<[u8]>) -> Call {
    hallpass.call(Method::POST, ROUTE).basic(pair)
}

fn open(hallpass: &Hallpass, password: &str) -> Call {
    hallpass.post(ROUTE, json!({"model": MODEL, "password": password}))
}

/// How many passwords were hashed.
fn hashes(log: &Log) -> usize {
    log.text().matches("hash a password").count()
}
