//! `/v1/shares`: models that anybody may look at, maybe with a password.

mod end;
mod isolation;
mod made;

use hallpass_tests::{Hallpass, Reply, text};
use serde_json::{Value, json};

const SHARES: &str = "/v1/shares";
const EXCHANGE: &str = "/rest/api/v1/token";

/// What somebody needs who shares models.
fn sharer() -> Value {
    json!([
        "model:*",
        "directory:read",
        "directory:write",
        "tokens:revoke"
    ])
}

async fn unshare(hallpass: &Hallpass, caller: &str, id: &str) -> Reply {
    let path = format!("{SHARES}/{id}");
    hallpass.delete(&path).bearer(caller).await
}

/// A visitor's token, or the refusal.
async fn visit(hallpass: &Hallpass, model: &str, password: &str) -> Result<String, u16> {
    let body = json!({"model": model, "password": password});
    let reply = hallpass.post(EXCHANGE, body).await;
    if reply.status == 200 {
        Ok(text(&reply.body, "token"))
    } else {
        Err(reply.status.as_u16())
    }
}
