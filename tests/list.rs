//! `GET /v1/tokens` and `GET /v1/tokens/{id}`.

mod entries;
mod filters;
mod older;
mod one;
mod page;
mod thousands;

use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};

/// A page of what a token may list, which must work.
async fn page(hallpass: &Hallpass, bearer: &str, query: &str) -> Value {
    let reply = hallpass.get(&format!("/v1/tokens{query}")).bearer(bearer);
    let reply = reply.await;
    assert_eq!(reply.status, 200, "{query}: {}", reply.body);
    assert_eq!(reply.header("cache-control"), "no-store");
    reply.body
}

/// Everything a token may list, page after page, and how many pages that took.
async fn all(hallpass: &Hallpass, bearer: &str, query: &str) -> (Vec<Value>, usize) {
    let (mut found, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let body = page(hallpass, bearer, &format!("?{query}{cursor}")).await;
        found.extend(body["tokens"].as_array().unwrap().clone());
        pages += 1;
        match body["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (found, pages),
        }
    }
}

fn ids(tokens: &[Value]) -> Vec<String> {
    tokens.iter().map(|token| text(token, "id")).collect()
}

/// What `GET /v1/tokens/{id}` answers the operator, which must work.
async fn one(hallpass: &Hallpass, id: &str) -> Value {
    let reply = hallpass.get(&format!("/v1/tokens/{id}"));
    let reply = reply.bearer(&hallpass.root).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("cache-control"), "no-store");
    reply.body
}

/// A token of an unlimited kind; the reply of its mint.
async fn key(hallpass: &Hallpass, name: &str) -> Value {
    hallpass
        .mint(json!({"kind": "apikey", "name": name, "scopes": ["asset:read"]}))
        .await
}
