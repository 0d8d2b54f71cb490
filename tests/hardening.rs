//! Ways around the bounds that a review found, each closed.

use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};
use std::time::Duration;

/// A secret that was rotated away makes nothing that outlives it.
#[tokio::test]
async fn s51_a_rotated_away_secret_makes_nothing_beyond_its_own_end() {
    let hallpass = Hallpass::start("archilogic").await;
    let minted = hallpass
        .mint(json!({"kind": "secret", "name": "old"}))
        .await;
    let (id, old) = (text(&minted, "id"), text(&minted, "token"));
    let path = format!("/v1/tokens/{id}/rotate");
    let rotated = hallpass
        .post(&path, json!({"overlap_seconds": 1_800}))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(rotated.status, 200, "{}", rotated.body);

    let derive = |seconds: u64| {
        let body = json!({"scopes": ["floor:readPrivate"], "durationSeconds": seconds});
        hallpass.post("/v1/tokens/temporary", body).bearer(&old)
    };
    assert_eq!(derive(1_800).await.status, 200, "up to its end");
    let beyond = derive(1_801).await;
    assert_eq!(beyond.answer(), (422, "parent_expires_first"));

    let validated = hallpass.validate(json!({"token": old})).await;
    assert_eq!(
        validated["expires_at"], 1_800_001_800,
        "the secret's end, not the token's"
    );
    hallpass.clock.advance(Duration::from_secs(1_800));
    assert_ne!(hallpass.code(&old).await, "active");
    assert_eq!(hallpass.code(&text(&rotated.body, "token")).await, "active");
}

/// Nor does it evict the secret that took its place.
#[tokio::test]
async fn s52_a_rotated_away_management_secret_rotates_and_mints_nothing() {
    let hallpass = Hallpass::start("default").await;
    let body = json!({"kind": "management", "name": "m", "scopes": ["tokens:mint", "asset:*"]});
    let minted = hallpass.mint(body).await;
    let (id, old) = (text(&minted, "id"), text(&minted, "token"));
    let path = format!("/v1/tokens/{id}/rotate");
    let rotated = hallpass
        .post(&path, json!({"overlap_seconds": 60}))
        .bearer(&old)
        .await;
    let new = text(&rotated.body, "token");

    let again = hallpass
        .post(&path, json!({"overlap_seconds": 0}))
        .bearer(&old)
        .await;
    assert_eq!(again.answer(), (403, "outside_bounds"));
    let body = json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"], "expires_in": 61});
    let beyond = hallpass.post("/v1/tokens", body).bearer(&old).await;
    assert_eq!(beyond.answer(), (422, "parent_expires_first"));
    assert_eq!(hallpass.code(&new).await, "active");
}

/// A public token's rotated-away text ends when it should, however fresh what was read of it is.
#[tokio::test]
async fn s30_a_rotated_away_public_text_ends_exactly() {
    let hallpass = Hallpass::start("archilogic").await;
    let body = json!({"kind": "publishable", "name": "web", "origins": ["https://a.example"]});
    let minted = hallpass.mint(body).await;
    let path = format!("/v1/tokens/{}/rotate", text(&minted, "id"));
    let rotated = hallpass
        .post(&path, json!({"overlap_seconds": 2}))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(rotated.status, 200, "{}", rotated.body);
    let old = text(&minted, "token");
    let ask = || hallpass.validate(json!({"token": old, "origin": "https://a.example"}));
    assert_eq!(ask().await["code"], "active");
    hallpass.clock.advance(Duration::from_millis(1_999));
    assert_eq!(ask().await["code"], "active");
    hallpass.clock.advance(Duration::from_millis(1));
    assert_eq!(ask().await["active"], false);
}

/// Closing is for good, so the operator account cannot be closed, by whatever token.
#[tokio::test]
async fn s54_the_operator_account_is_closed_by_nobody() {
    let hallpass = Hallpass::start("archilogic").await;
    let scopes = json!(["tokens:revoke", "directory:write"]);
    let weak = hallpass
        .mint(json!({"kind": "management", "name": "w", "scopes": scopes}))
        .await;
    for caller in [&hallpass.root, &text(&weak, "token")] {
        let reply = hallpass
            .post("/v1/revocations", json!({"environment": "default/live"}))
            .bearer(caller)
            .await;
        assert_eq!(reply.answer(), (409, "operator_account"));
    }
    hallpass.secret().await;
}

/// To revoke is not to close.
#[tokio::test]
async fn s54_closing_needs_the_directory_as_well() {
    let hallpass = Hallpass::start("archilogic").await;
    let (_, revoker) = hallpass.account("acme", json!(["tokens:revoke"])).await;
    let body = json!({"environment": "default/live"});
    let reply = hallpass
        .post("/v1/revocations", body)
        .bearer(&revoker)
        .await;
    assert_eq!(reply.answer(), (403, "insufficient_scope"));
    assert_eq!(hallpass.code(&revoker).await, "active");
}

/// `null` is not "not named": it would widen what its writer meant to narrow.
#[tokio::test]
async fn null_is_refused_in_every_field() {
    let hallpass = Hallpass::start("archilogic").await;
    let secret = hallpass.secret().await;
    // A mint's fields: tests/mint/fields.rs.
    let calls = [
        (
            "/v1/tokens/validate",
            json!({"token": secret, "scope": null}),
        ),
        (
            "/v1/tokens/validate",
            json!({"token": secret, "environment": null}),
        ),
        (
            "/v1/tokens/validate",
            json!({"token": secret, "origin": null}),
        ),
        ("/v1/tokens/validate", json!({"token": secret, "ip": null})),
        (
            "/v1/revocations",
            json!({"environment": "default/live", "before": null}),
        ),
        ("/v1/revocations", json!({"token": secret, "id": null})),
    ];
    let before = hallpass.items().await.len();
    for (path, body) in calls {
        let reply = hallpass
            .post(path, body.clone())
            .bearer(&hallpass.root)
            .await;
        assert_eq!(reply.status, 422, "{path} {body}: {}", reply.body);
        assert!(
            reply.body["field"].is_string(),
            "{path} {body}: {}",
            reply.body
        );
    }
    for body in [
        json!({"scopes": ["floor:update"], "durationSeconds": null}),
        json!({"scopes": ["floor:update"], "origins": null}),
        json!({"scopes": null}),
        json!({"scopes": ["floor:update"], "principal": null}),
    ] {
        let reply = hallpass
            .post("/v1/tokens/temporary", body.clone())
            .bearer(&secret)
            .await;
        assert_eq!(reply.status, 422, "{body}: {}", reply.body);
    }
    assert_eq!(hallpass.items().await.len(), before, "nothing is written");
    assert_eq!(hallpass.code(&secret).await, "active");
}

/// A JWT is ended by its id in the caller's own place, or in the one that the operator names.
#[tokio::test]
async fn s27_a_jwt_is_ended_by_its_id_where_it_lives() {
    let hallpass = Hallpass::start("archilogic").await;
    let scopes = json!(["tokens:mint", "tokens:revoke", "floor:*"]);
    let (account, owner) = hallpass.account("acme", scopes).await;
    let body = json!({"kind": "secret", "name": "s", "scopes": ["floor:*"]});
    let secret = text(&hallpass.mint_as(&owner, body).await, "token");
    let derive = || hallpass.derive(&secret, json!({"scopes": ["floor:readPrivate"]}));
    let (one, other) = (derive().await, derive().await);
    let id = |body: &Value| text(body, "id");
    let one_id = id(&hallpass.validate(json!({"token": one})).await);
    let other_id = id(&hallpass.validate(json!({"token": other})).await);

    let unplaced = hallpass
        .delete(&format!("/v1/tokens/{one_id}"))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(unplaced.answer(), (422, "place_needed"));
    assert_eq!(hallpass.code(&one).await, "active");
    let body = json!({"id": one_id, "account": account, "environment": "default/live"});
    let placed = hallpass
        .post("/v1/revocations", body)
        .bearer(&hallpass.root)
        .await;
    assert_eq!(placed.status, 204, "{}", placed.body);
    assert_eq!(hallpass.code(&one).await, "revoked");
    assert_eq!(hallpass.code(&other).await, "active");
    let own = hallpass
        .delete(&format!("/v1/tokens/{other_id}"))
        .bearer(&owner)
        .await;
    assert_eq!(own.status, 204, "{}", own.body);
    assert_eq!(hallpass.code(&other).await, "revoked");
    assert_eq!(hallpass.code(&secret).await, "active");
}
