//! Changing while something else happens to the token.

use crate::update::{call, minted, update};
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const AT_ONCE: usize = 8;

/// A token's entry in the list and its record, without what only the latter shows.
async fn both(hallpass: &Hallpass, id: &str) -> [Value; 2] {
    let listed = hallpass.get("/v1/tokens").bearer(&hallpass.root).await.body;
    let mut tokens = listed["tokens"].as_array().unwrap().iter();
    let entry = tokens.find(|it| it["id"] == id).unwrap().clone();
    let one = hallpass.get(&format!("/v1/tokens/{id}"));
    let mut one = one.bearer(&hallpass.root).await.body;
    let more = one.as_object_mut().unwrap();
    more.remove("previous");
    more.remove("last_used_at");
    more.remove("token");
    [entry, one]
}

/// Each is decided on the token as it is by then: none undoes another.
#[tokio::test]
async fn changes_at_once_are_all_made() {
    let hallpass = Hallpass::start("default").await;
    let (id, _) = minted(&hallpass, "secret", json!({})).await;
    let changes = [
        json!({"name": "another"}),
        json!({"metadata": {"a": "b"}}),
        json!({"ips": ["192.0.2.0/24"]}),
        json!({"enabled": false}),
    ];
    // All have read the token before the first of them writes.
    hallpass.dynamodb.reset();
    hallpass
        .dynamodb
        .inject(Fault::Stall.on("TransactWriteItems"));
    let running: Vec<_> = changes
        .iter()
        .map(|change| call(&hallpass, &id, change.clone()).bearer(&hallpass.root))
        .map(|call| tokio::spawn(call.into_future()))
        .collect();
    hallpass
        .dynamodb
        .arrived("TransactWriteItems", changes.len())
        .await;
    hallpass.dynamodb.heal();
    for reply in running {
        reply.await.unwrap().assert("one of many", 200, "");
    }
    // Those that lost read again.
    assert!(hallpass.dynamodb.count("TransactWriteItems") > changes.len());
    let [entry, one] = both(&hallpass, &id).await;
    assert_eq!(entry, one);
    for change in changes {
        for (field, value) in change.as_object().unwrap() {
            assert_eq!(&one[field], value);
        }
    }
}

#[tokio::test]
async fn of_changes_of_one_field_the_last_stays_in_both_rows() {
    let hallpass = Hallpass::start("default").await;
    let (id, _) = minted(&hallpass, "secret", json!({})).await;
    let running: Vec<_> = (0..AT_ONCE)
        .map(|number| call(&hallpass, &id, json!({"name": format!("name {number}")})))
        .map(|call| tokio::spawn(call.bearer(&hallpass.root).into_future()))
        .collect();
    let mut told = BTreeSet::new();
    for reply in running {
        let reply = reply.await.unwrap();
        reply.assert("one of many", 200, "");
        told.insert(text(&reply.body, "name"));
    }
    assert_eq!(told.len(), AT_ONCE);
    let [entry, one] = both(&hallpass, &id).await;
    assert_eq!(entry, one);
    assert!(told.contains(&text(&one, "name")));
}

/// A change that comes late to a revoked token brings nothing of it back.
#[tokio::test]
async fn a_revocation_meanwhile_wins() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = minted(&hallpass, "secret", json!({})).await;
    hallpass.dynamodb.reset();
    hallpass
        .dynamodb
        .inject(Fault::Stall.on("TransactWriteItems").once());
    let late = call(&hallpass, &id, json!({"name": "n", "enabled": true}));
    let late = tokio::spawn(late.bearer(&hallpass.root).into_future());
    hallpass.dynamodb.arrived("TransactWriteItems", 1).await;
    let revoke = hallpass.delete(&format!("/v1/tokens/{id}"));
    assert_eq!(revoke.bearer(&hallpass.root).await.status, 204);
    hallpass.dynamodb.heal();
    late.await.unwrap().assert("late", 409, "revoked");
    let [entry, one] = both(&hallpass, &id).await;
    assert_eq!(entry, one);
    assert_eq!(
        (&one["name"], &one["revoked_at"]),
        (&json!("a token"), &json!(1_800_000_000))
    );
    assert_eq!(hallpass.code(&token).await, "revoked");
}

/// s52 holds of the token as it is when it is written, not as it was read.
#[tokio::test]
async fn s52_a_token_that_was_unbound_meanwhile_is_out_of_a_bound_callers_reach() {
    let hallpass = Hallpass::start("default").await;
    let origins = json!(["https://a.com"]);
    let scopes = json!(["tokens:mint", "asset:read"]);
    let bound = json!({"origins": origins, "scopes": scopes});
    let (_, caller) = minted(&hallpass, "management", bound).await;
    for route in ["rotate", "update"] {
        let target = json!({"origins": origins, "scopes": ["asset:read"]});
        let (id, _) = minted(&hallpass, "management", target).await;
        hallpass.dynamodb.reset();
        hallpass
            .dynamodb
            .inject(Fault::Stall.on("TransactWriteItems").once());
        let late = if route == "update" {
            call(&hallpass, &id, json!({"name": "mine"}))
        } else {
            hallpass.post(
                &format!("/v1/tokens/{id}/rotate"),
                json!({"overlap_seconds": 0}),
            )
        };
        let late = tokio::spawn(late.bearer(&caller).origin("https://a.com").into_future());
        hallpass.dynamodb.arrived("TransactWriteItems", 1).await;
        update(&hallpass, &id, json!({"origins": null})).await;
        hallpass.dynamodb.heal();
        let reply = late.await.unwrap();
        let expected = if route == "update" {
            (403, "outside_bounds")
        } else {
            (409, "changed")
        };
        reply.assert(route, expected.0, expected.1);
        assert_eq!(both(&hallpass, &id).await[1]["name"], "a token");
    }
}

/// A rotation meanwhile is no other change: the new secret stays, and so does the new name.
#[tokio::test]
async fn a_rotation_meanwhile_stands_beside_the_change() {
    let hallpass = Hallpass::start("default").await;
    let (id, old) = minted(&hallpass, "secret", json!({})).await;
    hallpass.dynamodb.reset();
    hallpass
        .dynamodb
        .inject(Fault::Stall.on("TransactWriteItems").once());
    let late = call(&hallpass, &id, json!({"name": "renamed"})).bearer(&hallpass.root);
    let late = tokio::spawn(late.into_future());
    hallpass.dynamodb.arrived("TransactWriteItems", 1).await;
    let rotate = hallpass.post(
        &format!("/v1/tokens/{id}/rotate"),
        json!({"overlap_seconds": 0}),
    );
    let new = text(&rotate.bearer(&hallpass.root).await.body, "token");
    hallpass.dynamodb.heal();
    late.await.unwrap().assert("late", 200, "");
    assert_eq!(hallpass.code(&new).await, "active");
    assert_eq!(hallpass.code(&old).await, "unknown");
    assert_eq!(both(&hallpass, &id).await[0]["name"], "renamed");
}
