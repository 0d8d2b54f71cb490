//! `PATCH /v1/tokens/{id}`.

mod bounds;
mod pause;
mod race;
mod rules;

use hallpass_tests::{Call, Hallpass, text, with};
use http::Method;
use serde_json::{Value, json};

fn call(hallpass: &Hallpass, id: &str, body: Value) -> Call {
    hallpass
        .call(Method::PATCH, &format!("/v1/tokens/{id}"))
        .json(body)
}

/// Changes as the operator, which must work; the reply's body.
async fn update(hallpass: &Hallpass, id: &str, body: Value) -> Value {
    let reply = call(hallpass, id, body).bearer(&hallpass.root).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("cache-control"), "no-store");
    reply.body
}

/// A new token: its id and text.
async fn minted(hallpass: &Hallpass, kind: &str, more: Value) -> (String, String) {
    let body = with(json!({"kind": kind, "name": "a token"}), more);
    let body = hallpass.mint(body).await;
    (text(&body, "id"), text(&body, "token"))
}

#[tokio::test]
async fn each_field_changes_alone_and_the_rest_stays() {
    let hallpass = Hallpass::start("default").await;
    let body = json!({
        "kind": "publishable", "name": "a page", "origins": ["https://a.com"],
        "ips": ["192.0.2.0/24"], "metadata": {"a": "b"},
    });
    let mut expected = hallpass.mint(body).await;
    let id = text(&expected, "id");
    for (field, given, becomes) in [
        ("name", json!("another"), json!("another")),
        (
            "origins",
            json!(["*.b.com", "https://c.com"]),
            json!(["https://*.b.com", "https://c.com"]),
        ),
        // What stands in it twice counts once.
        (
            "origins",
            json!(["https://c.com", "HTTPS://C.com"]),
            json!(["https://c.com"]),
        ),
        ("ips", json!(["2001:db8::/32"]), json!(["2001:db8::/32"])),
        ("ips", Value::Null, json!([])),
        ("metadata", json!({"c": "d"}), json!({"c": "d"})),
        ("metadata", json!({}), json!({})),
        ("enabled", json!(false), json!(false)),
        ("enabled", json!(true), json!(true)),
        // As it is already.
        ("name", json!("another"), json!("another")),
    ] {
        expected[field] = becomes;
        assert_eq!(
            update(&hallpass, &id, json!({field: given})).await,
            expected,
            "{field}"
        );
        let reply = hallpass
            .get(&format!("/v1/tokens/{id}"))
            .bearer(&hallpass.root)
            .await;
        let mut shown = reply.body;
        shown.as_object_mut().unwrap().remove("previous");
        assert_eq!(shown, expected, "{field}");
    }
    // And all at once.
    let all = json!({
        "name": "n", "origins": ["https://d.com"], "ips": ["192.0.2.7/32"],
        "metadata": {"e": "f"}, "enabled": false,
    });
    assert_eq!(
        update(&hallpass, &id, all.clone()).await,
        with(expected, all)
    );
}

#[tokio::test]
async fn the_text_of_a_secret_token_is_not_told_again() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = minted(&hallpass, "secret", json!({})).await;
    let reply = update(&hallpass, &id, json!({"name": "n"})).await;
    assert_eq!(reply["token"], Value::Null);
    assert!(
        !reply
            .to_string()
            .contains(&token[token.len() - 49..token.len() - 6])
    );
    assert_eq!(hallpass.code(&token).await, "active");
}

#[tokio::test]
async fn a_change_is_one_read_and_one_transaction_with_an_audit_row() {
    let hallpass = Hallpass::start("default").await;
    let (id, _) = minted(&hallpass, "secret", json!({})).await;
    let audits = async || {
        let is_audit = |pk: &str| pk.starts_with("AUDIT#");
        let items = hallpass.items().await.into_iter();
        items
            .filter(|item| is_audit(item["pk"].as_s().unwrap()))
            .filter(|item| item["subject"].as_s().unwrap() == &id)
            .map(|item| item["action"].as_s().unwrap().clone())
            .collect::<std::collections::BTreeSet<String>>()
    };
    assert!(!audits().await.contains("update"));
    hallpass.dynamodb.reset();
    update(&hallpass, &id, json!({"name": "n"})).await;
    assert_eq!(
        hallpass.dynamodb.operations(),
        ["BatchGetItem", "GetItem", "TransactWriteItems"]
    );
    assert!(audits().await.contains("update"));
}
