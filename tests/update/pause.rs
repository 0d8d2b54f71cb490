//! `enabled: false` pauses a token, and what was derived from it; `true` undoes that.

use crate::update::{minted, update};
use hallpass_tests::Hallpass;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn a_pause_holds_at_the_next_validation_for_children_too_and_can_be_undone() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = minted(&hallpass, "secret", json!({})).await;
    let child = hallpass
        .derive(&token, json!({"scopes": ["asset:read"]}))
        .await;
    let codes = async || [hallpass.code(&token).await, hallpass.code(&child).await];
    for _ in 0..2 {
        assert_eq!(codes().await, ["active", "active"]);
        update(&hallpass, &id, json!({"enabled": false})).await;
        assert_eq!(codes().await, ["disabled", "parent_disabled"]);
        // Nor does it derive, or act.
        let derive = hallpass.post("/v1/tokens/temporary", json!({"scopes": ["asset:read"]}));
        let reply = derive.bearer(&token).await;
        assert_eq!(reply.answer(), (401, "disabled"));
        let reply = hallpass.get("/v1/tokens/self").bearer(&child).await;
        assert_eq!(reply.answer(), (401, "parent_disabled"));
        update(&hallpass, &id, json!({"enabled": true})).await;
    }
    assert_eq!(codes().await, ["active", "active"]);
}

#[tokio::test]
async fn a_public_tokens_pause_holds_once_freshness_is_over() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = minted(
        &hallpass,
        "publishable",
        json!({"origins": ["https://a.com"]}),
    )
    .await;
    let body = json!({"token": token, "origin": "https://a.com"});
    let code = async || hallpass.validate(body.clone()).await["code"].clone();
    assert_eq!(code().await, "active");
    update(&hallpass, &id, json!({"enabled": false})).await;
    hallpass.clock.advance(Duration::from_millis(4_999));
    assert_eq!(code().await, "active");
    hallpass.clock.advance(Duration::from_millis(1));
    assert_eq!(code().await, "disabled");
    update(&hallpass, &id, json!({"enabled": true})).await;
    hallpass.clock.advance(Duration::from_secs(5));
    assert_eq!(code().await, "active");
}

/// A paused token keeps its place among a limited kind's, its expiry and what it was rotated to.
#[tokio::test]
async fn a_pause_changes_nothing_else() {
    let hallpass = Hallpass::start("default").await;
    let (id, _) = minted(&hallpass, "secret", json!({"expires_in": 100})).await;
    update(&hallpass, &id, json!({"enabled": false})).await;
    let rotate = hallpass.post(
        &format!("/v1/tokens/{id}/rotate"),
        json!({"overlap_seconds": 0}),
    );
    let rotated = rotate.bearer(&hallpass.root).await.body;
    assert_eq!(
        (&rotated["enabled"], &rotated["expires_at"]),
        (&json!(false), &json!(1_800_000_100))
    );
    let token = hallpass_tests::text(&rotated, "token");
    assert_eq!(hallpass.code(&token).await, "disabled");
    update(&hallpass, &id, json!({"enabled": true})).await;
    assert_eq!(hallpass.code(&token).await, "active");
    hallpass.clock.advance(Duration::from_secs(100));
    assert_eq!(hallpass.code(&token).await, "expired");
}
