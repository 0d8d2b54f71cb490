//! s52: what a caller changes lies within its own bounds, before and after.

use crate::update::{call, minted};
use hallpass_tests::{Hallpass, text, with};
use serde_json::{Value, json};

const ALLOWED: (u16, &str) = (200, "");
const BEFORE: (u16, &str) = (403, "outside_bounds");
const AFTER: (u16, &str) = (422, "outside_bounds");

/// What the caller and the token are made with, what is to change, and what comes of it.
struct Case {
    what: &'static str,
    caller: Value,
    target: Value,
    change: Value,
    expected: (u16, &'static str),
}

#[tokio::test]
async fn s52_the_token_lies_within_the_callers_bounds_before_and_after() {
    let hallpass = Hallpass::start("default").await;
    let origins = |origin: &str| json!({"origins": [origin]});
    let ips = |rule: &str| json!({"ips": [rule]});
    let name = json!({"name": "n"});
    let (a, any_a) = ("https://b.a.com", "https://*.a.com");
    for Case {
        what,
        caller,
        target,
        change,
        expected,
    } in [
        Case {
            what: "free",
            caller: json!({}),
            target: json!({}),
            change: name.clone(),
            expected: ALLOWED,
        },
        Case {
            what: "stronger scopes",
            caller: json!({}),
            target: json!({"scopes": ["asset:manage"]}),
            change: name.clone(),
            expected: BEFORE,
        },
        Case {
            what: "a management scope",
            caller: json!({}),
            target: json!({"scopes": ["tokens:revoke"]}),
            change: name.clone(),
            expected: BEFORE,
        },
        Case {
            what: "pausing what is stronger",
            caller: json!({}),
            target: json!({"scopes": ["asset:manage"]}),
            change: json!({"enabled": false}),
            expected: BEFORE,
        },
        Case {
            what: "unbound by origin",
            caller: origins(a),
            target: json!({}),
            change: name.clone(),
            expected: BEFORE,
        },
        Case {
            what: "binding what is unbound",
            caller: origins(a),
            target: json!({}),
            change: origins(a),
            expected: BEFORE,
        },
        Case {
            what: "narrower origins",
            caller: origins(any_a),
            target: origins(a),
            change: name.clone(),
            expected: ALLOWED,
        },
        Case {
            what: "to narrower origins",
            caller: origins(any_a),
            target: origins(any_a),
            change: origins(a),
            expected: ALLOWED,
        },
        Case {
            what: "to wider origins",
            caller: origins(a),
            target: origins(a),
            change: origins(any_a),
            expected: AFTER,
        },
        Case {
            what: "to other origins",
            caller: origins(a),
            target: origins(a),
            change: origins("https://c.com"),
            expected: AFTER,
        },
        Case {
            what: "to none",
            caller: origins(a),
            target: origins(a),
            change: json!({"origins": null}),
            expected: AFTER,
        },
        Case {
            what: "unbound by address",
            caller: ips("192.0.2.0/24"),
            target: json!({}),
            change: name.clone(),
            expected: BEFORE,
        },
        Case {
            what: "to fewer addresses",
            caller: ips("192.0.2.0/24"),
            target: ips("192.0.2.0/24"),
            change: ips("192.0.2.0/25"),
            expected: ALLOWED,
        },
        Case {
            what: "to more addresses",
            caller: ips("192.0.2.0/24"),
            target: ips("192.0.2.0/24"),
            change: ips("192.0.2.0/23"),
            expected: AFTER,
        },
        Case {
            what: "to any address",
            caller: ips("192.0.2.0/24"),
            target: ips("192.0.2.0/24"),
            change: json!({"ips": null}),
            expected: AFTER,
        },
        Case {
            what: "expires later",
            caller: json!({"expires_in": 100}),
            target: json!({"expires_in": 101}),
            change: name.clone(),
            expected: BEFORE,
        },
        Case {
            what: "expires with it",
            caller: json!({"expires_in": 100}),
            target: json!({"expires_in": 100}),
            change: name,
            expected: ALLOWED,
        },
    ] {
        let scopes = json!({"scopes": ["tokens:mint", "asset:write"]});
        let (_, caller) = minted(&hallpass, "management", with(scopes, caller)).await;
        let scopes = json!({"scopes": ["asset:read"]});
        let (id, _) = minted(&hallpass, "management", with(scopes, target)).await;
        let before = hallpass.items().await;
        let reply = call(&hallpass, &id, change).bearer(&caller).origin(a).await;
        reply.assert(what, expected.0, expected.1);
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
async fn s29_s51_anothers_token_and_one_that_speaks_for_another() {
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
            reply.assert(what, expected.0, expected.1);
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
