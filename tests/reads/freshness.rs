//! Freshness: for 5 s the row of a public kind's token is not read again, and nothing else of the
//! decision is kept.

use crate::reads::{expect, validate};
use hallpass_tests::{Call, Hallpass, text};
use serde_json::{Value, json};
use std::time::Duration;

const READ: &[&str] = &["BatchGetItem 2"];
const KEPT: &[&str] = &["BatchGetItem 1"];

async fn publishable(hallpass: &Hallpass, more: Value) -> Value {
    let mut body = json!({"kind": "publishable", "name": "a page", "origins": ["https://a.com"]});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    hallpass.mint(body).await
}

fn from_page(hallpass: &Hallpass, token: &str, origin: &str, scope: &str) -> Call {
    let body = json!({"token": token, "origin": origin, "scope": scope});
    hallpass
        .post("/v1/tokens/validate", body)
        .bearer(&hallpass.root)
}

#[tokio::test]
async fn a_public_token_is_read_every_5_seconds() {
    let hallpass = Hallpass::start("default").await;
    let token = text(&publishable(&hallpass, json!({})).await, "token");
    for (what, later, paid) in [
        ("first", 0, READ),
        ("at once", 0, KEPT),
        ("just before 5 s", 4_999, KEPT),
        ("at 5 s", 1, READ),
        ("from then on again", 4_999, KEPT),
        ("10 s", 1, READ),
    ] {
        hallpass.clock.advance(Duration::from_millis(later));
        let call = from_page(&hallpass, &token, "https://a.com", "asset:read");
        let reply = expect(&hallpass, what, call, 200, paid).await;
        assert_eq!(reply["code"], "active", "{what}");
    }
    // As the caller itself it costs nothing meanwhile.
    let path = format!("/v1/tokens/self?pubtoken={token}");
    let call = hallpass.get(&path).origin("https://a.com");
    expect(&hallpass, "itself", call.clone(), 200, &[]).await;
    hallpass.clock.advance(Duration::from_secs(5));
    expect(&hallpass, "itself, later", call, 200, &["BatchGetItem 1"]).await;
}

/// What a validation asks, and the code of its answer.
struct Request {
    origin: &'static str,
    scope: &'static str,
    ip: &'static str,
    code: &'static str,
}

#[tokio::test]
async fn what_is_kept_is_of_that_very_token_and_decided_anew() {
    let hallpass = Hallpass::start("default").await;
    let minted = publishable(&hallpass, json!({"expires_in": 3, "ips": ["192.0.2.0/24"]})).await;
    let token = text(&minted, "token");
    let sibling = text(&publishable(&hallpass, json!({})).await, "token");
    let rotated = format!("/v1/tokens/{}/rotate", text(&minted, "id"));
    let call = from_page(&hallpass, &token, "https://a.com", "asset:read");
    let (reply, _) = hallpass.cost(call).await;
    assert_eq!(reply.body["code"], "ip_denied");
    // Another origin, scope or address is another decision on what was read.
    for Request {
        origin,
        scope,
        ip,
        code,
    } in [
        Request {
            origin: "https://a.com",
            scope: "asset:read",
            ip: "192.0.2.1",
            code: "active",
        },
        Request {
            origin: "https://a.com",
            scope: "asset:read",
            ip: "192.0.3.1",
            code: "ip_denied",
        },
        Request {
            origin: "https://b.com",
            scope: "asset:read",
            ip: "192.0.2.1",
            code: "origin_denied",
        },
        Request {
            origin: "https://a.com",
            scope: "configuration:save",
            ip: "192.0.2.1",
            code: "insufficient_scope",
        },
        Request {
            origin: "https://a.com",
            scope: "asset:read",
            ip: "192.0.2.1",
            code: "active",
        },
    ] {
        let body = json!({"token": token, "origin": origin, "scope": scope, "ip": ip});
        let call = hallpass
            .post("/v1/tokens/validate", body)
            .bearer(&hallpass.root);
        let reply = expect(&hallpass, code, call, 200, KEPT).await;
        assert_eq!(reply["code"], code, "{origin} {scope} {ip}");
    }
    // Its sibling, and the same id with another secret, are read.
    let call = from_page(&hallpass, &sibling, "https://a.com", "asset:read");
    expect(&hallpass, "its sibling", call, 200, READ).await;
    let call = hallpass.post(&rotated, json!({"overlap_seconds": 3}));
    let other = text(&call.bearer(&hallpass.root).await.body, "token");
    let call = from_page(&hallpass, &other, "https://a.com", "asset:read");
    expect(&hallpass, "its new secret", call, 200, READ).await;
    // Its expiry is exact all the same.
    hallpass.clock.advance(Duration::from_millis(2_999));
    for (later, code) in [(0, "ip_denied"), (1, "expired")] {
        hallpass.clock.advance(Duration::from_millis(later));
        let call = from_page(&hallpass, &token, "https://a.com", "asset:read");
        let reply = expect(&hallpass, code, call, 200, KEPT).await;
        assert_eq!(reply["code"], code);
    }
}

#[tokio::test]
async fn s27_freshness_is_the_whole_delay_of_a_revocation() {
    let hallpass = Hallpass::start("default").await;
    let minted = publishable(&hallpass, json!({})).await;
    let token = text(&minted, "token");
    let code = async || {
        let call = from_page(&hallpass, &token, "https://a.com", "asset:read");
        text(&call.await.body, "code")
    };
    assert_eq!(code().await, "active");
    let path = format!("/v1/tokens/{}", text(&minted, "id"));
    assert_eq!(
        hallpass.delete(&path).bearer(&hallpass.root).await.status,
        204
    );
    hallpass.clock.advance(Duration::from_millis(4_999));
    assert_eq!(code().await, "active");
    hallpass.clock.advance(Duration::from_millis(1));
    assert_eq!(code().await, "revoked");
}

#[tokio::test]
async fn secret_kinds_and_what_is_not_there_are_never_kept() {
    let hallpass = Hallpass::start("default").await;
    let secret = hallpass.secret().await;
    let child = hallpass
        .derive(&secret, json!({"scopes": ["asset:read"]}))
        .await;
    hallpass.code(&child).await;
    let public = text(&publishable(&hallpass, json!({})).await, "token");
    // Another deployment's: the row is not here.
    let elsewhere = Hallpass::start("default").await;
    let foreign = text(&publishable(&elsewhere, json!({})).await, "token");
    for (what, token, paid) in [
        ("secret", &secret, READ),
        ("JWT", &child, &["BatchGetItem 3"]),
        ("unknown", &foreign, READ),
    ] {
        for _ in 0..2 {
            expect(
                &hallpass,
                what,
                validate(&hallpass, &hallpass.root, token),
                200,
                paid,
            )
            .await;
        }
    }
    // The management token that asks is read each time, the public one it asks of is not.
    for paid in [READ, KEPT, KEPT] {
        expect(
            &hallpass,
            "public",
            validate(&hallpass, &hallpass.root, &public),
            200,
            paid,
        )
        .await;
    }
}
