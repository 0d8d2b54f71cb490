//! When use is written down: beside a request once a minute, at the end, and never waited for.

use crate::activity::{START, present, use_of};
use hallpass_http::finish;
use hallpass_tests::Hallpass;
use hallpass_tests::proxy::Fault;
use serde_json::json;
use std::time::Duration;

/// From now on requests are answered as on Lambda, where what was gathered is written down beside
/// them.
fn as_on_lambda(hallpass: &mut Hallpass) {
    let platform = hallpass.platform.clone().flushing_during_requests();
    hallpass.router = finish(hallpass_local::routes(&hallpass.signer), &platform);
}

#[tokio::test]
async fn use_is_written_down_beside_the_first_request_after_a_minute_and_not_before() {
    let mut hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    as_on_lambda(&mut hallpass);
    hallpass.dynamodb.reset();
    present(&hallpass, &token).await;
    hallpass.clock.advance(Duration::from_millis(59_999));
    present(&hallpass, &token).await;
    assert_eq!(hallpass.dynamodb.operations(), ["BatchGetItem"; 2]);
    assert!(hallpass.items_of("USAGE#").await.is_empty());
    hallpass.clock.advance(Duration::from_millis(1));
    present(&hallpass, &token).await;
    // The token's and the root token's, which minted it: each in three lists, and its last use.
    hallpass.dynamodb.arrived("UpdateItem", 8).await;
    // Asking for more waits for what is on its way.
    let row = use_of(&hallpass, &id).await;
    assert_eq!(row["count"], 3);
    assert_eq!(row["last_used_at"], START + 60);
}

#[tokio::test]
async fn no_answer_waits_for_a_write() {
    let mut hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    as_on_lambda(&mut hallpass);
    present(&hallpass, &token).await;
    hallpass.dynamodb.inject(Fault::Stall.on("UpdateItem"));
    hallpass.clock.advance(Duration::from_secs(61));
    // Answered while no write is: the writes stall until the table is healed.
    for _ in 0..5 {
        present(&hallpass, &token).await;
        assert_eq!(hallpass.code(&token).await, "active");
    }
    hallpass.dynamodb.arrived("UpdateItem", 1).await;
    hallpass.dynamodb.heal();
    assert_eq!(use_of(&hallpass, &id).await["count"], 11);
}

#[tokio::test]
async fn a_table_that_fails_loses_no_count_and_slows_nothing() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    present(&hallpass, &token).await;
    for fault in [Fault::ServerError, Fault::Throttle, Fault::Reset] {
        hallpass.dynamodb.inject(fault.on("UpdateItem"));
        hallpass.platform.flush_use().await;
        present(&hallpass, &token).await;
        hallpass.dynamodb.heal();
    }
    assert!(hallpass.items_of("USAGE#").await.is_empty());
    assert_eq!(use_of(&hallpass, &id).await["count"], 4);
    // All of its lists say the same.
    let mut counts: Vec<String> = Vec::new();
    for item in hallpass.items_of("USAGE#").await {
        if item["token"].as_s().unwrap() == &id {
            counts.push(item["count"].as_n().unwrap().clone());
        }
    }
    assert_eq!(counts, ["4"; 3]);
}

#[tokio::test]
async fn a_table_that_fails_in_the_middle_counts_nothing_twice() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    present(&hallpass, &token).await;
    let refused = Fault::Refuse(400, "ValidationException").on("UpdateItem");
    hallpass.dynamodb.inject(refused.after(3));
    hallpass.platform.flush_use().await;
    hallpass.dynamodb.heal();
    assert_eq!(use_of(&hallpass, &id).await["count"], 1);
    for item in hallpass.items_of("USAGE#").await {
        if item["token"].as_s().unwrap() == &id {
            assert_eq!(item["count"].as_n().unwrap(), "1", "{item:?}");
        }
    }
}

#[tokio::test]
async fn a_busy_token_is_few_writes() {
    let hallpass = Hallpass::start("archilogic").await;
    let body = json!({"kind": "publishable", "name": "a site", "origins": ["https://a.example"]});
    let made = hallpass.mint(body).await;
    let path = format!(
        "/v1/tokens/self?pubtoken={}",
        made["token"].as_str().unwrap()
    );
    hallpass.platform.flush_use().await;
    hallpass.dynamodb.reset();
    for _ in 0..300 {
        let reply = hallpass.get(&path).origin("https://a.example").await;
        assert_eq!(reply.status, 200);
    }
    hallpass.platform.flush_use().await;
    assert_eq!(hallpass.dynamodb.count("UpdateItem"), 4);
    let id = made["id"].as_str().unwrap();
    assert_eq!(use_of(&hallpass, id).await["count"], 300);
}

/// Whoever writes last: an instance that slept on its counts does not set the clock back.
#[tokio::test]
async fn the_last_use_only_moves_forwards() {
    let mut hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    present(&hallpass, &token).await;
    let early = hallpass.platform.clone();
    hallpass.clock.advance(Duration::from_secs(10));
    hallpass.another_instance();
    present(&hallpass, &token).await;
    hallpass.platform.flush_use().await;
    early.flush_use().await;
    let row = use_of(&hallpass, &id).await;
    assert_eq!(row["count"], 2);
    assert_eq!(row["last_used_at"], START + 10);
    let store = &hallpass.platform.store;
    let last = store.last_use(&id.parse().unwrap()).await.unwrap();
    assert_eq!(last.last_used_at.unwrap().seconds().0, START + 10);
}

#[tokio::test]
async fn rows_of_use_go_after_400_days() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    present(&hallpass, &token).await;
    use_of(&hallpass, &id).await;
    let mut rows = hallpass.items_of("USAGE#").await;
    rows.extend(hallpass.items_of("USE#").await);
    // The token's and the root token's.
    assert_eq!(rows.len(), 8);
    for row in rows {
        let ttl: u64 = row["ttl"].as_n().unwrap().parse().unwrap();
        assert_eq!(ttl, START + 400 * 86_400);
    }
}
