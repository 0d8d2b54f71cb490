//! `/v1/accounts` and their environments: who the platform's customers are, and that each sees
//! only itself.

mod accounts;
mod asking;
mod environments;
mod idempotency;
mod isolation;
mod names;
mod paging;

use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};

/// An account that is not there.
const NOBODY: &str = "acc_0000000000000000000001";

/// A management token in a place.
async fn token(hallpass: &Hallpass, account: &str, environment: &str, scopes: Value) -> String {
    let body = json!({
        "kind": "management", "name": "x", "account": account, "environment": environment, "scopes": scopes,
    });
    text(&hallpass.mint(body).await, "token")
}
