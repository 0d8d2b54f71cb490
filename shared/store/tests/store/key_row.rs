//! Signing keys: one current at most.

use crate::support::{NOW, table};
use hallpass_core::Algorithm;
use hallpass_store::{KeyRow, KeyState};

fn key(kid: &str) -> KeyRow {
    KeyRow {
        kid: kid.to_owned(),
        algorithm: Algorithm::ES256,
        kms_key_id: format!("arn:{kid}"),
        private_key: None,
        generation: 1,
        issuer: None,
        jwk: serde_json::json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": "x", "y": "y" }),
        state: KeyState::Current,
        created_at: NOW,
        signs_from: None,
        longest_token: 0,
        replaced_at: None,
        retired_at: None,
        ended_at: None,
        rotation_asked_at: None,
    }
}

#[tokio::test]
async fn s55_of_two_first_keys_at_once_one_is_current() {
    let table = table().await;
    assert!(table.store.key_rows().await.unwrap().is_empty());
    let (a, b) = (key("a"), key("b"));
    let (one, two) = tokio::join!(table.store.put_first_key(&a), table.store.put_first_key(&b));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert!(one ^ two);
    let rows = table.store.key_rows().await.unwrap();
    assert_eq!(rows, [if one { a } else { b }]);
}

#[tokio::test]
async fn s55_retiring_the_current_key_frees_its_place() {
    let table = table().await;
    assert!(table.store.put_first_key(&key("a")).await.unwrap());
    assert!(!table.store.retire_key("none", NOW).await.unwrap());
    assert!(table.store.retire_key("a", NOW).await.unwrap());
    assert!(
        !table
            .store
            .retire_key("a", NOW.plus_seconds(9))
            .await
            .unwrap()
    );
    assert!(table.store.put_first_key(&key("b")).await.unwrap());
    assert!(!table.store.retire_key("a", NOW).await.unwrap());
    let rows = table.store.key_rows().await.unwrap();
    let retired = KeyRow {
        state: KeyState::Previous,
        retired_at: Some(NOW),
        ..key("a")
    };
    assert_eq!(rows, [retired, key("b")]);
    assert!(!table.store.put_first_key(&key("c")).await.unwrap());
}

#[tokio::test]
async fn s55_a_key_that_does_not_sign_is_retired_alone() {
    let table = table().await;
    assert!(table.store.put_first_key(&key("a")).await.unwrap());
    table.put_next(&key("b")).await;
    assert!(table.store.retire_key("b", NOW).await.unwrap());
    let states = table.store.key_rows().await.unwrap();
    let states: Vec<_> = states.iter().map(|row| row.state).collect();
    assert_eq!(states, [KeyState::Current, KeyState::Previous]);
    assert!(!table.store.put_first_key(&key("c")).await.unwrap());
}

#[tokio::test]
async fn s55_of_two_changes_of_the_same_ring_one_is_written() {
    let table = table().await;
    let store = &table.store;
    assert!(store.put_first_key(&key("a")).await.unwrap());
    let ring = store.keyring().await.unwrap();
    assert_eq!(ring.find(KeyState::Current).unwrap().kid, "a");
    let next = |kid| KeyRow {
        state: KeyState::Next,
        ..key(kid)
    };
    let (b, c) = ([next("b")], [next("c")]);
    let (one, two) = tokio::join!(store.change_keys(&ring, &b), store.change_keys(&ring, &c));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert!(one ^ two);
    let rows = store.key_rows().await.unwrap();
    let kids: Vec<&str> = rows.iter().map(|row| row.kid.as_str()).collect();
    assert_eq!(kids, if one { ["a", "b"] } else { ["a", "c"] });
    // What was planned before can never be written.
    assert!(!store.change_keys(&ring, &[next("d")]).await.unwrap());
    let later = store.keyring().await.unwrap();
    assert!(later.next_generation() > ring.next_generation());
    assert!(store.change_keys(&later, &[next("d")]).await.unwrap());
}

#[tokio::test]
async fn s45_after_a_key_is_said_to_be_missing_no_write_of_before_brings_it() {
    let table = table().await;
    let store = &table.store;
    let ring = store.keyring().await.unwrap();
    assert!(!store.settle_key("a").await.unwrap());
    // A write that was in progress all the while.
    assert!(!store.change_keys(&ring, &[key("a")]).await.unwrap());
    assert!(store.put_first_key(&key("a")).await.unwrap());
    assert!(store.settle_key("a").await.unwrap());
}

#[tokio::test]
async fn an_ended_key_is_remembered_for_30_days() {
    let table = table().await;
    let store = &table.store;
    assert!(store.put_first_key(&key("a")).await.unwrap());
    let ring = store.keyring().await.unwrap();
    let ended = KeyRow {
        state: KeyState::Previous,
        retired_at: Some(NOW),
        ended_at: Some(NOW),
        ..key("a")
    };
    assert!(
        store
            .change_keys(&ring, std::slice::from_ref(&ended))
            .await
            .unwrap()
    );
    assert_eq!(store.key_rows().await.unwrap(), [ended]);
    let rows = table.all("KEYS").await;
    let row = rows.iter().find(|row| row.contains_key("ended_at"));
    let ttl = row.unwrap()["ttl"].as_n().unwrap();
    assert_eq!(*ttl, NOW.seconds().plus(30 * 86_400).0.to_string());
}
