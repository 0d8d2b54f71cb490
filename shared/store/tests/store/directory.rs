//! Accounts and environments.

use crate::support::{NOW, audit, live, table, with_account};
use hallpass_core::AccountId;
use hallpass_store::{AuditAction, CreateError, EnvironmentRow, Idempotency};

#[tokio::test]
async fn a_name_is_given_once() {
    let table = table().await;
    let create = async |name: &str| {
        let account = table.account(name);
        let audit = audit(AuditAction::CreateAccount, account.id);
        let created = table
            .store
            .create_account(&account, None, &audit, NOW)
            .await;
        created.map(|()| account)
    };
    let (one, two) = tokio::join!(create("acme"), create("ACME"));
    let (made, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    assert!(matches!(lost, Err(CreateError::NameTaken)), "{lost:?}");
    let made = made.unwrap();
    assert_eq!(
        table.store.account(&made.id).await.unwrap(),
        Some(made.clone())
    );
    let environments = table.environments(&made.id).await;
    assert_eq!(environments.len(), 1);
    assert_eq!(environments[0].name, live());
    assert_eq!(table.all("ACCOUNT#").await.len(), 2);
    assert_eq!(table.all("AUDIT#").await.len(), 1);
}

#[tokio::test]
async fn s26_the_same_key_makes_one_account() {
    let table = table().await;
    let create = async |name: &str, body: &[u8]| {
        let account = table.account(name);
        let key = Idempotency::new("tok_caller", "POST /v1/accounts", "key", body);
        let audit = audit(AuditAction::CreateAccount, account.id);
        let created = table
            .store
            .create_account(&account, Some(&key), &audit, NOW)
            .await;
        created.map(|()| account.id)
    };
    let made = create("acme", b"acme").await.unwrap();
    let again = create("acme", b"acme").await;
    assert!(matches!(again, Err(CreateError::Already(id)) if id == made.to_string()));
    let reused = create("other", b"other").await;
    assert!(matches!(reused, Err(CreateError::KeyReused)), "{reused:?}");
}

#[tokio::test]
async fn accounts_are_listed_in_pages() {
    let table = table().await;
    let mut ids = Vec::new();
    for n in 0..5 {
        let account = table.account(&format!("account{n}"));
        let audit = audit(AuditAction::CreateAccount, account.id);
        table
            .store
            .create_account(&account, None, &audit, NOW)
            .await
            .unwrap();
        ids.push(account.id);
    }
    ids.sort();
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = table.store.accounts(2, cursor).await.unwrap();
        assert!(page.items.len() <= 2);
        seen.extend(page.items.into_iter().map(|account| account.id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, ids);
    assert_eq!(
        table.store.accounts(100, None).await.unwrap().items.len(),
        5
    );
}

#[tokio::test]
async fn an_environment_is_made_once_in_an_account_that_exists() {
    let (table, account) = with_account().await;
    let create = async |account: AccountId, key: Option<&Idempotency>| {
        let row = EnvironmentRow {
            account,
            name: "app/dev".parse().unwrap(),
            created_at: NOW,
            closed_at: None,
        };
        let audit = audit(AuditAction::CreateEnvironment, &row.name);
        table.store.create_environment(&row, key, &audit, NOW).await
    };
    let key = Idempotency::new("tok_caller", "route", "key", b"body");
    create(account, Some(&key)).await.unwrap();
    let again = create(account, Some(&key)).await;
    assert!(matches!(again, Err(CreateError::Already(name)) if name == "app/dev"));
    let exists = create(account, None).await;
    assert!(matches!(exists, Err(CreateError::Exists)), "{exists:?}");
    let nobody = AccountId::generate(&table.random).unwrap();
    let refused = create(nobody, None).await;
    assert!(
        matches!(refused, Err(CreateError::NoAccount)),
        "{refused:?}"
    );
    assert!(table.environments(&nobody).await.is_empty());
    let names: Vec<_> = table.environments(&account).await;
    let names: Vec<_> = names.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["app/dev", "default/live"]);
}
