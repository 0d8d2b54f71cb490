//! The overlap: until when old secrets live on.

use crate::rotate::{call, rotate};
use hallpass_core::LONGEST_SECONDS;
use hallpass_tests::{Hallpass, text};
use serde_json::json;
use std::time::Duration;

async fn codes<const N: usize>(hallpass: &Hallpass, tokens: [&String; N]) -> [String; N] {
    let mut codes = tokens.map(|_| String::new());
    for (code, token) in codes.iter_mut().zip(tokens) {
        *code = hallpass.code(token).await;
    }
    codes
}

/// It is counted from the second that the rotation lies in, to the second that the reply names.
#[tokio::test]
async fn the_old_secret_lives_through_the_overlap_and_not_a_millisecond_longer() {
    let hallpass = Hallpass::start("default").await;
    let (id, old) = hallpass.secret_with(json!({})).await;
    hallpass.clock.advance(Duration::from_millis(500));
    let reply = call(&hallpass, &id, 60).bearer(&hallpass.root).await;
    let new = text(&reply.body, "token");
    assert_eq!(reply.body["previous_valid_until"], 1_800_000_060);
    assert_eq!(codes(&hallpass, [&old, &new]).await, ["active", "active"]);
    hallpass.clock.advance(Duration::from_millis(59_499));
    assert_eq!(codes(&hallpass, [&old, &new]).await, ["active", "active"]);
    hallpass.clock.advance(Duration::from_millis(1));
    assert_eq!(codes(&hallpass, [&old, &new]).await, ["unknown", "active"]);
}

/// The first reply was lost: its secret is known to nobody, and the one in use goes on.
#[tokio::test]
async fn rotating_again_inside_the_overlap_keeps_the_secret_in_use() {
    let hallpass = Hallpass::start("default").await;
    let (id, in_use) = hallpass.secret_with(json!({})).await;
    let lost = rotate(&hallpass, &id, 60).await;
    hallpass.clock.advance(Duration::from_secs(10));
    let new = rotate(&hallpass, &id, 600).await;
    let all = [&in_use, &lost, &new];
    assert_eq!(codes(&hallpass, all).await, ["active"; 3]);
    // A longer overlap gives nothing back to the one whose end was told.
    hallpass.clock.advance(Duration::from_millis(49_999));
    assert_eq!(codes(&hallpass, all).await, ["active"; 3]);
    hallpass.clock.advance(Duration::from_millis(1));
    assert_eq!(codes(&hallpass, all).await, ["unknown", "active", "active"]);
    hallpass.clock.advance(Duration::from_secs(550));
    assert_eq!(
        codes(&hallpass, all).await,
        ["unknown", "unknown", "active"]
    );
}

#[tokio::test]
async fn a_shorter_overlap_ends_all_old_secrets() {
    let hallpass = Hallpass::start("default").await;
    let (id, first) = hallpass.secret_with(json!({})).await;
    let second = rotate(&hallpass, &id, 600).await;
    let third = rotate(&hallpass, &id, 5).await;
    hallpass.clock.advance(Duration::from_secs(5));
    assert_eq!(
        codes(&hallpass, [&first, &second, &third]).await,
        ["unknown", "unknown", "active"]
    );
    let fourth = rotate(&hallpass, &id, 600).await;
    let fifth = rotate(&hallpass, &id, 0).await;
    let all = [&third, &fourth, &fifth];
    assert_eq!(
        codes(&hallpass, all).await,
        ["unknown", "unknown", "active"]
    );
}

#[tokio::test]
async fn four_old_secrets_live_on_at_most() {
    let hallpass = Hallpass::start("default").await;
    let (id, mut last) = hallpass.secret_with(json!({})).await;
    let mut secrets = vec![last.clone()];
    for _ in 0..4 {
        last = rotate(&hallpass, &id, 60).await;
        secrets.push(last.clone());
    }
    let reply = call(&hallpass, &id, 60).bearer(&hallpass.root).await;
    reply.assert("a fifth", 409, "too_many_secrets");
    for secret in &secrets {
        assert_eq!(hallpass.code(secret).await, "active");
    }
    // Those that have ended do not count, and without an overlap none do.
    hallpass.clock.advance(Duration::from_secs(60));
    rotate(&hallpass, &id, 60).await;
    for _ in 0..3 {
        rotate(&hallpass, &id, 60).await;
    }
    let reply = call(&hallpass, &id, 60).bearer(&hallpass.root).await;
    reply.assert("a fifth again", 409, "too_many_secrets");
    let new = rotate(&hallpass, &id, 0).await;
    assert_eq!(codes(&hallpass, [&last, &new]).await, ["unknown", "active"]);
}

#[tokio::test]
async fn s22_the_overlap_ends_with_the_token_and_the_token_when_it_did_before() {
    let hallpass = Hallpass::start("default").await;
    let (id, old) = hallpass.secret_with(json!({"expires_in": 100})).await;
    let reply = call(&hallpass, &id, 101).bearer(&hallpass.root).await;
    reply.assert("101", 422, "overlap_too_long");
    assert_eq!(reply.body["field"], "overlap_seconds");
    let reply = call(&hallpass, &id, u64::MAX).bearer(&hallpass.root).await;
    reply.assert("u64::MAX", 422, "overlap_too_long");
    let reply = call(&hallpass, &id, 100).bearer(&hallpass.root).await;
    let new = text(&reply.body, "token");
    assert_eq!(reply.body["expires_at"], 1_800_000_100);
    assert_eq!(reply.body["previous_valid_until"], 1_800_000_100);
    hallpass.clock.advance(Duration::from_millis(99_999));
    assert_eq!(codes(&hallpass, [&old, &new]).await, ["active", "active"]);
    hallpass.clock.advance(Duration::from_millis(1));
    assert_eq!(codes(&hallpass, [&old, &new]).await, ["unknown", "expired"]);
}

/// In the middle of a second, too, the longest overlap that the refusal names is granted.
#[tokio::test]
async fn s22_the_longest_overlap_that_is_named_is_granted() {
    let hallpass = Hallpass::start("default").await;
    let (id, _) = hallpass.secret_with(json!({"expires_in": 100})).await;
    for later in [0, 1, 499, 499, 1] {
        hallpass.clock.advance(Duration::from_millis(later));
        let reply = call(&hallpass, &id, 1_000).bearer(&hallpass.root).await;
        reply.assert("too long", 422, "overlap_too_long");
        let detail = text(&reply.body, "detail");
        let most = detail
            .split(' ')
            .find_map(|word| word.parse::<u64>().ok())
            .unwrap();
        let reply = call(&hallpass, &id, most + 1).bearer(&hallpass.root).await;
        reply.assert("one more", 422, "overlap_too_long");
        let reply = call(&hallpass, &id, most).bearer(&hallpass.root).await;
        reply.assert(&detail, 200, "");
        rotate(&hallpass, &id, 0).await;
    }
}

/// A token that never expires has its old secret for 100 years at most, as if it were minted so.
#[tokio::test]
async fn the_longest_overlap_of_a_token_without_expiry_is_that_of_a_lifetime() {
    let hallpass = Hallpass::start("default").await;
    let (id, old) = hallpass.secret_with(json!({})).await;
    for overlap in [LONGEST_SECONDS + 1, 1 << 53, u64::MAX / 1_000, u64::MAX] {
        let reply = call(&hallpass, &id, overlap).bearer(&hallpass.root).await;
        reply.assert(&overlap.to_string(), 422, "overlap_too_long");
    }
    let new = rotate(&hallpass, &id, LONGEST_SECONDS).await;
    assert_eq!(codes(&hallpass, [&old, &new]).await, ["active", "active"]);
}
