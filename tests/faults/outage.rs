//! Each route under each outage of each call it makes.

use crate::faults::routes::{self, Route};
use crate::faults::{assert_unavailable, within_5_seconds};
use hallpass_tests::proxy::{Fault, Proxy};
use hallpass_tests::{Call, Hallpass};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::task::JoinSet;

/// Past this the signing and verification keys are read anew.
const KEYS_ARE_OLD: Duration = Duration::from_secs(300);

/// The calls there are.
const CALLS: [&str; 6] = [
    "BatchGetItem",
    "GetItem",
    "Query",
    "Sign",
    "TransactWriteItems",
    "UpdateItem",
];

/// What a route does besides, as far as it can: its reply says nothing of it. A group that is removed or
/// left gives nothing, whether or not the rows of those below say so already: validation reads the
/// groups' own.
const BEST_EFFORT: [(&str, &str); 2] = [("remove a group", "Query"), ("leave, a group", "Query")];

fn proxy<'a>(hallpass: &'a Hallpass, operation: &str) -> &'a Proxy {
    match operation {
        "Sign" => &hallpass.kms,
        _ => &hallpass.dynamodb,
    }
}

/// A request of the route to a deployment that has read no keys yet.
async fn cold(hallpass: &Hallpass, route: Route) -> Call {
    let call = route.prepare(hallpass).await;
    hallpass.clock.advance(KEYS_ARE_OLD);
    call
}

/// Every route and the calls that it makes, found out by making them; all calls are among them.
async fn routes() -> Vec<(Route, BTreeSet<&'static str>)> {
    let hallpass = Hallpass::start("default").await;
    let mut found = Vec::new();
    for route in routes::all() {
        let call = cold(&hallpass, route).await;
        hallpass.dynamodb.reset();
        hallpass.kms.reset();
        assert_healthy(route, call).await;
        let made = hallpass.dynamodb.operations();
        let mut made: BTreeSet<_> = made
            .iter()
            .chain(&hallpass.kms.operations())
            .map(known)
            .collect();
        for (_, operation) in BEST_EFFORT.iter().filter(|it| it.0 == route.name) {
            assert!(made.remove(operation), "{}: {operation}", route.name);
        }
        found.push((route, made));
    }
    let tried: BTreeSet<_> = found.iter().flat_map(|(_, calls)| calls).copied().collect();
    assert_eq!(Vec::from_iter(tried), CALLS);
    found
}

fn known(operation: &String) -> &'static str {
    CALLS.iter().find(|known| *known == operation).unwrap()
}

async fn assert_healthy(route: Route, call: Call) {
    let reply = call.await;
    assert_eq!(reply.status, route.status, "{}: {}", route.name, reply.body);
}

async fn assert_outage(what: &str, call: Call) {
    assert_unavailable(what, &within_5_seconds(what, call).await);
}

/// The faults, at each call of each route in turn; then the same request without them.
async fn everywhere(faults: &[Fault], befalls: impl Fn(&Fault, &str) -> bool) {
    let hallpass = Hallpass::start("default").await;
    for (route, operations) in routes().await {
        for operation in operations {
            let call = cold(&hallpass, route).await;
            let proxy = proxy(&hallpass, operation);
            for fault in faults.iter().filter(|fault| befalls(fault, operation)) {
                let what = format!("{}, {fault:?} on {operation}", route.name);
                proxy.inject(fault.clone().on(operation));
                assert_outage(&what, call.clone()).await;
                proxy.heal();
            }
            assert_healthy(route, call).await;
        }
    }
}

/// Refusing: as when the function's policy or its table's name is wrong.
#[tokio::test]
async fn s44_throttled_failing_or_refusing() {
    let refused = Fault::Refuse(400, "AccessDeniedException");
    let faults = [Fault::Throttle, Fault::ServerError, refused];
    everywhere(&faults, |_, _| true).await;
}

#[tokio::test]
async fn s44_a_connection_that_breaks() {
    // A write whose reply is broken has happened: `lost_reply`.
    let befalls = |fault: &Fault, operation: &str| {
        *fault == Fault::Reset || !["TransactWriteItems", "UpdateItem"].contains(&operation)
    };
    everywhere(&[Fault::Reset, Fault::HalfReply, Fault::LoseReply], befalls).await;
}

#[tokio::test]
async fn s44_gone() {
    let hallpass = Hallpass::start("default").await;
    let mut prepared = Vec::new();
    for (route, operations) in routes().await {
        prepared.push((route, operations, route.prepare(&hallpass).await));
    }
    hallpass.clock.advance(KEYS_ARE_OLD);
    for operation in ["BatchGetItem", "Sign"] {
        let proxy = proxy(&hallpass, operation);
        proxy.gone().await;
        for (route, operations, call) in &prepared {
            if operations.contains(operation) {
                assert_outage(route.name, call.clone()).await;
            }
        }
        proxy.back().await;
    }
    for (route, _, call) in prepared {
        assert_healthy(route, call).await;
    }
}

/// A fault that ends before the tries do is nobody's business.
#[tokio::test]
async fn s44_passing_faults_are_not_seen() {
    let hallpass = Hallpass::start("default").await;
    for route in routes::all() {
        let call = cold(&hallpass, route).await;
        for proxy in [&hallpass.dynamodb, &hallpass.kms] {
            proxy.inject(Fault::Throttle.once());
            proxy.inject(Fault::Reset.once());
        }
        assert_healthy(route, call).await;
        hallpass.dynamodb.heal();
        hallpass.kms.heal();
    }
}

/// All routes at once, and at the same time for each call that does not come back.
#[tokio::test]
async fn s44_stalled() {
    let routes = routes().await;
    let [batch, get, query, sign, write, update] = CALLS.map(|operation| {
        let routes = routes
            .iter()
            .filter(move |(_, calls)| calls.contains(operation));
        stalled(
            routes.map(|(route, _)| *route).collect(),
            None,
            vec![operation],
        )
    });
    // Each call comes back in time or not by itself: it is their sum that is too long.
    let routes = routes
        .iter()
        .filter(|(route, calls)| calls.len() > 1 && !route.closes());
    let routes: Vec<_> = routes.map(|(route, _)| *route).collect();
    let (slow, rest) = CALLS.split_first().unwrap();
    let one_after_the_other = stalled(routes, Some(*slow), rest.to_vec());
    tokio::join!(batch, get, query, sign, write, update, one_after_the_other);
}

/// Calls of the first sort come back at the third try only, calls of the second sort never.
async fn stalled(routes: Vec<Route>, slow: Option<&'static str>, lost: Vec<&'static str>) {
    let mut hallpass = Hallpass::start("default").await;
    hallpass.another_impatient_instance();
    let mut prepared = Vec::new();
    for route in routes {
        prepared.push((route, route.prepare(&hallpass).await));
    }
    assert!(!prepared.is_empty());
    hallpass.clock.advance(KEYS_ARE_OLD);
    if let Some(operation) = slow {
        proxy(&hallpass, operation).inject(Fault::Stall.on(operation).times(2 * prepared.len()));
    }
    for operation in &lost {
        proxy(&hallpass, operation).inject(Fault::Stall.on(operation));
    }
    let mut running = JoinSet::new();
    for (route, call) in prepared.clone() {
        let what = format!("{}, {slow:?} slow, {lost:?} lost", route.name);
        running.spawn(async move { assert_outage(&what, call).await });
    }
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
    for proxy in [&hallpass.dynamodb, &hallpass.kms] {
        // A call that nobody waits for any more is not to go on.
        proxy.gone().await;
        proxy.heal();
        proxy.back().await;
    }
    for (route, call) in prepared {
        assert_healthy(route, call).await;
    }
}
