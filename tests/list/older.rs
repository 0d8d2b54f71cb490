//! Tokens of a version that had no such lists: what they show before, while and after `maintain` lists
//! them.

use crate::list::{all, ids, page};
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_maintain::{MaintainError, MaintainReply, WORK_FOR, maintain};
use hallpass_tests::{Hallpass, Item, text};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

const HOUR: u64 = 3_600;

async fn run_after(hallpass: &Hallpass, seconds: u64) -> Result<MaintainReply, MaintainError> {
    hallpass.clock.advance(Duration::from_secs(seconds));
    maintain(&hallpass.platform, WORK_FOR).await
}

/// The entries of the lists.
async fn entries(hallpass: &Hallpass) -> Vec<Item> {
    let mut rows = hallpass.items_of("LIST#").await;
    rows.retain(|row| row["sk"].as_s().unwrap().contains("#tok_"));
    rows.sort_by_key(|row| row["pk"].as_s().unwrap().clone() + row["sk"].as_s().unwrap());
    rows
}

/// Leaves the table as the version before would have left it.
async fn as_the_version_before(hallpass: &Hallpass) {
    let mut rows = entries(hallpass).await;
    rows.extend(hallpass.items_of("UPGRADE").await);
    for row in rows {
        let delete = hallpass.dynamodb_client.delete_item();
        let delete = delete
            .table_name(&hallpass.table)
            .key("pk", row["pk"].clone())
            .key("sk", row["sk"].clone());
        delete.send().await.unwrap();
    }
    for mut row in hallpass.items_of("ACCOUNT#").await {
        row.remove("tokens_listed");
        put(hallpass, row).await;
    }
}

async fn put(hallpass: &Hallpass, row: Item) {
    let put = hallpass.dynamodb_client.put_item();
    let put = put.table_name(&hallpass.table).set_item(Some(row));
    put.send().await.unwrap();
}

/// An account with 160 API keys, some of them of a service account, two secret tokens of which one is
/// revoked, and its manager's; its id and that of the last of the secret tokens.
async fn acme(hallpass: &Hallpass, name: &str) -> (String, String) {
    let (account, _) = hallpass.account(name, json!(["asset:read"])).await;
    let body = json!({"name": "shop", "account": account});
    let shop = hallpass
        .made(&hallpass.root, "/v1/service-accounts", body)
        .await;
    for (principal, copies) in [(&shop, 29), (&account, 129)] {
        hallpass.clock.advance(Duration::from_millis(1));
        let body = json!({
            "kind": "apikey", "name": "k", "scopes": ["asset:read"], "account": account,
            "principal": principal, "expires_in": 86_400,
        });
        let minted = hallpass.mint(body).await;
        hallpass.copies(&text(&minted, "id"), copies).await;
    }
    let secret = async || {
        hallpass.clock.advance(Duration::from_millis(1));
        let body =
            json!({"kind": "secret", "name": "s", "scopes": ["asset:read"], "account": account});
        text(&hallpass.mint(body).await, "id")
    };
    let (revoked, last) = (secret().await, secret().await);
    let revoke = hallpass.delete(&format!("/v1/tokens/{revoked}"));
    revoke
        .bearer(&hallpass.root)
        .await
        .assert("revoke", 204, "");
    (account, last)
}

/// What a list holds, and in how many pages of 50.
async fn listed(hallpass: &Hallpass, query: &str) -> (Vec<String>, usize) {
    let (found, pages) = all(hallpass, &hallpass.root, &format!("{query}&limit=50")).await;
    (ids(&found), pages)
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

#[tokio::test]
async fn tokens_of_a_version_before_are_all_in_the_list_before_and_after_they_are_listed() {
    let hallpass = Hallpass::start("default").await;
    let (account, _) = acme(&hallpass, "acme").await;
    let queries = ["", "&kind=apikey", "&kind=secret"].map(|it| format!("account={account}{it}"));
    let mut whole = Vec::new();
    for query in &queries {
        whole.push(listed(&hallpass, query).await);
    }
    let written = entries(&hallpass).await;
    as_the_version_before(&hallpass).await;

    let is_whole = async |when: &str| {
        for (query, (expected, _)) in queries.iter().zip(&whole) {
            let (found, _) = listed(&hallpass, query).await;
            assert_eq!(sorted(found), sorted(expected.clone()), "{when}: {query}");
        }
    };
    is_whole("before").await;
    let first = page(
        &hallpass,
        &hallpass.root,
        &format!("?account={account}&limit=50"),
    )
    .await;
    let walking = text(&first, "cursor");
    // Functions of the version before may still be at work.
    for seconds in [0, HOUR - 1] {
        let run = run_after(&hallpass, seconds).await.unwrap();
        assert!(run.tokens_unlisted);
        assert!(entries(&hallpass).await.is_empty());
    }
    // A page at a time, as a run whose time is up does it.
    let id = account.parse().unwrap();
    let store = &hallpass.platform.store;
    assert!(!store.list_tokens_of(&id, Instant::now()).await.unwrap());
    is_whole("while").await;
    let run = run_after(&hallpass, 1).await.unwrap();
    assert_eq!((run.tokens_unlisted, run.failed), (false, 0));

    // The entries are what mints and revocations write.
    let mut again = entries(&hallpass).await;
    for (row, written) in again.iter_mut().zip(&written) {
        if let Some(revoked_at) = written.get("revoked_at") {
            row.insert("revoked_at".to_owned(), revoked_at.clone());
        }
    }
    assert_eq!(again, written);
    for (query, expected) in queries.iter().zip(&whole) {
        assert_eq!(listed(&hallpass, query).await, *expected, "{query}");
    }
    // A walk that had begun comes to its end.
    let rest = format!("account={account}&cursor={walking}");
    let mut walked = ids(first["tokens"].as_array().unwrap());
    let mut cursor = rest;
    loop {
        let body = page(&hallpass, &hallpass.root, &format!("?limit=50&{cursor}")).await;
        walked.extend(ids(body["tokens"].as_array().unwrap()));
        match body["cursor"].as_str() {
            Some(next) => cursor = format!("account={account}&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(sorted(walked), sorted(whole[0].0.clone()));
    // And that is that.
    hallpass.dynamodb.reset();
    assert!(!run_after(&hallpass, 60).await.unwrap().tokens_unlisted);
    assert_eq!(hallpass.dynamodb.count("TransactWriteItems"), 0);
}

/// What is made, changed and revoked meanwhile is seen to: in an environment that is half way.
#[tokio::test]
async fn tokens_that_change_while_they_are_listed_are_listed_as_they_are() {
    let hallpass = Hallpass::start("default").await;
    let (account, secret) = acme(&hallpass, "acme").await;
    as_the_version_before(&hallpass).await;
    run_after(&hallpass, 0).await.unwrap();
    let store = &hallpass.platform.store;
    let id = account.parse().unwrap();
    assert!(!store.list_tokens_of(&id, Instant::now()).await.unwrap());
    hallpass.clock.advance(Duration::from_millis(1));
    let new =
        json!({"kind": "secret", "name": "new", "scopes": ["asset:read"], "account": account});
    let new = text(&hallpass.mint(new).await, "id");
    let (keys, _) = listed(&hallpass, &format!("account={account}&kind=apikey")).await;
    let mut ended: Vec<&String> = keys.iter().step_by(40).collect();
    ended.push(&secret);
    for id in ended.iter().copied() {
        let revoke = hallpass.delete(&format!("/v1/tokens/{id}"));
        revoke.bearer(&hallpass.root).await.assert(id, 204, "");
    }
    run_after(&hallpass, HOUR).await.unwrap();
    let (found, _) = listed(&hallpass, &format!("account={account}&kind=secret")).await;
    assert_eq!((found.len(), &found[0], &found[1]), (3, &new, &secret));
    // Their entries go when they do.
    for id in ended {
        let mut rows = hallpass.items().await;
        rows.retain(|row| row.get("id") == Some(&AttributeValue::S(id.clone())));
        let record = rows
            .iter()
            .find(|row| row["sk"].as_s().unwrap() == "RECORD");
        let ttl = record.unwrap()["ttl"].clone();
        assert!(rows.len() >= 7, "{id}: {}", rows.len());
        assert!(rows.iter().all(|row| row["ttl"] == ttl), "{id}: {rows:?}");
    }
}

/// What fails stops nothing else, is told, and is done by a later run.
#[tokio::test]
async fn an_account_that_cannot_be_listed_holds_up_no_other() {
    let hallpass = Hallpass::start("default").await;
    let mut accounts = Vec::new();
    for name in ["one", "two", "three"] {
        accounts.push(acme(&hallpass, name).await.0);
    }
    accounts.sort();
    as_the_version_before(&hallpass).await;
    run_after(&hallpass, 0).await.unwrap();
    let rows = hallpass.items_of(&format!("ACCOUNT#{}", accounts[1])).await;
    let of_environment = |row: &&Item| row["sk"].as_s().unwrap().starts_with("ENVIRONMENT#");
    let unreadable = rows.iter().find(of_environment).unwrap().clone();
    let mut broken = unreadable.clone();
    broken.insert("name".to_owned(), AttributeValue::Bool(true));
    put(&hallpass, broken).await;
    for _ in 0..2 {
        let failed = run_after(&hallpass, HOUR).await.unwrap_err();
        assert!(
            matches!(failed, MaintainError::Left { failed: 1 }),
            "{failed}"
        );
    }
    put(&hallpass, unreadable).await;
    let newest_first = async |account: &str| {
        let (found, pages) = listed(&hallpass, &format!("account={account}")).await;
        assert_eq!(found.len(), 163, "{account}");
        pages == 4 && found != sorted(found.clone())
    };
    assert!(newest_first(&accounts[0]).await);
    assert!(!newest_first(&accounts[1]).await);
    assert!(newest_first(&accounts[2]).await);
    let run = run_after(&hallpass, 60).await.unwrap();
    assert!(!run.tokens_unlisted);
    assert!(newest_first(&accounts[1]).await);
}

/// A deployment that begins with this version has nothing to list.
#[tokio::test]
async fn a_new_deployment_lists_from_the_start() {
    let hallpass = Hallpass::start("default").await;
    hallpass.dynamodb.reset();
    let run = run_after(&hallpass, 0).await.unwrap();
    assert!(!run.tokens_unlisted);
    assert_eq!(hallpass.dynamodb.count("TransactWriteItems"), 0);
    let body = page(&hallpass, &hallpass.root, "").await;
    assert_eq!(body["tokens"].as_array().map(Vec::len), Some(1));
    assert_eq!(body["cursor"], Value::Null);
}
