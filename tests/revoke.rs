//! `DELETE /v1/tokens/{id}` and `/v1/revocations`.

mod before;
mod body;
mod close;
mod made_by;
mod principals;
mod race;
mod resume;
mod thousands;
mod token;

use hallpass_tests::{Call, Hallpass, text};
use serde_json::{Value, json};

type Items = Vec<std::collections::HashMap<String, aws_sdk_dynamodb::types::AttributeValue>>;

async fn child(hallpass: &Hallpass, parent: &str) -> String {
    hallpass
        .derive(parent, json!({"scopes": ["asset:read"]}))
        .await
}

async fn id(hallpass: &Hallpass, token: &str) -> String {
    text(&hallpass.validate(json!({"token": token})).await, "id")
}

fn delete(hallpass: &Hallpass, id: &str) -> Call {
    hallpass.delete(&format!("/v1/tokens/{id}"))
}

fn revoke(hallpass: &Hallpass, body: Value) -> Call {
    hallpass.post("/v1/revocations", body)
}

/// Revokes as the operator, which must work.
async fn revoked(hallpass: &Hallpass, body: Value) {
    let reply = revoke(hallpass, body).bearer(&hallpass.root).await;
    reply.assert("revoke", 204, "");
}

/// Asserts that the table is as it was, to the last attribute and with no further audit row.
async fn assert_unchanged(what: &str, hallpass: &Hallpass, before: &Items) {
    let after = hallpass.items().await;
    let gone = before.iter().find(|item| !after.contains(item));
    let new = after.iter().find(|item| !before.contains(item));
    assert!(
        gone.is_none() && new.is_none(),
        "{what}: {gone:?} became {new:?}"
    );
}
