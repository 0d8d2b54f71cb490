//! `/v1/accounts` and their environments: who the platform's customers are, and that each sees
//! only itself.

mod accounts;
mod asking;
mod environments;
mod idempotency;
mod isolation;
mod paging;

use hallpass_tests::{Hallpass, Reply, text};
use serde_json::{Value, json};

/// An account that is not there.
const NOBODY: &str = "acc_0000000000000000000001";

async fn post(hallpass: &Hallpass, caller: &str, path: &str, body: Value) -> Reply {
    hallpass.post(path, body).bearer(caller).await
}

async fn get(hallpass: &Hallpass, caller: &str, path: &str) -> Reply {
    hallpass.get(path).bearer(caller).await
}

fn environments(account: &str) -> String {
    format!("/v1/accounts/{account}/environments")
}

/// Makes an environment.
async fn environment(hallpass: &Hallpass, account: &str, name: &str) {
    let body = json!({"name": name});
    let reply = post(hallpass, &hallpass.root, &environments(account), body).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
}

/// A management token in a place.
async fn token(hallpass: &Hallpass, account: &str, environment: &str, scopes: Value) -> String {
    let body = json!({
        "kind": "management", "name": "x", "account": account, "environment": environment, "scopes": scopes,
    });
    text(&hallpass.mint(body).await, "token")
}

/// What is told of a refusal: its status, code and field.
fn told(reply: &Reply) -> (u16, &str, &str) {
    let field = reply.body["field"].as_str().unwrap_or_default();
    (reply.status.as_u16(), reply.code(), field)
}

/// A success, or what is told of a refusal.
fn outcome(reply: &Reply) -> Result<(), (u16, &str, &str)> {
    if reply.status.is_success() {
        Ok(())
    } else {
        Err(told(reply))
    }
}
