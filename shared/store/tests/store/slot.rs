//! Limited kinds: exactly as many as there may be, whoever comes at once.

use crate::support::{NOW, audit, in_seconds, with_account};
use hallpass_core::TokenRecord;
use hallpass_store::{AuditAction, MintError, Revoked};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s25_two_hundred_at_once_leave_exactly_one_hundred() {
    let (mut table, account) = with_account().await;
    // How long a mint may wait for its turn on a busy machine is not what is tested here.
    table.store = table.store.with_patience(Duration::from_mins(1));
    let table = Arc::new(table);
    let mut mints = JoinSet::new();
    for _ in 0..200 {
        let table = Arc::clone(&table);
        mints.spawn(async move { table.mint(&table.record(account), Some(100), NOW).await });
    }
    let mut slots = BTreeSet::new();
    let mut refused = 0;
    while let Some(mint) = mints.join_next().await {
        match mint.unwrap() {
            Ok(record) => assert!(slots.insert(record.slot.unwrap()), "a slot was given twice"),
            Err(MintError::LimitReached { limit: 100 }) => refused += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(slots, (0..100).collect());
    assert_eq!(refused, 100);
    assert_eq!(table.all("TOKEN#").await.len(), 100);
}

#[tokio::test]
async fn s25_expired_and_revoked_tokens_free_their_places() {
    let (table, account) = with_account().await;
    let mint = async |now| table.mint(&table.record(account), Some(2), now).await;
    let first = mint(NOW).await.unwrap();
    let second = mint(NOW).await.unwrap();
    let full = mint(NOW).await;
    assert!(
        matches!(full, Err(MintError::LimitReached { limit: 2 })),
        "{full:?}"
    );

    assert_eq!(
        table
            .store
            .revoke_token(&first, &audit(AuditAction::Revoke, first.id), NOW)
            .await
            .unwrap(),
        Revoked::Now
    );
    let third = TokenRecord {
        expires_at: None,
        ..table.record(account)
    };
    let third = table.mint(&third, Some(2), NOW).await.unwrap();
    assert_eq!(third.slot, first.slot);

    let still = mint(NOW.plus_seconds(3_599)).await;
    assert!(
        matches!(still, Err(MintError::LimitReached { limit: 2 })),
        "{still:?}"
    );
    let fourth = TokenRecord {
        expires_at: Some(in_seconds(9_999)),
        ..table.record(account)
    };
    let later = NOW.plus_seconds(3_600);
    let fourth = table.mint(&fourth, Some(2), later).await.unwrap();
    assert_eq!(fourth.slot, second.slot);

    // Another token holds the expired token's slot: revoking it frees nothing.
    assert_eq!(
        table
            .store
            .revoke_token(&second, &audit(AuditAction::Revoke, second.id), later)
            .await
            .unwrap(),
        Revoked::Now
    );
    let full = mint(later).await;
    assert!(
        matches!(full, Err(MintError::LimitReached { limit: 2 })),
        "{full:?}"
    );
}

#[tokio::test]
async fn kinds_and_environments_have_places_of_their_own() {
    let (table, account) = with_account().await;
    table
        .mint(&table.record(account), Some(1), NOW)
        .await
        .unwrap();
    let of_kind = |kind: &str| TokenRecord {
        kind: kind.into(),
        ..table.record(account)
    };
    table
        .mint(&of_kind("publishable"), Some(1), NOW)
        .await
        .unwrap();
    let unlimited = table.mint(&of_kind("secret"), None, NOW).await.unwrap();
    assert_eq!(unlimited.slot, None);
    let none = table.mint(&of_kind("none"), Some(0), NOW).await;
    assert!(
        matches!(none, Err(MintError::LimitReached { limit: 0 })),
        "{none:?}"
    );
}
