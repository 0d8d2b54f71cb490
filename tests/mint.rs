//! `POST /v1/tokens`: what it makes, what it refuses, and what it leaves behind.

mod bounds;
mod fields;
mod idempotency;
mod limit;
mod place;
mod principal;
mod reply;
mod rules;
mod scopes;
mod secrecy;
mod times;

use hallpass_tests::{Hallpass, Reply, with};
use serde_json::{Value, json};

/// A body for a kind that needs nothing else.
fn secret(change: Value) -> Value {
    with(json!({"kind": "secret", "name": "a server"}), change)
}

/// A body for a kind that needs origins.
fn publishable(change: Value) -> Value {
    let base =
        json!({"kind": "publishable", "name": "a page", "origins": ["https://shop.example"]});
    with(base, change)
}

/// A body for the built-in kind.
fn management(change: Value) -> Value {
    let base = json!({"kind": "management", "name": "a tool", "scopes": ["tokens:mint"]});
    with(base, change)
}

/// A mint with `maker`'s token.
async fn mint(hallpass: &Hallpass, maker: &str, body: Value) -> Reply {
    hallpass.post("/v1/tokens", body).bearer(maker).await
}

/// Asserts what `maker`'s mint of each body comes to, and that a refused one leaves nothing.
async fn assert_outcomes(
    hallpass: &Hallpass,
    maker: &str,
    cases: impl IntoIterator<Item = (Value, Result<(), (u16, &str, &str)>)>,
) {
    for (body, expected) in cases {
        let before = hallpass.items().await.len();
        let reply = mint(hallpass, maker, body.clone()).await;
        assert_eq!(reply.outcome(), expected, "{body}\n{}", reply.body);
        if expected.is_err() {
            assert_eq!(
                hallpass.items().await.len(),
                before,
                "a row is left of {body}"
            );
        }
    }
}
