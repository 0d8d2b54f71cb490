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

/// The items that instances have written, and nobody has folded yet.
async fn gathered(hallpass: &Hallpass) -> usize {
    hallpass.items_of("USES#").await.len()
}

#[tokio::test]
async fn use_is_written_down_beside_the_first_request_after_a_minute_and_not_before() {
    let mut hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    as_on_lambda(&mut hallpass);
    hallpass.dynamodb.reset();
    for _ in 0..3 {
        present(&hallpass, &token).await;
    }
    hallpass.clock.advance(Duration::from_millis(59_999));
    present(&hallpass, &token).await;
    assert_eq!(hallpass.dynamodb.operations(), ["BatchGetItem"; 4]);
    assert_eq!(gathered(&hallpass).await, 0);
    hallpass.clock.advance(Duration::from_millis(1));
    present(&hallpass, &token).await;
    // One item of all that was used.
    hallpass.dynamodb.arrived("PutItem", 1).await;
    // Asking for more waits for what is on its way.
    let row = use_of(&hallpass, &id).await;
    assert_eq!(row["count"], 5);
    assert_eq!(row["last_used_at"], START + 60);
}

/// An instance that is asked once a minute writes every other one.
#[tokio::test]
async fn a_few_uses_wait_once_for_more() {
    let mut hallpass = Hallpass::start("default").await;
    let (_, token) = hallpass.secret_with(json!({})).await;
    hallpass.fold_use().await;
    as_on_lambda(&mut hallpass);
    present(&hallpass, &token).await;
    hallpass.dynamodb.reset();
    for minute in 1..=8 {
        hallpass.clock.advance(Duration::from_secs(60));
        present(&hallpass, &token).await;
        hallpass.dynamodb.arrived("PutItem", minute / 2).await;
        assert_eq!(hallpass.dynamodb.count("PutItem"), minute / 2, "{minute}");
    }
}

#[tokio::test]
async fn no_answer_waits_for_a_write() {
    let mut hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    as_on_lambda(&mut hallpass);
    for _ in 0..4 {
        present(&hallpass, &token).await;
    }
    hallpass.dynamodb.inject(Fault::Stall.on("PutItem"));
    hallpass.clock.advance(Duration::from_secs(61));
    // Answered while no write is: the writes stall until the table is healed.
    for _ in 0..5 {
        present(&hallpass, &token).await;
        assert_eq!(hallpass.code(&token).await, "active");
    }
    hallpass.dynamodb.arrived("PutItem", 1).await;
    hallpass.dynamodb.heal();
    assert_eq!(use_of(&hallpass, &id).await["count"], 14);
}

#[tokio::test]
async fn a_table_that_fails_loses_no_count_and_slows_nothing() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    present(&hallpass, &token).await;
    for fault in [Fault::ServerError, Fault::Throttle, Fault::Reset] {
        hallpass.dynamodb.inject(fault.on("PutItem"));
        hallpass.platform.flush().await;
        present(&hallpass, &token).await;
        hallpass.dynamodb.heal();
    }
    assert_eq!(gathered(&hallpass).await, 0);
    assert_eq!(use_of(&hallpass, &id).await["count"], 4);
}

/// What was written under a lost reply is written again under the same key, and is still one.
#[tokio::test]
async fn a_lost_reply_counts_nothing_twice() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    present(&hallpass, &token).await;
    hallpass.dynamodb.inject(Fault::LoseReply.on("PutItem"));
    hallpass.platform.flush().await;
    hallpass.dynamodb.heal();
    assert_eq!(gathered(&hallpass).await, 1);
    present(&hallpass, &token).await;
    hallpass.platform.flush().await;
    assert_eq!(gathered(&hallpass).await, 2);
    assert_eq!(use_of(&hallpass, &id).await["count"], 2);
}

#[tokio::test]
async fn a_busy_token_is_one_write() {
    let hallpass = Hallpass::start("archilogic").await;
    let body = json!({"kind": "publishable", "name": "a site", "origins": ["https://a.example"]});
    let made = hallpass.mint(body).await;
    let path = format!(
        "/v1/tokens/self?pubtoken={}",
        made["token"].as_str().unwrap()
    );
    hallpass.fold_use().await;
    hallpass.dynamodb.reset();
    for _ in 0..300 {
        let reply = hallpass.get(&path).origin("https://a.example").await;
        assert_eq!(reply.status, 200);
    }
    hallpass.platform.flush().await;
    assert_eq!(hallpass.dynamodb.count("PutItem"), 1);
    assert_eq!(hallpass.dynamodb.count("UpdateItem"), 0);
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
    hallpass.fold_use().await;
    early.flush().await;
    let row = use_of(&hallpass, &id).await;
    assert_eq!(row["count"], 2);
    assert_eq!(row["last_used_at"], START + 10);
    let store = &hallpass.platform.store;
    let last = store.last_use(&id.parse().unwrap()).await.unwrap();
    assert_eq!(last.last_used_at.unwrap().seconds().0, START + 10);
}

#[tokio::test]
async fn rows_of_use_go_after_400_days_and_what_nobody_folds_after_30() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    present(&hallpass, &token).await;
    use_of(&hallpass, &id).await;
    present(&hallpass, &token).await;
    hallpass.platform.flush().await;
    // The quarter of the day ends at 12:00.
    for (rows, count, ttl) in [
        ("USAGE#", 1, START + 4 * 3_600 + 400 * 86_400),
        ("USE#", 2, START + 400 * 86_400),
        ("USES#", 1, START + 30 * 86_400),
    ] {
        let rows = hallpass.items_of(rows).await;
        assert_eq!(rows.len(), count);
        for row in rows {
            assert_eq!(row["ttl"].as_n().unwrap(), &ttl.to_string());
        }
    }
}
