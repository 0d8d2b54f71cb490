//! Other transactions at the same rows, and a table that throttles some of them: tried again with a
//! new one, and an outage only if they never give way. The embedded DynamoDB does neither by itself.

use crate::faults::routes::{self, Route};
use crate::faults::{assert_unavailable, within_5_seconds};
use hallpass_tests::Hallpass;
use hallpass_tests::proxy::Fault;
use std::collections::BTreeSet;
use tokio::task::JoinSet;

/// The routes that write, and how many rows each touches.
async fn writing() -> Vec<(Route, usize)> {
    let hallpass = Hallpass::start("default").await;
    let mut writing = Vec::new();
    for route in routes::all() {
        let call = route.prepare(&hallpass).await;
        hallpass.dynamodb.reset();
        assert_eq!(call.await.status, route.status);
        let calls = hallpass.dynamodb.calls();
        let writes = calls
            .iter()
            .filter_map(|call| call.body["TransactItems"].as_array());
        if let Some(rows) = writes.map(Vec::len).max() {
            writing.push((route, rows));
        }
    }
    assert!(writing.len() > 10);
    writing
}

#[tokio::test]
async fn a_conflict_at_any_row_is_tried_again() {
    tried_again(Fault::TransactionConflict).await;
}

#[tokio::test]
async fn s45_a_transaction_that_is_throttled_at_any_row_is_tried_again_and_doubles_nothing() {
    tried_again(|row| Fault::Throttled(row, "ThrottlingError")).await;
}

/// Each route, with a fault at each of the rows that it writes to in one transaction.
async fn tried_again(fault: impl Fn(usize) -> Fault) {
    let hallpass = Hallpass::start("default").await;
    for (route, rows) in writing().await {
        for row in 0..rows {
            let call = route.prepare(&hallpass).await;
            hallpass.dynamodb.reset();
            hallpass.dynamodb.inject(fault(row).once());
            let reply = call.await;
            assert_eq!(
                reply.status, route.status,
                "{} at {row}: {}",
                route.name, reply.body
            );
            // Another transaction, and not a repetition of the one that was cancelled.
            let calls = hallpass.dynamodb.calls();
            let refused = calls.iter().position(|call| call.fault.is_some()).unwrap();
            let tokens: BTreeSet<String> = calls[refused..]
                .iter()
                .filter(|call| call.operation == "TransactWriteItems")
                .take(2)
                .map(|call| call.body["ClientRequestToken"].to_string())
                .collect();
            assert_eq!(tokens.len(), 2, "{} at {row}", route.name);
            hallpass.dynamodb.heal();
        }
    }
}

#[tokio::test]
async fn s44_endless_conflicts_are_an_outage_within_5_seconds_that_changes_nothing() {
    outage(Fault::TransactionConflict(0)).await;
}

#[tokio::test]
async fn s44_endless_throttling_is_an_outage_within_5_seconds_that_changes_nothing() {
    outage(Fault::Throttled(0, "ThrottlingError")).await;
}

/// All routes at once, so that their deadlines pass together.
async fn outage(fault: Fault) {
    let hallpass = Hallpass::start("default").await;
    let mut prepared = Vec::new();
    for (route, _) in writing().await {
        prepared.push((route, route.prepare(&hallpass).await));
    }
    let before = hallpass.items().await;
    hallpass.dynamodb.inject(fault);
    let mut running = JoinSet::new();
    for (route, call) in prepared.clone() {
        running.spawn(async move {
            assert_unavailable(route.name, &within_5_seconds(route.name, call).await);
        });
    }
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
    let after = hallpass.items().await;
    assert_eq!(before.len(), after.len());
    assert!(before.iter().all(|item| after.contains(item)));
    hallpass.dynamodb.heal();
    for (route, call) in prepared {
        assert_eq!(call.await.status, route.status, "{}", route.name);
    }
}
