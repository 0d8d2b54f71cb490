//! What is read, in how many calls, and what an answer in part means.

use crate::support::{NOW, audit, in_seconds, table, with_account};
use crate::wire::Fault;
use hallpass_core::{JwtId, Tenant, TokenId};
use hallpass_store::{AuditAction, RowKey, StoreError};

#[tokio::test]
async fn s53_the_same_key_twice_is_one_key_in_one_call() {
    let (table, account) = with_account().await;
    let record = table.minted(account, NOW).await;
    let [revoked, other] = [0; 2].map(|_| JwtId::generate(&table.random).unwrap());
    let audit = audit(AuditAction::Revoke, revoked);
    let until = in_seconds(60);
    table
        .store
        .revoke_jwt(&Tenant::first_of(account), revoked, until, &audit, NOW)
        .await
        .unwrap();
    table.wire.calls();

    let jwt = |jti| RowKey::RevokedJwt {
        tenant: Tenant::first_of(account),
        jti,
    };
    let unknown = TokenId::generate(&table.random).unwrap();
    let rows = [
        RowKey::Token(record.id),
        RowKey::Token(record.id),
        RowKey::Token(unknown),
        jwt(revoked),
        jwt(revoked),
        jwt(other),
    ];
    let found = table.store.rows(&rows).await.unwrap();
    assert!(found.token(&record.id).is_some());
    assert!(found.token(&unknown).is_none());
    assert!(found.is_revoked(&revoked));
    assert!(!found.is_revoked(&other));
    let calls = table.wire.calls();
    assert_eq!(calls.len(), 1);
    let keys = &calls[0].body["RequestItems"]["hallpass"]["Keys"];
    assert_eq!(keys.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn nothing_asked_is_no_call() {
    let table = table().await;
    table.store.rows(&[]).await.unwrap();
    assert!(table.wire.calls().is_empty());
}

#[tokio::test]
async fn s53_unprocessed_keys_are_asked_for_once_more() {
    let (table, account) = with_account().await;
    let record = table.minted(account, NOW).await;
    table.wire.calls();
    table.wire.fail("BatchGetItem", 1, Fault::Unprocessed);
    let rows = table.store.rows(&[RowKey::Token(record.id)]).await.unwrap();
    assert!(rows.token(&record.id).is_some());
    assert_eq!(table.wire.operations(), ["BatchGetItem"; 2]);

    table.wire.fail("BatchGetItem", 2, Fault::Unprocessed);
    let rows = table.store.rows(&[RowKey::Token(record.id)]).await;
    assert!(matches!(rows, Err(StoreError::Outage { .. })), "{rows:?}");
    assert_eq!(table.wire.operations(), ["BatchGetItem"; 2]);
}

#[tokio::test]
async fn an_unreadable_row_is_no_missing_one() {
    let table = table().await;
    let id = TokenId::generate(&table.random).unwrap();
    let pk = format!("TOKEN#{}", id.digits());
    table.put(&pk, "RECORD").await;
    let one = table.store.token(&id).await.unwrap_err();
    assert!(matches!(&one, StoreError::Corrupt { row, .. } if *row == format!("{pk} RECORD")));
    let batch = table.store.rows(&[RowKey::Token(id)]).await.unwrap_err();
    assert!(matches!(batch, StoreError::Corrupt { .. }));
    assert!(std::error::Error::source(&batch).is_some());
}
