//! Revoking: once, forwards only, and nothing comes back to life.

use crate::support::{NOW, audit, in_seconds, with_account};
use hallpass_core::{JwtId, Tenant, UnixMillis};
use hallpass_store::{AuditAction, Revoked};

#[tokio::test]
async fn s28_twice_is_as_once() {
    let (table, account) = with_account().await;
    let record = table
        .mint(&table.record(account), Some(1), NOW)
        .await
        .unwrap();
    table.wire.calls();
    let revoke = async |now| {
        let audit = audit(AuditAction::Revoke, record.id);
        table
            .store
            .revoke_token(&record, &audit, now)
            .await
            .unwrap()
    };
    assert_eq!(revoke(NOW).await, Revoked::Now);
    assert_eq!(table.wire.operations(), ["TransactWriteItems"]);
    assert_eq!(table.token(&record.id).await.revoked_at, Some(NOW));
    assert!(table.all("SLOTS#").await.is_empty());

    let log = table.all("AUDIT#").await;
    assert_eq!(revoke(NOW.plus_seconds(9)).await, Revoked::Already);
    assert_eq!(table.token(&record.id).await.revoked_at, Some(NOW));
    assert_eq!(table.all("AUDIT#").await, log);
}

#[tokio::test]
async fn a_deleted_record_stays_deleted() {
    let (table, account) = with_account().await;
    let record = table
        .mint(&table.record(account), Some(1), NOW)
        .await
        .unwrap();
    table.delete(&table.all("TOKEN#").await[0]).await;
    let log = table.all("AUDIT#").await;
    assert_eq!(
        table
            .store
            .revoke_token(&record, &audit(AuditAction::Revoke, record.id), NOW)
            .await
            .unwrap(),
        Revoked::Already
    );
    table
        .store
        .cut_off(&record.id, NOW, &audit(AuditAction::Revoke, record.id), NOW)
        .await
        .unwrap();
    assert!(table.all("TOKEN#").await.is_empty());
    assert_eq!(table.all("AUDIT#").await, log);
}

#[tokio::test]
async fn a_slot_the_table_has_deleted_is_no_obstacle() {
    let (table, account) = with_account().await;
    let record = table
        .mint(&table.record(account), Some(1), NOW)
        .await
        .unwrap();
    table.delete(&table.all("SLOTS#").await[0]).await;
    assert_eq!(
        table
            .store
            .revoke_token(&record, &audit(AuditAction::Revoke, record.id), NOW)
            .await
            .unwrap(),
        Revoked::Now
    );
}

#[tokio::test]
async fn a_jwt_is_revoked_until_it_expires() {
    let (table, account) = with_account().await;
    let jti = JwtId::generate(&table.random).unwrap();
    let revoke = async |now| {
        let audit = audit(AuditAction::Revoke, jti);
        let until = in_seconds(905);
        table
            .store
            .revoke_jwt(&Tenant::first_of(account), jti, until, &audit, now)
            .await
            .unwrap();
    };
    revoke(NOW).await;
    let rows = table.all("JWT#").await;
    assert_eq!(
        rows[0]["pk"].as_s().unwrap(),
        &format!("JWT#{account}#default/live#{jti}")
    );
    assert_eq!(
        rows[0]["ttl"].as_n().unwrap(),
        &in_seconds(905).0.to_string()
    );
    revoke(NOW.plus_seconds(9)).await;
    assert_eq!(table.all("JWT#").await, rows);
}

#[tokio::test]
async fn a_cut_off_moves_forward_only_and_not_into_the_future() {
    let (table, account) = with_account().await;
    let record = table.minted(account, NOW).await;
    let now = NOW.plus_seconds(100);
    for (before, expected) in [
        (10, 10),
        (9, 10),
        (10, 10),
        (11, 11),
        (1_000, 100),
        (50, 100),
    ] {
        let audit = audit(AuditAction::Revoke, record.id);
        let before = NOW.plus_seconds(before);
        table
            .store
            .cut_off(&record.id, before, &audit, now)
            .await
            .unwrap();
        let read = table.token(&record.id).await;
        assert_eq!(read.cut_off, Some(NOW.plus_seconds(expected)));
    }
    assert_ne!(table.token(&record.id).await.cut_off, Some(UnixMillis(0)));
}
