//! The limit of 100 tokens of a kind in an environment, and what other writers may do to a mint.

use crate::mint::{management, mint, publishable, secret};
use hallpass_store::Store;
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Hallpass, Reply, text, with};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

const LIMIT: usize = 100;
const REACHED: Result<(), (u16, &str, &str)> = Err((409, "limit_reached", ""));

/// Fills all places but `free`, one after the other; the last token's reply.
async fn fill(hallpass: &Hallpass, free: usize, body: &Value) -> Value {
    let mut last = Value::Null;
    for _ in free..LIMIT {
        last = hallpass.mint(body.clone()).await;
    }
    last
}

/// The tokens of a kind by their records, and by the places they hold.
async fn held(hallpass: &Hallpass, kind: &str) -> (HashSet<String>, HashSet<String>) {
    let items = hallpass.items().await;
    let of = |wanted: &dyn Fn(&str) -> bool, field: &str| {
        let rows = items
            .iter()
            .filter(|item| wanted(item["pk"].as_s().unwrap()));
        rows.filter_map(|item| Some(item.get(field)?.as_s().ok()?.clone()))
            .collect()
    };
    let mut records = HashSet::new();
    for item in items.iter().filter(|item| item.contains_key("secret_hash")) {
        if item["kind"].as_s().unwrap() == kind {
            records.insert(item["id"].as_s().unwrap().clone());
        }
    }
    let slots = of(
        &|pk| pk.starts_with("SLOTS#") && pk.ends_with(&format!("#{kind}")),
        "token",
    );
    (records, slots)
}

/// Mints under a key until it is decided. 503 decides nothing: its `Retry-After` asks the client
/// to come back, and of two hundred in a debug build on a busy machine some may well be asked to.
/// They come back one after the other: `returning` is held by whose turn it is.
async fn decided(hallpass: &Hallpass, key: usize, body: &Value, returning: &Mutex<()>) -> Reply {
    let mint = || {
        let call = hallpass.post("/v1/tokens", body.clone());
        call.bearer(&hallpass.root)
            .header("idempotency-key", key.to_string())
    };
    let mut reply = mint().await;
    while reply.status == 503 {
        assert_eq!(reply.header("retry-after"), "1");
        let _turn = returning.lock().await;
        reply = mint().await;
    }
    reply
}

/// Mints `count` times at once.
async fn at_once(hallpass: Hallpass, count: usize, body: &Value) -> (Hallpass, Vec<Reply>) {
    let (hallpass, returning) = (Arc::new(hallpass), Arc::new(Mutex::new(())));
    let mut running = JoinSet::new();
    for key in 0..count {
        let (hallpass, returning) = (Arc::clone(&hallpass), Arc::clone(&returning));
        let body = body.clone();
        running.spawn(async move { decided(&hallpass, key, &body, &returning).await });
    }
    let replies = running.join_all().await;
    (Arc::into_inner(hallpass).unwrap(), replies)
}

async fn two_hundred_at_once(kind: &str, body: Value) {
    let mut hallpass = Hallpass::start("archilogic").await;
    // Past the proxy, which would double the work.
    let store = Store::new(hallpass.dynamodb_client.clone(), hallpass.table.as_str());
    hallpass.platform.store = store;
    let routes = hallpass_local::routes(&hallpass.signer);
    hallpass.router = hallpass_http::finish(routes, &hallpass.platform);
    let (hallpass, replies) = at_once(hallpass, 2 * LIMIT, &body).await;
    // What was made behind a 503 is told under its key.
    let (made, refused): (Vec<_>, Vec<_>) = replies
        .into_iter()
        .partition(|reply| reply.status == 201 || reply.code() == "already_minted");
    for reply in &refused {
        assert_eq!(reply.outcome(), REACHED, "{}", reply.body);
    }
    assert_eq!((made.len(), refused.len()), (LIMIT, LIMIT));
    let told: HashSet<String> = made.iter().map(|reply| text(&reply.body, "id")).collect();
    let (records, slots) = held(&hallpass, kind).await;
    assert_eq!(records, told, "the table holds what was told");
    assert_eq!(slots, told, "each holds a place");
    let reply = mint(&hallpass, &hallpass.root, body).await;
    assert_eq!(reply.outcome(), REACHED);
}

#[tokio::test]
async fn s25_two_hundred_mints_at_once_make_one_hundred_publishable_tokens() {
    two_hundred_at_once("publishable", publishable(json!({}))).await;
}

#[tokio::test]
async fn s25_two_hundred_mints_at_once_make_one_hundred_secret_tokens() {
    two_hundred_at_once("secret", secret(json!({}))).await;
}

#[tokio::test]
async fn s25_the_limit_is_of_one_kind_in_one_environment() {
    let hallpass = Hallpass::start("archilogic").await;
    let (account, _) = hallpass.account("customer", json!(["tokens:read"])).await;
    let call = hallpass.post(
        &format!("/v1/accounts/{}/environments", hallpass.operator),
        json!({"name": "shop/test"}),
    );
    assert_eq!(call.bearer(&hallpass.root).await.status, 201);
    fill(&hallpass, 0, &secret(json!({}))).await;
    for (body, expected) in [
        (secret(json!({})), REACHED),
        (secret(json!({"environment": "default/live"})), REACHED),
        (publishable(json!({})), Ok(())),
        (management(json!({})), Ok(())),
        (secret(json!({"environment": "shop/test"})), Ok(())),
        (secret(json!({"account": account})), Ok(())),
    ] {
        let reply = mint(&hallpass, &hallpass.root, body.clone()).await;
        assert_eq!(reply.outcome(), expected, "{body}");
    }
    // The built-in kind has no limit.
    fill(&hallpass, 0, &management(json!({}))).await;
    let reply = mint(&hallpass, &hallpass.root, management(json!({}))).await;
    assert_eq!(reply.outcome(), Ok(()));
}

#[tokio::test]
async fn s25_revoked_and_expired_tokens_free_their_places() {
    let hallpass = Hallpass::start("archilogic").await;
    let body = publishable(json!({}));
    let one = |change: Value| mint(&hallpass, &hallpass.root, with(body.clone(), change));
    let lasting = fill(&hallpass, 1, &body).await;
    let brief = one(json!({"expires_in": 60})).await;
    assert_eq!(brief.outcome(), Ok(()));
    assert_eq!(one(json!({})).await.outcome(), REACHED);

    // Expiry frees a place at its second, whether or not the table has deleted the row.
    hallpass.clock.advance(Duration::from_millis(59_999));
    assert_eq!(one(json!({})).await.outcome(), REACHED);
    hallpass.clock.advance(Duration::from_millis(1));
    assert_eq!(one(json!({})).await.outcome(), Ok(()));
    assert_eq!(one(json!({})).await.outcome(), REACHED);

    // Revoking what has expired meanwhile must not free the place of its successor.
    let revoke = |id: String| {
        hallpass
            .delete(&format!("/v1/tokens/{id}"))
            .bearer(&hallpass.root)
    };
    assert_eq!(revoke(text(&brief.body, "id")).await.status, 204);
    assert_eq!(one(json!({})).await.outcome(), REACHED);

    // A revoked one frees one place, however often it is revoked.
    for _ in 0..2 {
        assert_eq!(revoke(text(&lasting, "id")).await.status, 204);
    }
    assert_eq!(one(json!({})).await.outcome(), Ok(()));
    assert_eq!(revoke(text(&lasting, "id")).await.status, 204);
    assert_eq!(one(json!({})).await.outcome(), REACHED);
}

#[tokio::test]
async fn s25_the_last_place_is_taken_once() {
    let hallpass = Hallpass::start("archilogic").await;
    fill(&hallpass, 1, &secret(json!({}))).await;
    let (_, replies) = at_once(hallpass, 10, &secret(json!({}))).await;
    let made = |reply: &&Reply| reply.status == 201 || reply.code() == "already_minted";
    assert_eq!(replies.iter().filter(made).count(), 1);
    let refused = |reply: &&Reply| reply.outcome() == REACHED;
    assert_eq!(replies.iter().filter(refused).count(), 9);
}

#[tokio::test]
async fn s26_a_repeated_mint_of_the_last_place_is_told_its_token_not_the_limit() {
    let hallpass = Hallpass::start("archilogic").await;
    fill(&hallpass, 1, &secret(json!({}))).await;
    let keyed = |change: Value| {
        let call = hallpass
            .post("/v1/tokens", secret(change))
            .bearer(&hallpass.root);
        call.header("idempotency-key", "last")
    };
    let last = keyed(json!({})).await;
    assert_eq!(last.outcome(), Ok(()));
    let again = keyed(json!({})).await;
    assert_eq!(again.refusal(), (409, "already_minted", ""));
    assert_eq!(again.body["id"], last.body["id"]);
    let other = keyed(json!({"name": "another"})).await;
    assert_eq!(
        other.refusal(),
        (422, "idempotency_key_reused", "Idempotency-Key")
    );
    let unkeyed = mint(&hallpass, &hallpass.root, secret(json!({}))).await;
    assert_eq!(unkeyed.outcome(), REACHED);
}

#[tokio::test]
async fn s45_a_transaction_that_is_cancelled_in_passing_is_tried_again() {
    for (body, conflicts) in [
        (secret(json!({})), 1),
        (secret(json!({})), 4),
        (management(json!({})), 2),
    ] {
        for fault in [
            Fault::TransactionConflict(0),
            Fault::TransactionConflict(3),
            Fault::Throttled(0, "ThrottlingError"),
            Fault::Throttled(3, "ProvisionedThroughputExceeded"),
        ] {
            let hallpass = Hallpass::start("archilogic").await;
            hallpass
                .dynamodb
                .inject(fault.on("TransactWriteItems").times(conflicts));
            let reply = mint(&hallpass, &hallpass.root, body.clone()).await;
            assert_eq!(reply.outcome(), Ok(()), "{}", reply.body);
            assert_eq!(hallpass.dynamodb.count("TransactWriteItems"), conflicts + 1);
            assert_eq!(hallpass.code(&text(&reply.body, "token")).await, "active");
            let kind = text(&body, "kind");
            let (records, _) = held(&hallpass, &kind).await;
            let bootstraps = usize::from(kind == "management");
            assert_eq!(
                records.len(),
                1 + bootstraps,
                "one token, however many tries"
            );
        }
    }
}

#[tokio::test]
async fn a_mint_reads_once_for_its_caller_and_once_for_a_free_place() {
    let hallpass = Hallpass::start("archilogic").await;
    for (body, expected) in [
        (
            secret(json!({})),
            vec!["BatchGetItem", "Query", "TransactWriteItems"],
        ),
        (
            management(json!({})),
            vec!["BatchGetItem", "TransactWriteItems"],
        ),
    ] {
        hallpass.dynamodb.reset();
        hallpass.mint(body).await;
        let calls = hallpass.dynamodb.calls();
        let operations: Vec<&str> = calls.iter().map(|call| call.operation.as_str()).collect();
        assert_eq!(operations, expected);
    }
}

/// A catalog whose limit is lowered: those in places beyond it are as much there as the others.
#[tokio::test]
async fn s25_tokens_beyond_a_lowered_limit_count() {
    let mut hallpass = Hallpass::start("default").await;
    let limited = |limit: u8| {
        let text = include_str!("../../infra/catalogs/default.toml");
        let text = text.replace("limit = 100", &format!("limit = {limit}"));
        hallpass_core::Catalog::parse("limited.toml", &text).unwrap()
    };
    let end = async |hallpass: &Hallpass, id: &str| {
        let path = format!("/v1/tokens/{id}");
        let ended = hallpass.delete(&path).bearer(&hallpass.root).await;
        assert_eq!(ended.status, 204);
    };
    hallpass.with_catalog(limited(4));
    for _ in 0..4 {
        hallpass.mint(secret(json!({}))).await;
    }
    hallpass.with_catalog(limited(2));
    for item in hallpass.items().await {
        let (pk, sk) = (item["pk"].as_s().unwrap(), item["sk"].as_s().unwrap());
        if pk.starts_with("SLOTS#") && ["00", "01"].contains(&sk.as_str()) {
            end(&hallpass, item["token"].as_s().unwrap()).await;
        }
    }
    let (_, slots) = held(&hallpass, "secret").await;
    assert_eq!(slots.len(), 2);
    let again = async |hallpass: &Hallpass| {
        let reply = mint(hallpass, &hallpass.root, secret(json!({}))).await;
        reply
            .outcome()
            .map_err(|(status, code, _)| (status, code.to_owned()))
    };
    let reached = (409, "limit_reached".to_owned());
    assert_eq!(again(&hallpass).await, Err(reached));
    end(&hallpass, slots.iter().next().unwrap()).await;
    assert_eq!(again(&hallpass).await, Ok(()));
}
