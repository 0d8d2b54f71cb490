//! A rotation changes the secret and nothing else: the policy stays.

use crate::rotate::rotate;
use hallpass_tests::{Hallpass, text};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

async fn shown(hallpass: &Hallpass, id: &str) -> Value {
    let reply = hallpass.get(&format!("/v1/tokens/{id}"));
    let mut body = reply.bearer(&hallpass.root).await.body;
    body.as_object_mut().unwrap().remove("previous");
    body
}

/// The trap of others: a rotated token that was to expire no longer did.
#[tokio::test]
async fn a_rotated_token_expires_at_the_moment_it_would_have() {
    let hallpass = Hallpass::start("default").await;
    for overlap in [0, 50] {
        let (id, _) = hallpass.secret_with(json!({"expires_in": 200})).await;
        let expiry = shown(&hallpass, &id).await["expires_at"].clone();
        let mut last = String::new();
        for _ in 0..2 {
            hallpass.clock.advance(Duration::from_secs(25));
            last = rotate(&hallpass, &id, overlap).await;
            assert_eq!(shown(&hallpass, &id).await["expires_at"], expiry);
        }
        let child = hallpass
            .derive(
                &last,
                json!({"scopes": ["asset:read"], "durationSeconds": 150}),
            )
            .await;
        hallpass.clock.advance(Duration::from_millis(149_999));
        assert_eq!(hallpass.code(&last).await, "active");
        hallpass.clock.advance(Duration::from_millis(1));
        assert_eq!(hallpass.code(&last).await, "expired");
        assert_eq!(hallpass.code(&child).await, "parent_expired");
    }
}

#[tokio::test]
async fn whatever_it_was_bound_to_it_still_is() {
    let hallpass = Hallpass::start("default").await;
    let (id, _) = hallpass
        .secret_with(json!({
            "kind": "management", "scopes": ["asset:read@asset/1", "tokens:read"],
            "origins": ["https://*.a.com"], "ips": ["192.0.2.0/24"], "metadata": {"a": "b"},
            "expires_in": 1_000, "not_before": 1_800_000_100,
        }))
        .await;
    let pause = hallpass.call(Method::PATCH, &format!("/v1/tokens/{id}"));
    let pause = pause.json(json!({"enabled": false})).bearer(&hallpass.root);
    assert_eq!(pause.await.status, 200);
    let before = shown(&hallpass, &id).await;
    let token = rotate(&hallpass, &id, 10).await;
    assert_eq!(shown(&hallpass, &id).await, before);
    assert_eq!(hallpass.code(&token).await, "disabled");
    let resume = hallpass.call(Method::PATCH, &format!("/v1/tokens/{id}"));
    let resume = resume.json(json!({"enabled": true})).bearer(&hallpass.root);
    assert_eq!(text(&resume.await.body, "name"), "a server");
    assert_eq!(hallpass.code(&token).await, "not_yet_valid");
    hallpass.clock.advance(Duration::from_secs(100));
    assert_eq!(hallpass.code(&token).await, "origin_denied");
}
