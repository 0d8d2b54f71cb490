//! `POST /v1/tokens/{id}/rotate`.

mod bounds;
mod overlap;
mod policy;
mod race;

use hallpass_tests::{Call, Hallpass, text};
use serde_json::json;
use std::time::Duration;

fn call(hallpass: &Hallpass, id: &str, overlap: u64) -> Call {
    let path = format!("/v1/tokens/{id}/rotate");
    hallpass.post(&path, json!({"overlap_seconds": overlap}))
}

/// Rotates as the operator, which must work; the new text.
async fn rotate(hallpass: &Hallpass, id: &str, overlap: u64) -> String {
    let reply = call(hallpass, id, overlap).bearer(&hallpass.root).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    text(&reply.body, "token")
}

#[tokio::test]
async fn the_old_secret_is_dead_at_once_and_all_else_stays() {
    let hallpass = Hallpass::start("default").await;
    let more = json!({"scopes": ["asset:write"], "ips": ["192.0.2.0/24"], "metadata": {"a": "b"}});
    let mut before = json!({"kind": "secret", "name": "a server"});
    before
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let mut before = hallpass.mint(before).await;
    hallpass.clock.advance(Duration::from_secs(10));
    let (id, old) = (text(&before, "id"), text(&before, "token"));
    let reply = call(&hallpass, &id, 0).bearer(&hallpass.root).await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("cache-control")),
        (200, "no-store")
    );
    let mut after = reply.body;
    let new = text(&after, "token");
    assert_eq!(after["previous_valid_until"], 1_800_000_010);
    for body in [&mut before, &mut after] {
        let fields = body.as_object_mut().unwrap();
        fields.remove("token");
        fields.remove("previous_valid_until");
    }
    assert_eq!(before, after);
    let ip = async |token: &str| {
        hallpass
            .validate(json!({"token": token, "ip": "192.0.2.1"}))
            .await
    };
    assert_eq!(ip(&old).await["code"], "unknown");
    assert_eq!(ip(&new).await["code"], "active");
    assert_eq!(ip(&new).await["id"], json!(id));
    // An old secret answers as one that never was.
    let reply = hallpass.get("/v1/tokens/self").bearer(&old).await;
    reply.assert("old", 401, "unknown");
}

#[tokio::test]
async fn children_live_on() {
    let hallpass = Hallpass::start("default").await;
    let (id, old) = hallpass.secret_with(json!({})).await;
    let child = hallpass
        .derive(&old, json!({"scopes": ["asset:read"]}))
        .await;
    let new = rotate(&hallpass, &id, 0).await;
    assert_eq!(hallpass.code(&child).await, "active");
    let younger = hallpass
        .derive(&new, json!({"scopes": ["asset:read"]}))
        .await;
    assert_eq!(hallpass.code(&younger).await, "active");
    // And die with it all the same.
    let path = format!("/v1/tokens/{id}");
    assert_eq!(
        hallpass.delete(&path).bearer(&hallpass.root).await.status,
        204
    );
    for token in [&child, &younger] {
        assert_eq!(hallpass.code(token).await, "parent_revoked");
    }
}

#[tokio::test]
async fn s19_the_new_text_of_a_public_kind_is_kept_and_that_of_a_secret_one_is_not() {
    let hallpass = Hallpass::start("default").await;
    let page = json!({"kind": "publishable", "name": "a page", "origins": ["https://a.com"]});
    let public = hallpass.mint(page).await;
    let (id, old) = (text(&public, "id"), text(&public, "token"));
    let new = rotate(&hallpass, &id, 0).await;
    let of_self = |token: &str| {
        hallpass
            .get(&format!("/v1/tokens/self?pubtoken={token}"))
            .origin("https://a.com")
    };
    assert_eq!(of_self(&new).await.status, 200);
    assert_eq!(of_self(&old).await.status, 401);
    let (secret_id, secret_old) = hallpass.secret_with(json!({})).await;
    let secret_new = rotate(&hallpass, &secret_id, 60).await;
    let items = format!("{:?}", hallpass.items().await);
    for (what, token, is_kept) in [
        ("public, new", &new, true),
        ("public, old", &old, false),
        ("secret, new", &secret_new, false),
        ("secret, old", &secret_old, false),
    ] {
        // Neither the text nor the part of it that is secret.
        let secret = &token[token.len() - 49..token.len() - 6];
        assert_eq!(items.contains(token.as_str()), is_kept, "{what}");
        assert_eq!(items.contains(secret), is_kept, "{what}");
    }
}

/// A rotation under a key that was used, and what comes of it.
struct Again {
    what: &'static str,
    call: Call,
    status: u16,
    code: &'static str,
}

#[tokio::test]
async fn s26_the_same_key_rotates_once() {
    let hallpass = Hallpass::start("default").await;
    let (id, _) = hallpass.secret_with(json!({})).await;
    let (other_id, _) = hallpass.secret_with(json!({})).await;
    let keyed = |id: &str, overlap| call(&hallpass, id, overlap).header("idempotency-key", "k");
    let first = keyed(&id, 0).bearer(&hallpass.root).await;
    let new = text(&first.body, "token");
    for Again {
        what,
        call,
        status,
        code,
    } in [
        Again {
            what: "again",
            call: keyed(&id, 0),
            status: 409,
            code: "already_rotated",
        },
        Again {
            what: "another body",
            call: keyed(&id, 1),
            status: 422,
            code: "idempotency_key_reused",
        },
        Again {
            what: "another token",
            call: keyed(&other_id, 0),
            status: 200,
            code: "",
        },
    ] {
        let reply = call.bearer(&hallpass.root).await;
        reply.assert(what, status, code);
        if code == "already_rotated" {
            assert_eq!(reply.body["id"], json!(id));
        }
    }
    assert_eq!(hallpass.code(&new).await, "active");
    // For 24 h, and to the second.
    hallpass.clock.advance(Duration::from_millis(86_399_999));
    keyed(&id, 0)
        .bearer(&hallpass.root)
        .await
        .assert("24 h", 409, "already_rotated");
    hallpass.clock.advance(Duration::from_millis(1));
    keyed(&id, 0)
        .bearer(&hallpass.root)
        .await
        .assert("later", 200, "");
}

#[tokio::test]
async fn s59_another_callers_key_is_another() {
    let hallpass = Hallpass::start("default").await;
    let (id, _) = hallpass.secret_with(json!({})).await;
    let body = json!({
        "kind": "management", "name": "m",
        "scopes": ["tokens:mint", "asset:*", "configuration:*", "analytics:*"],
    });
    let manager = text(&hallpass.mint(body).await, "token");
    for caller in [&hallpass.root, &manager] {
        let call = call(&hallpass, &id, 0).header("idempotency-key", "k");
        assert_eq!(call.bearer(caller).await.status, 200);
    }
}

#[tokio::test]
async fn what_cannot_be_rotated_says_why() {
    let hallpass = Hallpass::start("default").await;
    let (live, secret) = hallpass.secret_with(json!({})).await;
    let (revoked, _) = hallpass.secret_with(json!({})).await;
    let (expired, _) = hallpass.secret_with(json!({"expires_in": 10})).await;
    let path = format!("/v1/tokens/{revoked}");
    assert_eq!(
        hallpass.delete(&path).bearer(&hallpass.root).await.status,
        204
    );
    hallpass.clock.advance(Duration::from_millis(9_999));
    rotate(&hallpass, &expired, 0).await;
    hallpass.clock.advance(Duration::from_millis(1));
    let child = hallpass
        .derive(&secret, json!({"scopes": ["asset:read"]}))
        .await;
    let child = text(&hallpass.validate(json!({"token": child})).await, "id");
    let before = hallpass.items().await;
    for (id, status, code) in [
        (revoked.as_str(), 409, "revoked"),
        (&expired, 409, "expired"),
        ("tok_0000000000000000000000", 404, "not_found"),
        ("junk", 404, "not_found"),
        (&child, 404, "not_found"),
    ] {
        let reply = call(&hallpass, id, 0).bearer(&hallpass.root).await;
        reply.assert(id, status, code);
    }
    let path = format!("/v1/tokens/{live}/rotate");
    for (body, status, code) in [
        (json!({}), 422, "invalid_field"),
        (json!({"overlap": 0}), 422, "invalid_field"),
        (json!({"overlap_seconds": -1}), 422, "invalid_field"),
        (json!({"overlap_seconds": 1.5}), 422, "invalid_field"),
        (json!({"overlap_seconds": "0"}), 422, "invalid_field"),
        (json!({"overlap_seconds": null}), 422, "invalid_field"),
        (
            json!({"overlap_seconds": 0, "token": "x"}),
            422,
            "invalid_field",
        ),
        (json!([0]), 422, "invalid_body"),
    ] {
        let what = body.to_string();
        let reply = hallpass.post(&path, body).bearer(&hallpass.root).await;
        reply.assert(&what, status, code);
    }
    assert_eq!(
        hallpass.items().await.len(),
        before.len(),
        "not even an audit row"
    );
    assert_eq!(hallpass.code(&secret).await, "active");
}
