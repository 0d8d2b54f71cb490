//! `GET /v1/usage` and `GET /v1/audit`: what tokens were used for, and who did what.

mod audit;
mod cost;
mod flush;
mod fold;
mod query;
mod seal;
mod usage;

use hallpass_tests::{Hallpass, Reply};
use serde_json::Value;

/// The second at which every test's clock begins: 2027-01-15, 08:00 UTC.
const START: u64 = 1_800_000_000;
const TODAY: &str = "2027-01-15";

/// A reply of `GET path`, which must be a success.
async fn read(hallpass: &Hallpass, caller: &str, path: &str) -> Value {
    let reply: Reply = hallpass.get(path).bearer(caller).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.body);
    reply.body
}

/// The rows of `GET /v1/usage` with a query, to the operator, once all that was counted is folded.
async fn usage(hallpass: &Hallpass, query: &str) -> Vec<Value> {
    hallpass.fold_use().await;
    let path = format!("/v1/usage?{query}");
    let body = read(hallpass, &hallpass.root, &path).await;
    body["usage"].as_array().unwrap().clone()
}

/// The one row of use that a token has.
async fn use_of(hallpass: &Hallpass, id: &str) -> Value {
    let rows = usage(hallpass, &format!("token={id}")).await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows[0].clone()
}

/// Uses a token once: it asks about itself.
async fn present(hallpass: &Hallpass, token: &str) {
    read(hallpass, token, "/v1/tokens/self").await;
}
