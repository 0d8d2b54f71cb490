//! s52: what a caller changes lies within its own bounds, before and after.

use crate::update::{assert_refused, call, minted, with};
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};

const ALLOWED: (u16, &str) = (200, "");
const BEFORE: (u16, &str) = (403, "outside_bounds");
const AFTER: (u16, &str) = (422, "outside_bounds");

#[tokio::test]
async fn s52_the_token_lies_within_the_callers_bounds_before_and_after() {
    let hallpass = Hallpass::start("default").await;
    let origins = |origin: &str| json!({"origins": [origin]});
    let ips = |rule: &str| json!({"ips": [rule]});
    let name = json!({"name": "n"});
    let (a, any_a) = ("https://b.a.com", "https://*.a.com");
    for (what, caller, target, change, expected) in [
        ("free", json!({}), json!({}), name.clone(), ALLOWED),
        (
            "stronger scopes",
            json!({}),
            json!({"scopes": ["asset:manage"]}),
            name.clone(),
            BEFORE,
        ),
        (
            "a management scope",
            json!({}),
            json!({"scopes": ["tokens:revoke"]}),
            name.clone(),
            BEFORE,
        ),
        (
            "pausing what is stronger",
            json!({}),
            json!({"scopes": ["asset:manage"]}),
            json!({"enabled": false}),
            BEFORE,
        ),
        (
            "unbound by origin",
            origins(a),
            json!({}),
            name.clone(),
            BEFORE,
        ),
        (
            "binding what is unbound",
            origins(a),
            json!({}),
            origins(a),
            BEFORE,
        ),
        (
            "narrower origins",
            origins(any_a),
            origins(a),
            name.clone(),
            ALLOWED,
        ),
        (
            "to narrower origins",
            origins(any_a),
            origins(any_a),
            origins(a),
            ALLOWED,
        ),
        (
            "to wider origins",
            origins(a),
            origins(a),
            origins(any_a),
            AFTER,
        ),
        (
            "to other origins",
            origins(a),
            origins(a),
            origins("https://c.com"),
            AFTER,
        ),
        (
            "to none",
            origins(a),
            origins(a),
            json!({"origins": null}),
            AFTER,
        ),
        (
            "unbound by address",
            ips("192.0.2.0/24"),
            json!({}),
            name.clone(),
            BEFORE,
        ),
        (
            "to fewer addresses",
            ips("192.0.2.0/24"),
            ips("192.0.2.0/24"),
            ips("192.0.2.0/25"),
            ALLOWED,
        ),
        (
            "to more addresses",
            ips("192.0.2.0/24"),
            ips("192.0.2.0/24"),
            ips("192.0.2.0/23"),
            AFTER,
        ),
        (
            "to any address",
            ips("192.0.2.0/24"),
            ips("192.0.2.0/24"),
            json!({"ips": null}),
            AFTER,
        ),
        (
            "expires later",
            json!({"expires_in": 100}),
            json!({"expires_in": 101}),
            name.clone(),
            BEFORE,
        ),
        (
            "expires with it",
            json!({"expires_in": 100}),
            json!({"expires_in": 100}),
            name,
            ALLOWED,
        ),
    ] {
        let scopes = json!({"scopes": ["tokens:mint", "asset:write"]});
        let (_, caller) = minted(&hallpass, "management", with(scopes, caller)).await;
        let scopes = json!({"scopes": ["asset:read"]});
        let (id, _) = minted(&hallpass, "management", with(scopes, target)).await;
        let before = hallpass.items().await;
        let reply = call(&hallpass, &id, change).bearer(&caller).origin(a).await;
        assert_refused(what, &reply, expected.0, expected.1);
        if expected == AFTER {
            let field = reply.body["field"].as_str().unwrap();
            assert!(
                what.starts_with("to ") && ["origins", "ips"].contains(&field),
                "{what}"
            );
        }
        if expected != ALLOWED {
            let after = hallpass.items().await;
            assert!(before.len() == after.len() && before.iter().all(|item| after.contains(item)));
        }
    }
}

#[tokio::test]
async fn s29_and_s51_anothers_token_and_one_that_speaks_for_another() {
    let hallpass = Hallpass::start("default").await;
    let scopes = json!(["tokens:mint", "asset:*"]);
    let (account, customer) = hallpass.account("acme", scopes.clone()).await;
    let (_, stranger) = hallpass.account("other", scopes.clone()).await;
    let path = format!("/v1/accounts/{account}/environments");
    let made = hallpass.post(&path, json!({"name": "app/test"}));
    assert_eq!(made.bearer(&hallpass.root).await.status, 201);
    let neighbour = json!({
        "kind": "management", "name": "m", "scopes": scopes, "account": account,
        "environment": "app/test",
    });
    let neighbour = text(&hallpass.mint(neighbour).await, "token");
    let operator = json!(["tokens:mint", "asset:*", "platform:operate"]);
    let operator = json!({"kind": "management", "name": "m", "scopes": operator});
    let operator = text(&hallpass.mint(operator).await, "token");
    let body = json!({"kind": "secret", "name": "s", "scopes": ["asset:read"]});
    let id = text(&hallpass.mint_as(&customer, body).await, "id");
    for (what, caller, expected) in [
        ("its own", &customer, ALLOWED),
        ("a stranger", &stranger, (404, "not_found")),
        ("a neighbour", &neighbour, (404, "not_found")),
        (
            "an operator who may not impersonate",
            &operator,
            (403, "insufficient_scope"),
        ),
        ("an operator who may", &hallpass.root, ALLOWED),
    ] {
        for body in [json!({"name": what}), json!({"enabled": true})] {
            let reply = call(&hallpass, &id, body).bearer(caller).await;
            assert_refused(what, &reply, expected.0, expected.1);
        }
    }
    let unknown = call(
        &hallpass,
        "tok_0000000000000000000000",
        json!({"name": "n"}),
    );
    let foreign = call(&hallpass, &id, json!({"name": "n"}))
        .bearer(&stranger)
        .await;
    assert_eq!(unknown.bearer(&stranger).await.body, foreign.body);
    assert_eq!(foreign.body["field"], Value::Null);
}
