//! What the embedded DynamoDB never does and the real one does.

use crate::support::{NOW, audit, table, with_account};
use crate::wire::Fault;
use hallpass_core::{NewToken, TokenId};
use hallpass_store::{AuditAction, Idempotency, Mint, MintError, RowKey, StoreError};
use std::collections::HashSet;

#[tokio::test]
async fn s45_a_lost_reply_neither_loses_nor_doubles_a_token() {
    let (table, account) = with_account().await;
    let record = table.record(account);
    let key = Idempotency::new("tok_caller", "POST /v1/tokens", "key", b"body");
    let mint = Mint {
        token: &NewToken::unchecked(record.clone(), Some(100)),
        idempotency: Some(&key),
        audit: &audit(AuditAction::Mint, record.id),
    };
    table.wire.fail("TransactWriteItems", 1, Fault::LoseReply);
    let minted = table.store.mint(mint, NOW, &table.random).await.unwrap();
    assert_eq!(table.token(&record.id).await.slot, minted.slot);
    let calls = table.wire.calls();
    let tokens: Vec<_> = calls
        .iter()
        .filter(|call| call.operation == "TransactWriteItems")
        .map(|call| &call.body["ClientRequestToken"])
        .collect();
    assert_eq!(tokens.len(), 2);
    assert_eq!(tokens[0], tokens[1]);
}

#[tokio::test]
async fn a_conflict_is_tried_again_as_a_new_transaction() {
    for limit in [None, Some(100)] {
        let (table, account) = with_account().await;
        table.wire.fail("TransactWriteItems", 3, Fault::Conflict);
        let minted = table
            .mint(&table.record(account), limit, NOW)
            .await
            .unwrap();
        table.wire.fail("TransactWriteItems", 2, Fault::Conflict);
        table
            .store
            .revoke_token(&minted, &audit(AuditAction::Revoke, minted.id), NOW)
            .await
            .unwrap();
        let calls = table.wire.calls();
        let writes = calls
            .iter()
            .filter(|call| call.operation == "TransactWriteItems");
        let tokens: Vec<_> = writes
            .map(|call| call.body["ClientRequestToken"].to_string())
            .collect();
        assert_eq!(tokens.len(), 4 + 3);
        assert_eq!(tokens.iter().collect::<HashSet<_>>().len(), 7);
    }
}

#[tokio::test]
async fn a_conflict_without_end_is_an_outage_after_three_seconds() {
    let (table, account) = with_account().await;
    let record = table.minted(account, NOW).await;
    table
        .wire
        .fail("TransactWriteItems", usize::MAX, Fault::Conflict);
    // From here on nothing reaches the table, and time passes as fast as it is waited for.
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let mint = table.mint(&table.record(account), None, NOW).await;
    assert!(
        matches!(mint, Err(MintError::Store(StoreError::Outage { .. }))),
        "{mint:?}"
    );
    let revoke = table
        .store
        .revoke_token(&record, &audit(AuditAction::Revoke, record.id), NOW)
        .await;
    assert!(
        matches!(revoke, Err(StoreError::Outage { .. })),
        "{revoke:?}"
    );
    let waited = began.elapsed().as_secs_f64();
    assert!((6.0..6.1).contains(&waited), "{waited}");
    let tries = table.wire.calls().len();
    assert!((40..400).contains(&tries), "{tries}");
}

#[tokio::test]
async fn s44_throttling_and_failures_are_outages_and_never_not_found() {
    let table = table().await;
    let id = TokenId::generate(&table.random).unwrap();
    for code in [
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "InternalServerError",
        "ResourceNotFoundException",
        "AccessDeniedException",
    ] {
        table.wire.fail("GetItem", 3, Fault::Refuse(code));
        let read = table.store.token(&id).await;
        assert!(
            matches!(read, Err(StoreError::Outage { .. })),
            "{code}: {read:?}"
        );
        table.wire.fail("BatchGetItem", 3, Fault::Refuse(code));
        let read = table.store.rows(&[RowKey::Token(id)]).await;
        assert!(
            matches!(read, Err(StoreError::Outage { .. })),
            "{code}: {read:?}"
        );
        table.wire.forget_faults();
    }
}
