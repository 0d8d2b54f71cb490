//! `DELETE /v1/tokens/{id}` and `/v1/revocations`.

mod before;
mod body;
mod close;
mod principals;
mod race;
mod thousands;
mod token;

use hallpass_tests::{Call, Hallpass, Reply, text};
use serde_json::{Value, json};

type Items = Vec<std::collections::HashMap<String, aws_sdk_dynamodb::types::AttributeValue>>;

/// A new secret token: its id and text.
async fn minted(hallpass: &Hallpass, more: Value) -> (String, String) {
    let mut body = json!({"kind": "secret", "name": "a server"});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let body = hallpass.mint(body).await;
    (text(&body, "id"), text(&body, "token"))
}

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
    assert_answer("revoke", &reply, 204, "");
}

fn assert_answer(what: &str, reply: &Reply, status: u16, code: &str) {
    assert_eq!(
        (reply.status.as_u16(), reply.code()),
        (status, code),
        "{what}: {}",
        reply.body
    );
    if status == 204 {
        assert_eq!(reply.body, Value::Null, "{what}");
    }
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
