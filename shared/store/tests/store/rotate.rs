//! Rotating: one of two at once, and never what was revoked.

use crate::support::{NOW, Table, audit, with_account};
use hallpass_core::{MatchedSecret, OpaqueToken, PreviousSecret, TokenRecord};
use hallpass_store::{AuditAction, Idempotency, RotateError, Rotation};

fn rotation(table: &Table, record: &TokenRecord) -> (OpaqueToken, Rotation) {
    let prefix = "hp_sec".parse().unwrap();
    let token = OpaqueToken::generate(prefix, record.id, &table.random).unwrap();
    let rotation = Rotation {
        secret_hash: token.secret.hash(),
        public_text: Some(token.public_text()),
        previous: vec![PreviousSecret {
            hash: record.secret_hash,
            until: NOW.plus_seconds(60),
        }],
    };
    (token, rotation)
}

async fn rotate(
    table: &Table,
    record: &TokenRecord,
    key: Option<&Idempotency>,
) -> Result<TokenRecord, RotateError> {
    let (_, rotation) = rotation(table, record);
    let audit = audit(AuditAction::Rotate, record.id);
    table
        .store
        .rotate(record, &rotation, key, &audit, NOW)
        .await
}

#[tokio::test]
async fn the_new_secret_is_accepted_and_the_old_one_for_a_while() {
    let (table, account) = with_account().await;
    let record = table.minted(account, NOW).await;
    let (token, rotation) = rotation(&table, &record);
    let audit = audit(AuditAction::Rotate, record.id);
    let rotated = table
        .store
        .rotate(&record, &rotation, None, &audit, NOW)
        .await
        .unwrap();
    let read = table.token(&record.id).await;
    let json = |record: &TokenRecord| serde_json::to_value(record).unwrap();
    assert_eq!(json(&rotated), json(&read));
    assert_eq!(
        read.matched_secret(&token.secret, NOW),
        Some(MatchedSecret::Current)
    );
    assert_eq!(read.previous[0].until, NOW.plus_seconds(60));
    assert_eq!(
        read.previous[0].hash.to_text(),
        record.secret_hash.to_text()
    );
    assert_eq!(read.public_text, Some(token.public_text()));
}

#[tokio::test]
async fn of_two_at_once_one_wins() {
    let (table, account) = with_account().await;
    let record = table.minted(account, NOW).await;
    let (one, two) = tokio::join!(rotate(&table, &record, None), rotate(&table, &record, None));
    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    assert!(matches!(lost, Err(RotateError::Changed)), "{lost:?}");
    let read = table.token(&record.id).await;
    assert_eq!(
        read.secret_hash.to_text(),
        won.unwrap().secret_hash.to_text()
    );
}

#[tokio::test]
async fn what_is_revoked_or_gone_is_not_rotated() {
    let (table, account) = with_account().await;
    let record = table.minted(account, NOW).await;
    table
        .store
        .revoke_token(&record, &audit(AuditAction::Revoke, record.id), NOW)
        .await
        .unwrap();
    let refused = rotate(&table, &record, None).await;
    assert!(matches!(refused, Err(RotateError::Changed)), "{refused:?}");
    let gone = table.record(account);
    let refused = rotate(&table, &gone, None).await;
    assert!(matches!(refused, Err(RotateError::Changed)), "{refused:?}");
    assert!(table.store.token(&gone.id).await.unwrap().is_none());
}

#[tokio::test]
async fn s26_the_same_key_rotates_once() {
    let (table, account) = with_account().await;
    let record = table.minted(account, NOW).await;
    let key = |body| Idempotency::new("tok_caller", "rotate", "key", body);
    let rotated = rotate(&table, &record, Some(&key(b"body"))).await.unwrap();
    for seen in [&record, &rotated] {
        let again = rotate(&table, seen, Some(&key(b"body"))).await;
        assert!(matches!(again, Err(RotateError::AlreadyRotated(id)) if id == record.id));
    }
    let reused = rotate(&table, &rotated, Some(&key(b"other"))).await;
    assert!(matches!(reused, Err(RotateError::KeyReused)), "{reused:?}");
    let read = table.token(&record.id).await;
    assert_eq!(read.secret_hash.to_text(), rotated.secret_hash.to_text());
}
