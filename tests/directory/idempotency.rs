//! `Idempotency-Key` and lost replies: one account or environment for however many tries.

use crate::directory::token;
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Call, Hallpass, Reply, environments, text};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinSet;

const CREATED: &str = "already_created";

fn keyed(hallpass: &Hallpass, caller: &str, path: &str, name: &str) -> Call {
    hallpass
        .post(path, json!({"name": name}))
        .bearer(caller)
        .header("idempotency-key", "one")
}

async fn accounts(hallpass: &Hallpass) -> usize {
    let listed = hallpass.get("/v1/accounts").bearer(&hallpass.root).await;
    listed.body["accounts"].as_array().unwrap().len() - 1
}

fn assert_made_before(reply: &Reply, id: &Value) {
    assert_eq!(reply.refusal(), (409, CREATED, ""), "{}", reply.body);
    assert_eq!(&reply.body["id"], id);
}

#[tokio::test]
async fn s26_s59_a_key_makes_one_account_per_caller_and_body() {
    let hallpass = Hallpass::start("archilogic").await;
    let scopes = json!(["platform:operate", "directory:write"]);
    let other = token(&hallpass, &hallpass.operator, "default/live", scopes).await;
    let path = "/v1/accounts";
    let first = keyed(&hallpass, &hallpass.root, path, "acme").await;
    assert_eq!(first.outcome(), Ok(()));
    let again = keyed(&hallpass, &hallpass.root, path, "acme").await;
    assert_made_before(&again, &first.body["id"]);
    let reused = keyed(&hallpass, &hallpass.root, path, "zenith").await;
    assert_eq!(
        reused.refusal(),
        (422, "idempotency_key_reused", "Idempotency-Key")
    );
    let another = keyed(&hallpass, &other, path, "zenith").await;
    assert_eq!(another.outcome(), Ok(()));
    // The same request by another caller is another request, and the name is taken.
    let third = token(
        &hallpass,
        &hallpass.operator,
        "default/live",
        json!(["platform:operate", "directory:write"]),
    );
    let taken = keyed(&hallpass, &third.await, path, "acme").await;
    assert_eq!(taken.refusal(), (409, "name_taken", "name"));
    hallpass.clock.advance(Duration::from_secs(86_400));
    let a_day_later = keyed(&hallpass, &hallpass.root, path, "later").await;
    assert_eq!(a_day_later.outcome(), Ok(()));
    assert_eq!(accounts(&hallpass).await, 3);
}

#[tokio::test]
async fn s26_s59_a_key_makes_one_environment_in_each_account() {
    let hallpass = Hallpass::start("archilogic").await;
    let (account, _) = hallpass.account("customer", json!(["tokens:read"])).await;
    let (ours, theirs) = (environments(&hallpass.operator), environments(&account));
    let make = |path: &str, name: &str| keyed(&hallpass, &hallpass.root, path, name).into_future();
    assert_eq!(make(&ours, "shop/test").await.outcome(), Ok(()));
    assert_made_before(&make(&ours, "shop/test").await, &json!("shop/test"));
    let reused = make(&ours, "shop/live").await;
    assert_eq!(
        reused.refusal(),
        (422, "idempotency_key_reused", "Idempotency-Key")
    );
    assert_eq!(make(&theirs, "shop/test").await.outcome(), Ok(()));
    let unkeyed = hallpass
        .post(&theirs, json!({"name": "shop/test"}))
        .bearer(&hallpass.root);
    assert_eq!(unkeyed.await.refusal(), (409, "exists", "name"));
}

#[tokio::test]
async fn s26_ten_at_once_with_one_key_make_one_account() {
    let hallpass = Hallpass::start("archilogic").await;
    let mut running = JoinSet::new();
    for _ in 0..10 {
        running.spawn(keyed(&hallpass, &hallpass.root, "/v1/accounts", "acme").into_future());
    }
    let (made, rest): (Vec<_>, Vec<_>) = running
        .join_all()
        .await
        .into_iter()
        .partition(|reply| reply.status == 201);
    assert_eq!((made.len(), rest.len()), (1, 9));
    for reply in rest {
        assert_made_before(&reply, &made[0].body["id"]);
    }
}

#[tokio::test]
async fn s45_a_lost_reply_is_no_false_conflict() {
    for fault in [
        Fault::LoseReply,
        Fault::HalfReply,
        Fault::TransactionConflict(0),
    ] {
        let hallpass = Hallpass::start("archilogic").await;
        for (path, name) in [
            ("/v1/accounts".to_owned(), "acme"),
            (environments(&hallpass.operator), "shop/test"),
        ] {
            hallpass.dynamodb.reset();
            hallpass
                .dynamodb
                .inject(fault.clone().on("TransactWriteItems").once());
            let reply = hallpass
                .post(&path, json!({"name": name}))
                .bearer(&hallpass.root)
                .await;
            assert_eq!(reply.outcome(), Ok(()), "{fault:?} {}", reply.body);
            assert_eq!(hallpass.dynamodb.count("TransactWriteItems"), 2);
        }
        assert_eq!(accounts(&hallpass).await, 1);
    }
}

#[tokio::test]
async fn s45_after_an_outage_the_key_tells_what_was_made() {
    let hallpass = Hallpass::start("archilogic").await;
    let make = || keyed(&hallpass, &hallpass.root, "/v1/accounts", "acme");
    hallpass
        .dynamodb
        .inject(Fault::LoseReply.on("TransactWriteItems").times(3));
    let lost = make().await;
    assert_eq!(lost.refusal(), (503, "unavailable", ""));
    hallpass.dynamodb.heal();
    let again = make().await;
    assert_eq!(again.refusal(), (409, CREATED, ""));
    let id = text(&again.body, "id");
    let read = hallpass
        .get(&format!("/v1/accounts/{id}"))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(read.body["name"], "acme");
    assert_eq!(accounts(&hallpass).await, 1);
}
