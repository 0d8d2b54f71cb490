//! s52: a weak caller gets no strong secret.

use crate::rotate::call;
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};
use std::time::Duration;

const SCOPES: &[&str] = &["tokens:mint", "asset:write", "platform:operate"];

/// A management token with these scopes, or else bounded so, and its id.
async fn manager(hallpass: &Hallpass, more: Value) -> (String, String) {
    let mut body = json!({"kind": "management", "name": "m", "scopes": SCOPES});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let body = hallpass.mint(body).await;
    (text(&body, "id"), text(&body, "token"))
}

/// What the caller and the token are made with, and whether one may rotate the other.
struct Case {
    what: &'static str,
    caller: Value,
    target: Value,
    is_allowed: bool,
}

#[tokio::test]
async fn s52_a_caller_rotates_only_what_lies_within_its_bounds() {
    let hallpass = Hallpass::start("default").await;
    let weak = json!({"scopes": ["tokens:mint", "asset:write"]});
    let read = json!({"kind": "management", "scopes": ["asset:read"]});
    let with = |more: Value| {
        let mut body = read.clone();
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let bounded = |more: Value| {
        let mut body = weak.clone();
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let origins = |origin: &str| json!({"origins": [origin]});
    let ips = |rule: &str| json!({"ips": [rule]});
    let expiry = |seconds: u64| json!({"expires_in": seconds});
    for Case {
        what,
        caller,
        target,
        is_allowed,
    } in [
        Case {
            what: "fewer scopes",
            caller: weak.clone(),
            target: read.clone(),
            is_allowed: true,
        },
        Case {
            what: "implied scopes",
            caller: weak.clone(),
            target: with(json!({"scopes": ["asset:readPrivate"]})),
            is_allowed: true,
        },
        Case {
            what: "a stronger scope",
            caller: weak.clone(),
            target: with(json!({"scopes": ["asset:manage"]})),
            is_allowed: false,
        },
        Case {
            what: "all of a resource",
            caller: weak.clone(),
            target: with(json!({"scopes": ["asset:*"]})),
            is_allowed: false,
        },
        Case {
            what: "another resource",
            caller: weak.clone(),
            target: with(json!({"scopes": ["analytics:send"]})),
            is_allowed: false,
        },
        Case {
            what: "management",
            caller: weak.clone(),
            target: with(json!({"scopes": ["tokens:revoke"]})),
            is_allowed: false,
        },
        Case {
            what: "the default of its kind",
            caller: weak.clone(),
            target: json!({}),
            is_allowed: false,
        },
        Case {
            what: "unbound by origin",
            caller: bounded(origins("https://a.com")),
            target: read.clone(),
            is_allowed: false,
        },
        Case {
            what: "the same origin",
            caller: bounded(origins("https://a.com")),
            target: with(origins("https://a.com")),
            is_allowed: true,
        },
        Case {
            what: "another origin",
            caller: bounded(origins("https://a.com")),
            target: with(origins("https://b.com")),
            is_allowed: false,
        },
        Case {
            what: "wider origins",
            caller: bounded(origins("https://b.a.com")),
            target: with(origins("https://*.a.com")),
            is_allowed: false,
        },
        Case {
            what: "narrower origins",
            caller: bounded(origins("https://*.a.com")),
            target: with(origins("https://b.a.com")),
            is_allowed: true,
        },
        Case {
            what: "unbound by address",
            caller: bounded(ips("192.0.2.0/24")),
            target: read.clone(),
            is_allowed: false,
        },
        Case {
            what: "narrower addresses",
            caller: bounded(ips("192.0.2.0/24")),
            target: with(ips("192.0.2.128/25")),
            is_allowed: true,
        },
        Case {
            what: "wider addresses",
            caller: bounded(ips("192.0.2.0/24")),
            target: with(ips("192.0.2.0/23")),
            is_allowed: false,
        },
        Case {
            what: "never expires",
            caller: bounded(expiry(100)),
            target: read.clone(),
            is_allowed: false,
        },
        Case {
            what: "expires later",
            caller: bounded(expiry(100)),
            target: with(expiry(101)),
            is_allowed: false,
        },
        Case {
            what: "expires with it",
            caller: bounded(expiry(100)),
            target: with(expiry(100)),
            is_allowed: true,
        },
        Case {
            what: "expires earlier",
            caller: bounded(expiry(100)),
            target: with(expiry(99)),
            is_allowed: true,
        },
    ] {
        let (id, secret) = hallpass.secret_with(target).await;
        let (_, caller) = manager(&hallpass, caller).await;
        let before = hallpass.items().await;
        let origin = if what == "narrower origins" || what == "wider origins" {
            "https://b.a.com"
        } else {
            "https://a.com"
        };
        let reply = call(&hallpass, &id, 0).bearer(&caller).origin(origin).await;
        if is_allowed {
            reply.assert(what, 200, "");
            continue;
        }
        reply.assert(what, 403, "outside_bounds");
        let after = hallpass.items().await;
        assert!(before.len() == after.len() && before.iter().all(|item| after.contains(item)));
        let body = json!({"token": secret, "origin": "https://a.com", "ip": "192.0.2.1"});
        assert_ne!(hallpass.validate(body).await["code"], "unknown", "{what}");
    }
}

/// Who asks, and what comes of it.
struct Caller<'a> {
    what: &'static str,
    caller: &'a str,
    status: u16,
    code: &'static str,
}

#[tokio::test]
async fn s52_the_callers_own_scope_and_place_are_asked_for_first() {
    let hallpass = Hallpass::start("default").await;
    let (account, customer) = hallpass
        .account("acme", json!(["tokens:mint", "asset:*"]))
        .await;
    let (_, stranger) = hallpass
        .account("other", json!(["tokens:mint", "asset:*"]))
        .await;
    let path = format!("/v1/accounts/{account}/environments");
    let made = hallpass
        .post(&path, json!({"name": "app/test"}))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(made.status, 201);
    let body = json!({"kind": "secret", "name": "s", "scopes": ["asset:read"]});
    let own = hallpass.mint_as(&customer, body).await;
    let id = text(&own, "id");
    let elsewhere = json!({"kind": "management", "name": "m", "scopes": ["tokens:mint", "asset:*"], "account": account, "environment": "app/test"});
    let elsewhere = text(&hallpass.mint(elsewhere).await, "token");
    let own_text = text(&own, "token");
    let child = hallpass
        .derive(&own_text, json!({"scopes": ["asset:read"]}))
        .await;
    let unknown = call(&hallpass, "tok_0000000000000000000000", 0)
        .bearer(&customer)
        .await;
    unknown.assert("unknown", 404, "not_found");
    for Caller {
        what,
        caller,
        status,
        code,
    } in [
        Caller {
            what: "another account",
            caller: &stranger,
            status: 404,
            code: "not_found",
        },
        Caller {
            what: "another environment",
            caller: &elsewhere,
            status: 404,
            code: "not_found",
        },
        Caller {
            what: "the token itself",
            caller: &own_text,
            status: 403,
            code: "insufficient_scope",
        },
        Caller {
            what: "its child",
            caller: &child,
            status: 403,
            code: "insufficient_scope",
        },
        Caller {
            what: "its account",
            caller: &customer,
            status: 200,
            code: "",
        },
        Caller {
            what: "the operator",
            caller: &hallpass.root,
            status: 200,
            code: "",
        },
    ] {
        let reply = call(&hallpass, &id, 0).bearer(caller).await;
        // The secret was rotated away only by the last two.
        reply.assert(what, status, code);
        if status == 404 {
            assert_eq!(reply.body, unknown.body, "s29: as for what is not there");
        }
    }
    let reply = call(&hallpass, &id, 0).await;
    reply.assert("nobody", 401, "unauthenticated");
}

/// Another account's token speaks for another principal.
#[tokio::test]
async fn s52_another_principals_token_needs_tokens_impersonate() {
    let hallpass = Hallpass::start("default").await;
    let (account, _) = hallpass.account("acme", json!(["asset:read"])).await;
    let body = json!({"kind": "secret", "name": "s", "scopes": ["asset:read"], "account": account});
    let target = hallpass.mint(body).await;
    let (_, without) = manager(&hallpass, json!({})).await;
    let scopes = [SCOPES, &["tokens:impersonate"]].concat();
    let (_, with) = manager(&hallpass, json!({"scopes": scopes})).await;
    let id = text(&target, "id");
    let reply = call(&hallpass, &id, 0).bearer(&without).await;
    reply.assert("without", 403, "insufficient_scope");
    assert_eq!(hallpass.code(&text(&target, "token")).await, "active");
    call(&hallpass, &id, 0)
        .bearer(&with)
        .await
        .assert("with", 200, "");
    assert_eq!(hallpass.code(&text(&target, "token")).await, "unknown");
}

/// A management token rotates itself, and keeps its own bounds.
#[tokio::test]
async fn a_token_rotates_itself() {
    let hallpass = Hallpass::start("default").await;
    let more = json!({"expires_in": 100, "ips": ["192.0.2.7"], "origins": ["https://a.com"]});
    let (id, old) = manager(&hallpass, more).await;
    let rotated = call(&hallpass, &id, 10)
        .bearer(&old)
        .origin("https://a.com")
        .await;
    let new = text(&rotated.body, "token");
    for (later, token, status) in [
        (0, &old, 200),
        (0, &new, 200),
        (10, &old, 401),
        (0, &new, 200),
        (90, &new, 401),
    ] {
        hallpass.clock.advance(Duration::from_secs(later));
        let reply = hallpass
            .get("/v1/tokens/self")
            .bearer(token)
            .origin("https://a.com")
            .await;
        assert_eq!(reply.status, status, "{}", reply.body);
    }
}

/// Its reply was lost, so that it asks again with the secret that it has.
#[tokio::test]
async fn s26_a_token_that_rotated_itself_is_told_so_under_the_same_key() {
    let hallpass = Hallpass::start("default").await;
    let body = json!({"kind": "management", "name": "m", "scopes": ["tokens:mint"]});
    let made = hallpass.mint(body).await;
    let (id, own) = (text(&made, "id"), text(&made, "token"));
    let rotate = |key: &str| {
        let path = format!("/v1/tokens/{id}/rotate");
        let call = hallpass.post(&path, json!({"overlap_seconds": 600}));
        call.bearer(&own).header("idempotency-key", key)
    };
    assert_eq!(rotate("one").await.status, 200);
    let again = rotate("one").await;
    assert_eq!(again.answer(), (409, "already_rotated"));
    assert_eq!(again.body["id"], json!(id));
    assert_eq!(rotate("another").await.status, 403);
}
