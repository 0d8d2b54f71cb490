//! The operator account: one, whose management token can be replaced, by one at a time.

use crate::support::{NOW, Table, audit, table};
use hallpass_core::{NewToken, TokenRecord};
use hallpass_store::{AccountRow, AuditAction, BootstrapError, RecoverError};

fn operator(table: &Table) -> (AccountRow, NewToken) {
    let account = table.account("platform");
    let token = TokenRecord {
        kind: "management".into(),
        expires_at: None,
        ..table.record(account.id)
    };
    let account = AccountRow {
        operator: true,
        root_token: Some(token.id),
        ..account
    };
    (account, NewToken::unchecked(token, None))
}

async fn bootstrapped() -> (Table, AccountRow) {
    let table = table().await;
    let (account, token) = operator(&table);
    table
        .store
        .bootstrap(&account, &token, &audit(AuditAction::Bootstrap, account.id))
        .await
        .unwrap();
    (table, account)
}

#[tokio::test]
async fn there_is_one_operator() {
    let table = table().await;
    assert_eq!(table.store.operator().await.unwrap(), None);
    let bootstrap = async || {
        let (account, token) = operator(&table);
        let audit = audit(AuditAction::Bootstrap, account.id);
        let made = table.store.bootstrap(&account, &token, &audit).await;
        made.map(|()| account)
    };
    let (one, two) = tokio::join!(bootstrap(), bootstrap());
    let (made, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    let made = made.unwrap();
    assert!(
        matches!(lost, Err(BootstrapError::Exists(id)) if id == made.id),
        "{lost:?}"
    );
    assert_eq!(table.store.operator().await.unwrap(), Some(made.clone()));
    assert_eq!(table.all("TOKEN#").await.len(), 1);
    table.token(&made.root_token.unwrap()).await;
    let listed = table.store.accounts(10, None).await.unwrap();
    assert_eq!(listed.items, [made]);
}

#[tokio::test]
async fn a_taken_name_is_told_apart() {
    let table = table().await;
    let other = table.account("platform");
    table
        .store
        .create_account(
            &other,
            None,
            &audit(AuditAction::CreateAccount, other.id),
            NOW,
        )
        .await
        .unwrap();
    let (account, token) = operator(&table);
    let refused = table
        .store
        .bootstrap(&account, &token, &audit(AuditAction::Bootstrap, account.id))
        .await;
    assert!(
        matches!(refused, Err(BootstrapError::NameTaken)),
        "{refused:?}"
    );
    assert_eq!(table.store.operator().await.unwrap(), None);
}

#[tokio::test]
async fn of_two_recoveries_at_once_one_switches() {
    let (table, account) = bootstrapped().await;
    let recover = async || {
        let (_, token) = operator(&table);
        let token = TokenRecord {
            account: account.id,
            ..token.record().clone()
        };
        let token = NewToken::unchecked(token, None);
        let audit = audit(AuditAction::Recover, token.record().id);
        let recovered = table.store.recover(&account, &token, &audit, NOW).await;
        recovered.map(|()| token.record().id)
    };
    let (one, two) = tokio::join!(recover(), recover());
    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    assert!(matches!(lost, Err(RecoverError::Changed)), "{lost:?}");
    let won = won.unwrap();
    let now = table.store.operator().await.unwrap().unwrap();
    assert_eq!(now.root_token, Some(won));
    assert_eq!(table.token(&won).await.revoked_at, None);
    assert_eq!(
        table.token(&account.root_token.unwrap()).await.revoked_at,
        Some(NOW)
    );
    assert_eq!(table.all("TOKEN#").await.len(), 2);
}

#[tokio::test]
async fn a_root_token_revoked_or_deleted_can_be_replaced() {
    for deleted in [false, true] {
        let (table, account) = bootstrapped().await;
        let old = table.token(&account.root_token.unwrap()).await;
        if deleted {
            table.delete(&table.all("TOKEN#").await[0]).await;
        } else {
            table
                .store
                .revoke_token(&old, &audit(AuditAction::Revoke, old.id), NOW)
                .await
                .unwrap();
        }
        let (_, token) = operator(&table);
        let later = NOW.plus_seconds(9);
        table
            .store
            .recover(
                &account,
                &token,
                &audit(AuditAction::Recover, token.record().id),
                later,
            )
            .await
            .unwrap();
        let read = table.store.token(&old.id).await.unwrap();
        let revoked_at = read.map(|read| read.revoked_at);
        assert_eq!(revoked_at, (!deleted).then_some(Some(NOW)));
    }
}
