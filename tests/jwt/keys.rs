//! The keys: ours, published and not too old in memory.

use crate::jwt::forge::{Forge, encode, parts, sign};
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_keys::create_signing_key;
use hallpass_store::{KeyRow, KeyState};
use hallpass_tests::{Call, Hallpass, Log};
use serde_json::json;
use std::collections::HashMap;
use std::time::Duration;
use tokio::task::JoinSet;

/// The service's own claims, signed with another key of its.
async fn signed_with(forge: &Forge, key: &KeyRow) -> String {
    let header = json!({"typ": "at+jwt", "alg": "ES256", "kid": key.kid});
    let [_, claims, _] = parts(&forge.token);
    let input = format!("{}.{claims}", encode(header.to_string()));
    sign(&forge.hallpass, key, &input).await
}

/// Retires the current key and makes another; the new one.
async fn switch(forge: &Forge) -> KeyRow {
    let Hallpass { platform, keys, .. } = &forge.hallpass;
    let (store, now) = (&platform.store, platform.now());
    assert!(store.retire_key(&forge.key.kid, now).await.unwrap());
    let longest = platform.catalog.longest_jwt();
    let clock = platform.clock.as_ref();
    create_signing_key(keys, store, longest, clock)
        .await
        .unwrap();
    let rows = store.key_rows().await.unwrap();
    assert_eq!(rows.len(), 2);
    rows.into_iter()
        .find(|row| row.state == KeyState::Current)
        .unwrap()
}

fn about_itself(hallpass: &Hallpass, token: &str) -> Call {
    hallpass.get("/v1/tokens/self").bearer(token)
}

#[tokio::test]
async fn s18_the_key_of_another_deployment_is_unknown() {
    let (forge, other) = (Forge::new().await, Forge::new().await);
    // The same issuer, catalog and clock: only the keys differ.
    assert_eq!(forge.claims["iss"], other.claims["iss"]);
    assert_ne!(forge.key.kid, other.key.kid);
    forge.expect(&other.token, "unknown").await;
    other.expect(&forge.token, "unknown").await;
    // Their key under our kid, over our own claims.
    let (input, _) = forge.split();
    let theirs = sign(&other.hallpass, &other.key, input).await;
    forge.refused_unread(&theirs, "unknown").await;
    forge.expect(&forge.token, "active").await;
}

#[tokio::test]
async fn s18_s55_a_retired_key_is_accepted_for_300_seconds_at_most() {
    let forge = Forge::new().await;
    let hallpass = &forge.hallpass;
    let store = &hallpass.platform.store;
    assert!(
        store
            .retire_key(&forge.key.kid, hallpass.platform.now())
            .await
            .unwrap()
    );
    hallpass.dynamodb.reset();
    hallpass.clock.advance(Duration::from_millis(299_999));
    forge.expect(&forge.token, "active").await;
    assert_eq!(
        hallpass.dynamodb.count("Query"),
        0,
        "keys are read every 300 s"
    );
    hallpass.clock.advance(Duration::from_millis(1));
    forge.expect(&forge.token, "unknown").await;
    assert_eq!(hallpass.dynamodb.count("Query"), 1);
    // And it signs no more.
    let body = json!({"scopes": ["floor:readPrivate"]});
    let reply = hallpass
        .post("/v1/tokens/temporary", body)
        .bearer(&forge.secret)
        .await;
    assert_eq!(reply.answer(), (503, "unavailable"));
    assert_eq!(reply.header("retry-after"), "1");
}

#[tokio::test]
async fn s18_s55_an_instance_that_starts_after_the_retirement_never_accepts_the_key() {
    let mut forge = Forge::new().await;
    forge.expect(&forge.token, "active").await;
    switch(&forge).await;
    forge.hallpass.another_instance();
    forge.expect(&forge.token, "unknown").await;
}

#[tokio::test]
async fn keys_are_read_once_in_300_seconds() {
    let forge = Forge::new().await;
    let hallpass = &forge.hallpass;
    hallpass.dynamodb.reset();
    for (advance, queries) in [(0, 0), (299_999, 0), (1, 1), (299_999, 1), (1, 2)] {
        hallpass.clock.advance(Duration::from_millis(advance));
        assert_eq!(about_itself(hallpass, &forge.token).await.status, 200);
        assert_eq!(hallpass.dynamodb.count("Query"), queries, "{advance}");
    }
}

#[tokio::test]
async fn an_unknown_key_is_looked_for_every_10_seconds_at_most() {
    let forge = Forge::new().await;
    let hallpass = &forge.hallpass;
    let junk: Vec<String> = (0..20)
        .map(|n| {
            let header = json!({"typ": "at+jwt", "alg": "ES256", "kid": format!("k{n}")});
            format!("{}.{}.AAAA", encode(header.to_string()), encode("{}"))
        })
        .collect();
    hallpass.dynamodb.reset();
    for (advance, queries) in [(0, 0), (9_999, 0), (1, 1), (9_999, 1), (1, 2)] {
        hallpass.clock.advance(Duration::from_millis(advance));
        for token in &junk {
            assert_eq!(about_itself(hallpass, token).await.code(), "unknown");
        }
        assert_eq!(hallpass.dynamodb.count("Query"), queries, "{advance}");
        assert_eq!(hallpass.dynamodb.count("BatchGetItem"), 0);
    }
}

#[tokio::test]
async fn s47_a_new_key_is_found_within_10_seconds_in_one_read_for_everybody() {
    let forge = Forge::new().await;
    let hallpass = &forge.hallpass;
    let key = switch(&forge).await;
    let token = signed_with(&forge, &key).await;
    // Read just now: the new key must wait.
    forge.expect(&token, "unknown").await;
    hallpass.clock.advance(Duration::from_secs(10));
    hallpass.dynamodb.reset();
    let mut clients = JoinSet::new();
    for _ in 0..30 {
        clients.spawn(about_itself(hallpass, &token).into_future());
    }
    for reply in clients.join_all().await {
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    assert_eq!(hallpass.dynamodb.count("Query"), 1);
    // The same read ends the retired key, long before its 300 s.
    forge.expect(&forge.token, "unknown").await;
}

#[tokio::test]
async fn s9_one_crypto_backend_is_compiled_in() {
    // With none or with both, jsonwebtoken panics at first use: this is such a use, with no
    // provider installed by hand.
    let forge = Forge::new().await;
    forge.expect(&forge.token, "active").await;
    // And the lock file, which lists an optional dependency only where a feature asks for it, names
    // what `aws_lc_rs` needs and nothing that `rust_crypto` would.
    let lock = include_str!("../../Cargo.lock");
    let packages = lock.split("[[package]]").filter(|package| {
        package
            .lines()
            .any(|line| line == "name = \"jsonwebtoken\"")
    });
    let packages: Vec<&str> = packages.collect();
    let [package] = packages.as_slice() else {
        panic!("jsonwebtoken is in the tree {} times", packages.len())
    };
    let needs = |name: &str| {
        let line = package
            .lines()
            .map(|line| line.trim().trim_matches(['"', ',']));
        line.map(|line| line.split(' ').next().unwrap())
            .any(|line| line == name)
    };
    assert!(needs("aws-lc-rs") && needs("serde_json"), "{package}");
    for name in [
        "p256",
        "p384",
        "rsa",
        "hmac",
        "sha2",
        "ed25519-dalek",
        "rand",
    ] {
        assert!(!needs(name), "{name}: {package}");
    }
}

/// A row that was altered: nothing is verified with it, and the operator is told which it is.
#[tokio::test]
async fn a_published_key_that_is_none_is_told_and_verifies_nothing() {
    let mut forge = Forge::new().await;
    let hallpass = &forge.hallpass;
    let mut items = hallpass.items().await.into_iter();
    let kid = AttributeValue::S(forge.key.kid.clone());
    let is_the_key = |item: &HashMap<String, AttributeValue>| {
        item["pk"] == AttributeValue::S("KEYS".to_owned()) && item.contains_key("jwk")
    };
    let mut row = items
        .find(|item| is_the_key(item) && item["kid"] == kid)
        .unwrap();
    row.insert("jwk".to_owned(), AttributeValue::M(HashMap::new()));
    let put = hallpass.dynamodb_client.put_item();
    let put = put.table_name(&hallpass.table).set_item(Some(row));
    put.send().await.unwrap();
    forge.hallpass.another_instance();
    let log = Log::keep();
    forge.expect(&forge.token, "unknown").await;
    assert!(log.told("ERROR", &forge.key.kid) > 0, "{}", log.text());
}
