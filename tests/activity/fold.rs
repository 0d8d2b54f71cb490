//! Folding: what instances gathered becomes pages of one environment each, once, whatever breaks off.

use crate::activity::{START, TODAY, present, read, usage, use_of};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_maintain::{MaintainError, WORK_FOR, maintain};
use hallpass_tests::proxy::{Fault, Rule};
use hallpass_tests::{Hallpass, Item, Log, text};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

async fn put(hallpass: &Hallpass, item: Item) {
    let put = hallpass
        .dynamodb_client
        .put_item()
        .table_name(&hallpass.table);
    put.set_item(Some(item)).send().await.unwrap();
}

/// Two tokens of one account, and one of another.
async fn tokens(hallpass: &Hallpass) -> Vec<(String, String)> {
    let (account, _) = hallpass.account("acme", json!(["asset:read"])).await;
    let there = json!({"scopes": ["asset:read"], "account": account});
    vec![
        hallpass.secret_with(json!({})).await,
        hallpass.secret_with(json!({})).await,
        hallpass.secret_with(there).await,
    ]
}

/// How often a token was used, by the pages of all environments.
async fn counted(hallpass: &Hallpass, id: &str) -> u64 {
    let store = &hallpass.platform.store;
    let token = id.parse().unwrap();
    let record = store.token(&token).await.unwrap().unwrap();
    let path = format!(
        "/v1/usage?account={}&token={id}&group_by=token",
        record.account
    );
    let found = read(hallpass, &hallpass.root, &path).await;
    found["usage"][0]["count"].as_u64().unwrap_or_default()
}

/// Every call of a fold breaks off once: before it is done, and after it.
#[tokio::test]
async fn a_fold_that_breaks_off_anywhere_loses_nothing_and_counts_nothing_twice() {
    let hallpass = Hallpass::start("default").await;
    let tokens = tokens(&hallpass).await;
    hallpass.fold_use().await;
    let mut uses = 0;
    for fault in [Fault::Reset, Fault::LoseReply] {
        let mut broken_off = 0;
        for after in 0.. {
            for (_, token) in &tokens {
                present(&hallpass, token).await;
            }
            uses += 1;
            hallpass.platform.flush().await;
            for (id, _) in &tokens {
                assert_eq!(counted(&hallpass, id).await, uses - 1, "{fault:?} {after}");
            }
            hallpass.platform.flush().await;
            hallpass
                .dynamodb
                .inject(Rule::from(fault.clone()).after(after));
            let deadline = Instant::now() + Duration::from_mins(1);
            let (store, now) = (&hallpass.platform.store, hallpass.platform.now());
            let folded = store.fold_uses(now, 0, deadline).await;
            hallpass.dynamodb.heal();
            let whole = folded.is_ok();
            hallpass.fold_use().await;
            for (id, _) in &tokens {
                assert_eq!(counted(&hallpass, id).await, uses, "{fault:?} {after}");
            }
            assert!(hallpass.items_of("USES#").await.is_empty());
            if whole {
                break;
            }
            broken_off += 1;
        }
        // Queries of 16 partitions at least, the plan, two environments, three last uses.
        assert!(broken_off > 25, "{fault:?}: {broken_off}");
    }
}

#[tokio::test]
async fn folds_at_once_count_once() {
    let mut hallpass = Hallpass::start("default").await;
    let tokens = tokens(&hallpass).await;
    let mut uses = 0;
    for _ in 0..5 {
        for _ in 0..3 {
            for (_, token) in &tokens {
                present(&hallpass, token).await;
            }
            uses += 1;
            hallpass.platform.flush().await;
            hallpass.another_instance();
        }
        let (one, other, third) = tokio::join!(
            hallpass.fold_use(),
            hallpass.fold_use(),
            hallpass.fold_use()
        );
        assert!(one.uses + other.uses + third.uses >= 9);
        for (id, _) in &tokens {
            assert_eq!(counted(&hallpass, id).await, uses);
        }
    }
}

/// One item has the use of two accounts. No reader of either sees it, nor the other's page.
#[tokio::test]
async fn s29_what_is_gathered_together_is_read_apart() {
    let hallpass = Hallpass::start("default").await;
    let (one, reader) = hallpass.account("one", json!(["activity:read"])).await;
    let (other, stranger) = hallpass.account("other", json!(["activity:read"])).await;
    hallpass.fold_use().await;
    present(&hallpass, &reader).await;
    present(&hallpass, &stranger).await;
    hallpass.platform.flush().await;
    assert_eq!(hallpass.items_of("USES#").await.len(), 1);
    hallpass.fold_use().await;
    for (caller, own) in [(&reader, &one), (&stranger, &other)] {
        hallpass.dynamodb.reset();
        let found = read(&hallpass, caller, "/v1/usage").await;
        let rows = found["usage"].as_array().unwrap();
        assert_eq!(rows.len(), 1, "{found}");
        assert_eq!(rows[0]["principal"], own.as_str());
        let calls = hallpass.dynamodb.calls();
        let queries = calls.iter().filter(|call| call.operation == "Query");
        let partitions: Vec<&Value> = queries
            .map(|call| &call.body["ExpressionAttributeValues"][":pk"]["S"])
            .collect();
        assert_eq!(partitions, [&json!(format!("USAGE#{own}#default/live"))]);
    }
}

/// As it would be by damage, or written by a later version.
#[tokio::test]
async fn what_is_unreadable_is_set_aside_and_holds_nothing_up() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    hallpass.fold_use().await;
    present(&hallpass, &token).await;
    hallpass.platform.flush().await;
    let mut item = hallpass.items_of("USES#").await.remove(0);
    present(&hallpass, &token).await;
    hallpass.platform.flush().await;
    item.insert("packed".into(), AttributeValue::B(Blob::new([9, 9])));
    put(&hallpass, item).await;
    let log = Log::keep();
    let failed = maintain(&hallpass.platform, WORK_FOR).await.unwrap_err();
    assert!(
        matches!(failed, MaintainError::Left { failed: 1 }),
        "{failed}"
    );
    assert!(log.text().contains("set aside"), "{}", log.text());
    drop(log);
    assert_eq!(hallpass.items_of("USES#").await.len(), 1);
    assert_eq!(hallpass.items_of("USES#ASIDE").await.len(), 1);
    assert_eq!(counted(&hallpass, &id).await, 1);
    let run = maintain(&hallpass.platform, WORK_FOR).await.unwrap();
    assert_eq!(run.failed, 0);
}

#[tokio::test]
async fn an_unreadable_page_is_left_out_and_holds_nothing_up() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    present(&hallpass, &token).await;
    assert_eq!(use_of(&hallpass, &id).await["count"], 1);
    let mut page = hallpass.items_of("USAGE#").await.remove(0);
    page.insert("packed".into(), AttributeValue::B(Blob::new([1, 0])));
    put(&hallpass, page).await;
    for count in 1..3 {
        present(&hallpass, &token).await;
        assert_eq!(use_of(&hallpass, &id).await["count"], count);
    }
    assert_eq!(hallpass.items_of("USAGE#").await.len(), 2);
}

/// Little use of many tokens waits for more, an hour at most. Much of them is folded at once.
#[tokio::test]
async fn little_use_of_many_tokens_waits_an_hour_at_most() {
    let hallpass = Hallpass::start("default").await;
    let mut tokens = Vec::new();
    for _ in 0..20 {
        tokens.push(hallpass.secret_with(json!({})).await.1);
    }
    hallpass.fold_use().await;
    let run = async || maintain(&hallpass.platform, WORK_FOR).await.unwrap();
    for token in &tokens {
        present(&hallpass, token).await;
    }
    hallpass.platform.flush().await;
    hallpass.clock.advance(Duration::from_secs(3_599));
    let early = run().await;
    assert_eq!((early.folded_uses, early.oldest_use_seconds), (0, 3_599));
    let metrics: Value =
        serde_json::from_str(&early.metrics("test", hallpass.platform.now())).unwrap();
    assert_eq!(metrics["OldestUseSeconds"], 3_599);
    hallpass.clock.advance(Duration::from_secs(1));
    let due = run().await;
    assert_eq!((due.folded_uses, due.oldest_use_seconds), (20, 0));
    for _ in 0..4 {
        for token in &tokens {
            present(&hallpass, token).await;
        }
    }
    hallpass.platform.flush().await;
    assert_eq!(run().await.folded_uses, 80);
}

/// Rows of earlier versions: one a day, token and principal.
#[tokio::test]
async fn use_that_an_earlier_version_wrote_is_still_told() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    let (account, count) = (hallpass.operator.clone(), 7_u64);
    let of = |text: &str| AttributeValue::S(text.to_owned());
    let number = |number: u64| AttributeValue::N(number.to_string());
    let earlier = [
        ("pk", of(&format!("USAGE#{account}#default/live"))),
        ("sk", of(&format!("{TODAY}#{id}#{account}"))),
        ("day", of(TODAY)),
        ("token", of(&id)),
        ("principal", of(&account)),
        ("count", number(count)),
        ("last_used_at", number((START - 60) * 1_000)),
        ("ttl", number(START + 400 * 86_400)),
    ];
    put(
        &hallpass,
        earlier.map(|(name, value)| (name.to_owned(), value)).into(),
    )
    .await;
    assert_eq!(use_of(&hallpass, &id).await["count"], 7);
    present(&hallpass, &token).await;
    let row = use_of(&hallpass, &id).await;
    assert_eq!(
        (&row["count"], &row["last_used_at"]),
        (&json!(8), &json!(START))
    );
    let by = usage(&hallpass, &format!("token={id}&group_by=route")).await;
    assert_eq!(by[0].get("route"), None);
    assert_eq!(text(&by[1], "route"), "GET /v1/tokens/self");
}
