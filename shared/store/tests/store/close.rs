//! Closing: nothing is missed, nothing more is minted, and it can stop and go on.

use crate::support::{NOW, Table, audit, with_account};
use hallpass_core::{AccountId, EnvironmentName, Tenant, TokenRecord, UnixMillis};
use hallpass_store::{
    AuditAction, Closed, Closing, CreateError, EnvironmentRow, MintError, StoreError,
};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

async fn close(table: &Table, closing: &Closing, before: Option<UnixMillis>) -> Option<Closed> {
    let deadline = Instant::now().checked_add(Duration::from_mins(1)).unwrap();
    let audit = audit(AuditAction::Close, "all of it");
    table
        .store
        .close(closing, before, &audit, NOW.plus_seconds(60), deadline)
        .await
        .unwrap()
}

/// One page, or the end.
async fn step(table: &Table, closing: &Closing, before: Option<UnixMillis>) -> Option<Closed> {
    let audit = audit(AuditAction::Close, "all of it");
    table
        .store
        .close(
            closing,
            before,
            &audit,
            NOW.plus_seconds(60),
            Instant::now(),
        )
        .await
        .unwrap()
}

fn whole(account: AccountId) -> Closing {
    Closing::Environment(Tenant::first_of(account))
}

async fn add_environment(
    table: &Table,
    account: AccountId,
    name: &str,
) -> Result<EnvironmentName, CreateError> {
    let row = EnvironmentRow {
        account,
        name: name.parse().unwrap(),
        created_at: NOW,
        closed_at: None,
    };
    let audit = audit(AuditAction::CreateEnvironment, name);
    let created = table
        .store
        .create_environment(&row, None, &audit, NOW)
        .await;
    created.map(|()| row.name)
}

#[tokio::test]
async fn s54_every_token_ends_and_its_place_is_free() {
    let (table, account) = with_account().await;
    let one = table
        .mint(&table.record(account), Some(5), NOW)
        .await
        .unwrap();
    let two = table.minted(account, NOW.plus_seconds(1)).await;
    let finished = close(&table, &whole(account), None).await;
    assert_eq!(finished, Some(Closed::Finished));
    for id in [one.id, two.id] {
        assert_eq!(
            table.token(&id).await.revoked_at,
            Some(NOW.plus_seconds(60))
        );
    }
    assert!(table.all("SLOTS#").await.is_empty());
    let row = table
        .store
        .environment(&Tenant::first_of(account))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.closed_at, Some(NOW.plus_seconds(60)));
    let log = table.all("AUDIT#").await;
    assert_eq!(
        log.iter()
            .filter(|row| row["action"].as_s().unwrap() == "close")
            .count(),
        1
    );

    table.wire.calls();
    assert_eq!(
        close(&table, &whole(account), None).await,
        Some(Closed::Finished)
    );
    let calls = table.wire.operations();
    assert_eq!(
        calls,
        ["TransactWriteItems", "GetItem"],
        "a finished one does little"
    );
    assert_eq!(table.all("AUDIT#").await, log);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s54_no_token_minted_at_the_same_moment_is_missed() {
    for before in [None, Some(NOW)] {
        let (table, account) = with_account().await;
        let table = Arc::new(table);
        let mut mints = JoinSet::new();
        for _ in 0..40 {
            let table = Arc::clone(&table);
            mints.spawn(async move { table.mint(&table.record(account), None, NOW).await });
        }
        mints.join_next().await.unwrap().unwrap().unwrap();
        let finished = close(&table, &whole(account), before).await;
        assert_eq!(finished, Some(Closed::Finished));
        mints.join_all().await;
        for row in table.all("TOKEN#").await {
            assert!(row.contains_key("revoked_at"), "{row:?}");
        }
    }
}

#[tokio::test]
async fn s54_it_goes_on_where_it_stopped() {
    let (table, account) = with_account().await;
    let mut ids = Vec::new();
    for _ in 0..210 {
        ids.push(table.minted(account, NOW).await.id);
    }
    let mut pages = HashMap::new();
    for expected in [Closed::Unfinished, Closed::Unfinished, Closed::Finished] {
        table.wire.calls();
        assert_eq!(step(&table, &whole(account), None).await, Some(expected));
        for call in table.wire.operations() {
            *pages.entry(call).or_insert(0) += 1;
        }
        let refused = table.mint(&table.record(account), None, NOW).await;
        assert!(matches!(refused, Err(MintError::Closed)), "{refused:?}");
    }
    assert_eq!(pages["Query"], 1 + 3, "the shared models, once");
    assert_eq!(
        pages["TransactWriteItems"],
        3 + 210 + 3,
        "nothing is revoked twice"
    );
    for id in ids {
        assert!(table.token(&id).await.revoked_at.is_some());
    }
}

#[tokio::test]
async fn s54_an_account_ends_with_all_its_environments() {
    let (table, account) = with_account().await;
    let (other, elsewhere) = {
        let other = table.account("other");
        table
            .store
            .create_account(
                &other,
                None,
                &audit(AuditAction::CreateAccount, "other"),
                NOW,
            )
            .await
            .unwrap();
        (other.id, table.minted(other.id, NOW).await)
    };
    let mut ids = vec![table.minted(account, NOW).await.id];
    for name in ["app/a", "app/b"] {
        let record = TokenRecord {
            environment: add_environment(&table, account, name).await.unwrap(),
            ..table.record(account)
        };
        ids.push(table.mint(&record, None, NOW).await.unwrap().id);
    }
    let mut steps = 0;
    while step(&table, &Closing::Account(account), None).await != Some(Closed::Finished) {
        steps += 1;
    }
    assert_eq!(steps, 2, "one environment a step, when there is no time");
    for id in ids {
        assert!(table.token(&id).await.revoked_at.is_some());
    }
    let environments = table.environments(&account).await;
    assert_eq!(environments.len(), 3);
    assert!(
        environments
            .iter()
            .all(|row| row.closed_at == Some(NOW.plus_seconds(60)))
    );
    let account_row = table.store.account(&account).await.unwrap().unwrap();
    assert_eq!(account_row.closed_at, Some(NOW.plus_seconds(60)));
    let refused = add_environment(&table, account, "app/c").await;
    assert!(matches!(refused, Err(CreateError::Closed)), "{refused:?}");
    assert_eq!(table.token(&elsewhere.id).await.revoked_at, None);
    assert_eq!(
        table
            .store
            .account(&other)
            .await
            .unwrap()
            .unwrap()
            .closed_at,
        None
    );

    table.wire.calls();
    let again = close(&table, &Closing::Account(account), None).await;
    assert_eq!(again, Some(Closed::Finished));
    assert_eq!(table.wire.operations(), ["TransactWriteItems", "GetItem"]);
}

#[tokio::test]
async fn before_a_moment_ends_what_is_older_and_closes_nothing() {
    let moment = NOW.plus_seconds(10);
    for whole_account in [false, true] {
        let (table, account) = with_account().await;
        let closing = if whole_account {
            Closing::Account(account)
        } else {
            whole(account)
        };
        let old = table
            .mint(&table.record(account), Some(5), NOW)
            .await
            .unwrap();
        let at = table.minted(account, moment).await;
        let new = table
            .minted(account, UnixMillis(moment.0.saturating_add(1)))
            .await;
        assert_eq!(
            close(&table, &closing, Some(moment)).await,
            Some(Closed::Finished)
        );
        for id in [old.id, at.id] {
            assert!(table.token(&id).await.revoked_at.is_some());
        }
        let new = table.token(&new.id).await;
        assert_eq!((new.revoked_at, new.cut_off), (None, Some(moment)));
        assert!(table.all("SLOTS#").await.is_empty());
        let environment = table
            .store
            .environment(&Tenant::first_of(account))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(environment.closed_at, None);

        // A mint that began before the moment and comes after the sweep would be missed by it.
        let late = table.mint(&table.record(account), None, NOW).await;
        assert!(
            matches!(late, Err(MintError::Store(StoreError::Outage { .. }))),
            "{late:?}"
        );
        table.minted(account, NOW.plus_seconds(11)).await;

        // An earlier moment is behind; a later one, or closing, goes further.
        table.wire.calls();
        assert_eq!(
            close(&table, &closing, Some(NOW)).await,
            Some(Closed::Finished)
        );
        assert!(!table.wire.operations().contains(&"Query".to_owned()));
        let later = NOW.plus_seconds(10_000);
        assert_eq!(
            close(&table, &closing, Some(later)).await,
            Some(Closed::Finished)
        );
        assert!(table.token(&new.id).await.revoked_at.is_some());
        let row = table.minted(account, NOW.plus_seconds(61)).await;
        assert_eq!(close(&table, &closing, None).await, Some(Closed::Finished));
        assert!(table.token(&row.id).await.revoked_at.is_some());
        let closed = table
            .mint(&table.record(account), None, NOW.plus_seconds(70))
            .await;
        assert!(matches!(closed, Err(MintError::Closed)), "{closed:?}");
    }
}

#[tokio::test]
async fn an_older_moment_does_not_end_a_closing_early() {
    let (table, account) = with_account().await;
    for _ in 0..110 {
        table.minted(account, NOW.plus_seconds(50)).await;
    }
    let account = Closing::Account(account);
    assert_eq!(step(&table, &account, None).await, Some(Closed::Unfinished));
    assert_eq!(
        close(&table, &account, Some(NOW)).await,
        Some(Closed::Finished)
    );
    for row in table.all("TOKEN#").await {
        assert!(row.contains_key("revoked_at"), "{row:?}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_made() {
    let (table, account) = with_account().await;
    let nobody = AccountId::generate(&table.random).unwrap();
    let nowhere = Closing::Environment(Tenant {
        account,
        environment: "app/none".parse().unwrap(),
    });
    for closing in [Closing::Account(nobody), whole(nobody), nowhere] {
        for before in [None, Some(NOW)] {
            assert_eq!(close(&table, &closing, before).await, None);
        }
    }
    assert!(table.store.account(&nobody).await.unwrap().is_none());
    assert_eq!(table.environments(&account).await.len(), 1);
}
