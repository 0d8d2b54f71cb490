//! `before`: everything that was made up to a moment, and nothing since.

use crate::revoke::{child, revoke, revoked};
use hallpass_tests::{Hallpass, text};
use serde_json::json;
use std::time::Duration;

/// The clock stands at 1,800,000,000.000 at first.
const START: u64 = 1_800_000_000;

#[tokio::test]
async fn a_cut_off_is_exact_to_the_millisecond() {
    let hallpass = Hallpass::start("default").await;
    // An account of its own, whose token the operator minted a second before.
    let (account, _) = hallpass.account("acme", json!(["asset:read"])).await;
    let place = json!({"account": account});
    let (_, parent) = hallpass.secret_with(place.clone()).await;
    let older = child(&hallpass, &parent).await;
    hallpass.clock.advance(Duration::from_millis(999));
    let (_, just_before) = hallpass.secret_with(place.clone()).await;
    hallpass.clock.advance(Duration::from_millis(1));
    let (_, at) = hallpass.secret_with(place.clone()).await;
    let child_at = child(&hallpass, &at).await;
    hallpass.clock.advance(Duration::from_millis(1));
    let (_, after) = hallpass.secret_with(place).await;
    let child_after = child(&hallpass, &after).await;
    hallpass.clock.advance(Duration::from_secs(10));
    revoked(&hallpass, json!({"account": account, "before": START + 1})).await;
    for (what, token, code) in [
        ("a second before", &parent, "revoked"),
        ("its child", &older, "parent_revoked"),
        ("a millisecond before", &just_before, "revoked"),
        ("at the moment", &at, "revoked"),
        ("its child", &child_at, "parent_revoked"),
        ("a millisecond after", &after, "active"),
        ("its child", &child_after, "active"),
    ] {
        assert_eq!(hallpass.code(token).await, code, "{what}");
    }
}

/// A token that was made later and stays is cut off as well: what it derived up to the moment is
/// dead. Its children were derived after it, so a clock behind ours is what this is about; in one
/// clock, nothing of it dies.
#[tokio::test]
async fn what_is_younger_is_not_touched_and_goes_on() {
    let hallpass = Hallpass::start("default").await;
    let (account, _) = hallpass.account("acme", json!(["asset:read"])).await;
    hallpass.clock.advance(Duration::from_millis(1));
    let (_, young) = hallpass.secret_with(json!({"account": account})).await;
    let young_child = child(&hallpass, &young).await;
    revoked(&hallpass, json!({"account": account, "before": START})).await;
    for token in [&young, &young_child, &child(&hallpass, &young).await] {
        assert_eq!(hallpass.code(token).await, "active");
    }
    // Nothing is closed by it.
    let (_, younger) = hallpass.secret_with(json!({"account": account})).await;
    assert_eq!(hallpass.code(&younger).await, "active");
    // An earlier moment later on changes nothing, a later one does.
    revoked(&hallpass, json!({"account": account, "before": START - 5})).await;
    assert_eq!(hallpass.code(&young).await, "active");
    hallpass.clock.advance(Duration::from_secs(1));
    revoked(&hallpass, json!({"account": account, "before": START + 1})).await;
    for token in [&young, &younger] {
        assert_eq!(hallpass.code(token).await, "revoked");
    }
    assert_eq!(hallpass.code(&young_child).await, "parent_revoked");
}

#[tokio::test]
async fn before_reaches_the_named_environment_only() {
    let hallpass = Hallpass::start("default").await;
    let (account, _) = hallpass.account("acme", json!(["asset:read"])).await;
    let path = format!("/v1/accounts/{account}/environments");
    let made = hallpass
        .post(&path, json!({"name": "app/test"}))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(made.status, 201);
    let (_, live) = hallpass.secret_with(json!({"account": account})).await;
    let test = json!({"account": account, "environment": "app/test"});
    let (_, test_token) = hallpass.secret_with(test.clone()).await;
    let mut body = test;
    body["before"] = json!(START);
    revoked(&hallpass, body).await;
    assert_eq!(hallpass.code(&test_token).await, "revoked");
    assert_eq!(hallpass.code(&live).await, "active");
    // The whole account, by either of its names.
    let by_principal = json!({"principal": account, "before": START});
    revoked(&hallpass, by_principal).await;
    assert_eq!(hallpass.code(&live).await, "revoked");
}

/// The operator may not close its own account, but may end what is old in it.
#[tokio::test]
async fn the_operator_may_end_what_is_old_of_its_own() {
    let hallpass = Hallpass::start("default").await;
    let (_, old) = hallpass.secret_with(json!({})).await;
    hallpass.clock.advance(Duration::from_secs(1));
    let body = json!({
        "kind": "management", "name": "m",
        "scopes": ["platform:operate", "tokens:revoke", "tokens:validate", "tokens:mint"],
    });
    let young = text(&hallpass.mint(body).await, "token");
    let call = revoke(
        &hallpass,
        json!({"environment": "default/live", "before": START}),
    );
    call.bearer(&young).await.assert("before", 204, "");
    for token in [&old, &hallpass.root] {
        let call = hallpass.post("/v1/tokens/validate", json!({"token": token}));
        assert_eq!(call.bearer(&young).await.body["code"], "revoked");
    }
}

/// What was derived in this second lies after its start, and the next second's is in the future: a
/// moment a little ahead means now.
#[tokio::test]
async fn everything_until_now_is_ended_by_a_moment_a_little_ahead() {
    let hallpass = Hallpass::start("default").await;
    let (account, _) = hallpass.account("acme", json!(["asset:read"])).await;
    let place = json!({"account": account});
    let mut dead = Vec::new();
    for ahead in [0, 1, 5] {
        hallpass.clock.advance(Duration::from_millis(250));
        let (_, parent) = hallpass.secret_with(place.clone()).await;
        let derived = child(&hallpass, &parent).await;
        let body = json!({"account": account, "before": START + ahead});
        if ahead == 0 {
            revoked(&hallpass, body).await;
            assert_eq!(hallpass.code(&derived).await, "active", "made after it");
            continue;
        }
        revoked(&hallpass, body).await;
        dead.extend([(parent, "revoked"), (derived, "parent_revoked")]);
        // Nothing is closed, and what is made a millisecond later lives: the cut-off is not ahead.
        hallpass.clock.advance(Duration::from_millis(1));
        let (_, later) = hallpass.secret_with(place.clone()).await;
        let latest = child(&hallpass, &later).await;
        for token in [&later, &latest] {
            assert_eq!(hallpass.code(token).await, "active", "{ahead} s ahead");
        }
    }
    for (token, code) in &dead {
        assert_eq!(hallpass.code(token).await, *code);
    }
    // To the millisecond: the clock stands at 750 + 2 ms, and 6 s and more are another moment.
    let (_, untouched) = hallpass.secret_with(place).await;
    let ahead = revoke(&hallpass, json!({"account": account, "before": START + 6}));
    let ahead = ahead.bearer(&hallpass.root).await;
    assert_eq!(ahead.refusal(), (422, "invalid_field", "before"));
    assert_eq!(hallpass.code(&untouched).await, "active");
}

/// At the very moment, a mint would lie both before and after it: it is put off.
#[tokio::test]
async fn s54_a_mint_at_the_moment_itself_is_put_off() {
    let hallpass = Hallpass::start("default").await;
    let (account, _) = hallpass.account("acme", json!(["asset:read"])).await;
    revoked(&hallpass, json!({"account": account, "before": START})).await;
    let body = json!({"kind": "secret", "name": "s", "account": account});
    let mint = hallpass.post("/v1/tokens", body).bearer(&hallpass.root);
    mint.clone().await.assert("at it", 503, "unavailable");
    hallpass.clock.advance(Duration::from_millis(1));
    let reply = mint.await;
    reply.assert("after it", 201, "");
    assert_eq!(hallpass.code(&text(&reply.body, "token")).await, "active");
}
