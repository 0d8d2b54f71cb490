//! How soon a revocation is in force: at once, and within 5 s for public kinds.

use super::{ORIGIN, present, revoke};
use hallpass_tests::Hallpass;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinSet;

async fn page(hallpass: &Hallpass) -> (String, String) {
    let body = json!({"kind": "publishable", "name": "page", "origins": [ORIGIN]});
    hallpass.minted(body).await
}

#[tokio::test]
async fn a_public_tokens_revocation_takes_five_seconds_at_most() {
    let mut hallpass = Hallpass::start("archilogic").await;
    let (id, token) = page(&hallpass).await;
    let ask = json!({"token": token, "origin": ORIGIN});
    assert_eq!(hallpass.validate(ask.clone()).await["code"], "active");
    revoke(&hallpass, &id).await;
    // What was read a moment ago is used, and only for as long as it is fresh.
    for (advance, code) in [
        (0, "active"),
        (4_999, "active"),
        (1, "revoked"),
        (5_000, "revoked"),
    ] {
        hallpass.clock.advance(Duration::from_millis(advance));
        assert_eq!(
            hallpass.validate(ask.clone()).await["code"],
            code,
            "{advance}"
        );
    }
    // Asking again and again does not make it any fresher.
    let (id, token) = page(&hallpass).await;
    let ask = json!({"token": token, "origin": ORIGIN});
    assert_eq!(hallpass.validate(ask.clone()).await["code"], "active");
    revoke(&hallpass, &id).await;
    for _ in 0..4 {
        hallpass.clock.advance(Duration::from_secs(1));
        assert_eq!(hallpass.validate(ask.clone()).await["code"], "active");
    }
    hallpass.clock.advance(Duration::from_secs(1));
    assert_eq!(hallpass.validate(ask).await["code"], "revoked");
    // An instance that has not seen it yet knows at once.
    let (id, token) = page(&hallpass).await;
    let ask = json!({"token": token, "origin": ORIGIN});
    assert_eq!(hallpass.validate(ask.clone()).await["code"], "active");
    revoke(&hallpass, &id).await;
    hallpass.another_instance();
    assert_eq!(hallpass.validate(ask).await["code"], "revoked");
}

#[tokio::test]
async fn a_public_token_in_a_popular_page_costs_one_read_in_five_seconds() {
    let hallpass = Hallpass::start("archilogic").await;
    let (_, token) = page(&hallpass).await;
    let path = format!("/v1/tokens/self?pubtoken={token}");
    hallpass.dynamodb.reset();
    for (advance, reads) in [(0, 1), (4_999, 1), (1, 2), (4_999, 2), (1, 3)] {
        hallpass.clock.advance(Duration::from_millis(advance));
        for _ in 0..20 {
            assert_eq!(hallpass.get(&path).origin(ORIGIN).await.status, 200);
        }
        assert_eq!(hallpass.dynamodb.calls().len(), reads, "{advance}");
    }
}

#[tokio::test]
async fn s56_what_is_remembered_for_one_use_opens_no_other() {
    let hallpass = Hallpass::start("archilogic").await;
    let body = json!({
        "kind": "publishable", "name": "page", "origins": [ORIGIN], "expires_in": 2,
        "ips": ["192.0.2.0/24"], "scopes": ["floor:readPublic"],
    });
    let (_, token) = hallpass.minted(body).await;
    let good =
        json!({"token": token, "origin": ORIGIN, "ip": "192.0.2.1", "scope": "floor:readPublic"});
    let code = async |field: &str, value: Value| {
        let mut ask = good.clone();
        ask[field] = value;
        hallpass.validate(present(ask)).await["code"].clone()
    };
    assert_eq!(code("origin", json!(ORIGIN)).await, "active");
    assert_eq!(
        code("origin", json!("https://evil.example")).await,
        "origin_denied"
    );
    assert_eq!(code("origin", json!(null)).await, "origin_denied");
    assert_eq!(code("ip", json!("198.51.100.1")).await, "ip_denied");
    assert_eq!(
        code("scope", json!("floor:queryPublic")).await,
        "insufficient_scope"
    );
    assert_eq!(
        code("environment", json!("default/test")).await,
        "environment_mismatch"
    );
    // Nor does it outlive its expiry: it was read less than 5 s ago.
    hallpass.clock.advance(Duration::from_millis(1_999));
    assert_eq!(code("ip", json!("192.0.2.1")).await, "active");
    hallpass.clock.advance(Duration::from_millis(1));
    assert_eq!(code("ip", json!("192.0.2.1")).await, "expired");
    // Nor is a wrong secret taken for the right one while that is remembered.
    let (_, first) = page(&hallpass).await;
    let (_, second) = page(&hallpass).await;
    let ask = |token: &str| json!({"token": token, "origin": ORIGIN});
    assert_eq!(hallpass.validate(ask(&first)).await["code"], "active");
    let crossed = super::crossed(&first, &second);
    assert_eq!(hallpass.validate(ask(&crossed)).await["code"], "unknown");
}

#[tokio::test]
async fn a_secret_tokens_revocation_is_immediate_and_its_childrens_too() {
    let hallpass = Hallpass::start("archilogic").await;
    let (id, token) = hallpass
        .minted(json!({"kind": "secret", "name": "s"}))
        .await;
    let child = hallpass
        .derive(&token, json!({"scopes": ["floor:readPublic"]}))
        .await;
    hallpass.dynamodb.reset();
    for _ in 0..3 {
        assert_eq!(hallpass.code(&token).await, "active");
        assert_eq!(hallpass.code(&child).await, "active");
    }
    assert_eq!(
        hallpass.dynamodb.count("BatchGetItem"),
        6,
        "each is read each time"
    );
    revoke(&hallpass, &id).await;
    assert_eq!(hallpass.code(&token).await, "revoked");
    assert_eq!(hallpass.code(&child).await, "parent_revoked");
}

#[tokio::test]
async fn s27_revoke_then_validate_from_many_clients_and_instances_at_once() {
    let mut hallpass = Hallpass::start("archilogic").await;
    let (id, token) = hallpass
        .minted(json!({"kind": "secret", "name": "s"}))
        .await;
    let child = hallpass
        .derive(&token, json!({"scopes": ["floor:readPublic"]}))
        .await;
    let calls = |hallpass: &Hallpass| {
        let ask = |token: &str| {
            let body = json!({"token": token});
            hallpass
                .post("/v1/tokens/validate", body)
                .bearer(&hallpass.root)
        };
        let own = |token: &str| hallpass.get("/v1/tokens/self").bearer(token);
        [
            (ask(&token), "revoked"),
            (ask(&child), "parent_revoked"),
            (own(&token), "revoked"),
            (own(&child), "parent_revoked"),
        ]
    };
    // Two instances know the token well, keys and all.
    let first = calls(&hallpass);
    let revocation = hallpass
        .delete(&format!("/v1/tokens/{id}"))
        .bearer(&hallpass.root);
    hallpass.another_instance();
    let instances = [first, calls(&hallpass)];
    let mut before = JoinSet::new();
    for (call, _) in instances.iter().flatten() {
        for _ in 0..3 {
            before.spawn(call.clone().into_future());
        }
    }
    let replies = before.join_all().await;
    assert!(replies.iter().all(|reply| reply.body["code"] == "active"));
    // Some are on their way while it is revoked: each is answered as before or as after.
    let mut during = JoinSet::new();
    for (call, code) in instances.iter().flatten().cloned() {
        during.spawn(async move { (call.await, code) });
    }
    assert_eq!(revocation.await.status, 204);
    let mut after = JoinSet::new();
    for (call, code) in instances.iter().flatten() {
        for _ in 0..5 {
            let call = call.clone();
            let code = *code;
            after.spawn(async move { (call.await, code) });
        }
    }
    for (reply, code) in after.join_all().await {
        assert_eq!(reply.body["code"], code, "{}", reply.body);
        assert_ne!(reply.body["active"], true);
    }
    for (reply, code) in during.join_all().await {
        let answer = reply.body["code"].as_str().unwrap();
        assert!(answer == code || answer == "active", "{answer}");
    }
}
