//! The limiter of passwords: before the hash, per address and per model, healing by itself.

use super::{MODEL, PAGE, ROUTE, acme, exchange, hashes, key, open};
use hallpass_tests::{Hallpass, Log};
use http::Method;
use serde_json::json;
use std::time::Duration;
use tokio::task::JoinSet;

async fn shared() -> (Hallpass, String) {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    hallpass
        .made(
            &manager,
            "/v1/shares",
            json!({"model": MODEL, "password": "sesame"}),
        )
        .await;
    (hallpass, manager)
}

#[tokio::test]
async fn s50_an_address_has_ten_tries_a_minute_and_the_limit_heals_by_itself() {
    let (hallpass, _) = shared().await;
    let log = Log::keep();
    // The clock stands 0 s into a minute.
    hallpass.clock.advance(Duration::from_secs(17));
    for _ in 0..10 {
        assert_eq!(
            open(&hallpass, "wrong").await.answer(),
            (401, "wrong_password")
        );
    }
    assert_eq!(hashes(&log), 10);
    for password in ["wrong", "sesame"] {
        let reply = open(&hallpass, password).origin(PAGE).await;
        assert_eq!(reply.answer(), (429, "too_many_attempts"));
        assert_eq!(reply.header("retry-after"), "43");
        assert_eq!(reply.header("access-control-allow-origin"), PAGE);
        let exposed = reply.header("access-control-expose-headers");
        assert!(exposed.contains("retry-after"));
    }
    assert_eq!(hashes(&log), 10, "what is over the limit is not hashed");
    // Somebody else, and this one at another model, is not concerned.
    assert_eq!(
        open(&hallpass, "sesame").from("192.0.2.8").await.status,
        200
    );
    let other = json!({"model": "other", "password": "x"});
    assert_eq!(hallpass.post(ROUTE, other).await.status, 401);
    hallpass.clock.advance(Duration::from_secs(42));
    assert_eq!(open(&hallpass, "sesame").await.status, 429);
    hallpass.clock.advance(Duration::from_secs(1));
    assert_eq!(open(&hallpass, "sesame").await.status, 200);
}

#[tokio::test]
async fn s50_an_ipv6_customer_is_one_address() {
    let (hallpass, _) = shared().await;
    for number in 0..10 {
        let reply = open(&hallpass, "wrong").from(&format!("2001:db8::{number}"));
        assert_eq!(reply.await.status, 401);
    }
    let same = open(&hallpass, "sesame").from("2001:db8::ffff:ffff:ffff:ffff");
    assert_eq!(same.await.status, 429);
    let next = open(&hallpass, "sesame").from("2001:db8:0:1::");
    assert_eq!(next.await.status, 200);
}

#[tokio::test]
async fn s50_models_that_are_not_there_are_limited_alike() {
    let (hallpass, _) = shared().await;
    let log = Log::keep();
    for model in [MODEL, "nowhere"] {
        let ask = || hallpass.post(ROUTE, json!({"model": model, "password": "x"}));
        for _ in 0..10 {
            assert_eq!(ask().await.status, 401);
        }
        assert_eq!(ask().await.answer(), (429, "too_many_attempts"));
    }
    assert_eq!(hashes(&log), 20);
}

/// Names of models cost nothing to make up.
#[tokio::test]
async fn s50_an_address_has_sixty_tries_a_minute_at_all_models_together() {
    let (hallpass, _) = shared().await;
    let log = Log::keep();
    let ask = |model: usize, address: &str| {
        let body = json!({"model": format!("made-up-{model}"), "password": "x"});
        hallpass.post(ROUTE, body).from(address)
    };
    for model in 0..60 {
        assert_eq!(ask(model, "192.0.2.9").await.status, 401, "{model}");
    }
    for model in 60..80 {
        let reply = ask(model, "192.0.2.9").await;
        assert_eq!(reply.answer(), (429, "too_many_attempts"));
    }
    assert_eq!(hashes(&log), 60);
    assert_eq!(ask(0, "192.0.2.10").await.status, 401);
    hallpass.clock.advance(Duration::from_secs(60));
    assert_eq!(ask(80, "192.0.2.9").await.status, 401);
}

#[tokio::test]
async fn s50_of_many_tries_at_once_ten_are_hashed() {
    let (hallpass, _) = shared().await;
    let log = Log::keep();
    let mut running = JoinSet::new();
    for _ in 0..40 {
        running.spawn(open(&hallpass, "wrong").into_future());
    }
    let replies = running.join_all().await;
    let count = |status: u16| replies.iter().filter(|it| it.status == status).count();
    assert_eq!((count(401), count(429)), (10, 30));
    assert_eq!(hashes(&log), 10);
}

/// 100 wrong passwords from as many addresses.
async fn flood(hallpass: &Hallpass) {
    let mut running = JoinSet::new();
    for number in 0..100 {
        let call = open(hallpass, "wrong").from(&format!("203.0.113.{number}"));
        running.spawn(call.into_future());
        if running.len() >= 10 {
            assert_eq!(running.join_next().await.unwrap().unwrap().status, 401);
        }
    }
    for reply in running.join_all().await {
        assert_eq!(reply.status, 401);
    }
}

#[tokio::test]
async fn s60_a_flood_neither_locks_anybody_out_who_was_in_nor_costs_a_hash_each() {
    let (hallpass, manager) = shared().await;
    let (_, key) = key(&hallpass, &manager, json!({})).await;
    let visitor = || open(&hallpass, "sesame").from("198.51.100.1");
    assert_eq!(visitor().await.status, 200);
    hallpass
        .clock
        .advance(Duration::from_secs(24 * 60 * 60 - 60));
    flood(&hallpass).await;
    let log = Log::keep();
    for number in 0..30 {
        for password in ["wrong", "sesame"] {
            let call = open(&hallpass, password).from(&format!("203.0.113.{}", 150 + number));
            let reply = call.await;
            assert_eq!(reply.answer(), (429, "too_many_attempts"));
            assert_eq!(reply.header("retry-after"), "60");
        }
    }
    assert_eq!(hashes(&log), 0);
    // Who gave the password in the last day comes in, and for the owner nothing has changed.
    assert_eq!(visitor().await.status, 200);
    for _ in 0..12 {
        let owner = exchange(&hallpass, format!("acme:{key}")).from("203.0.113.1");
        assert_eq!(owner.await.status, 200);
    }
    // A whole office may be behind a known address: it has the sixty tries of every address.
    for _ in 0..59 {
        assert_eq!(visitor().await.status, 200);
    }
    assert_eq!(visitor().await.status, 429);
    // The flood's minute is over.
    hallpass.clock.advance(Duration::from_secs(60));
    assert_eq!(
        open(&hallpass, "sesame").from("203.0.113.200").await.status,
        200
    );
}

#[tokio::test]
async fn s60_an_address_is_known_for_a_day() {
    let (hallpass, _) = shared().await;
    let visitor = || open(&hallpass, "sesame").from("198.51.100.1");
    assert_eq!(visitor().await.status, 200);
    // Who has only guessed is not known.
    let guesser = || open(&hallpass, "wrong").from("198.51.100.2");
    assert_eq!(guesser().await.status, 401);
    hallpass.clock.advance(Duration::from_secs(24 * 60 * 60));
    flood(&hallpass).await;
    assert_eq!(visitor().await.status, 429);
    assert_eq!(guesser().await.status, 429);
}

#[tokio::test]
async fn a_model_without_a_password_has_room_for_many_pages() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    hallpass
        .made(&manager, "/v1/shares", json!({"model": MODEL}))
        .await;
    for number in 0..101 {
        let reply = open(&hallpass, "").await;
        let expected = if number < 100 { 200 } else { 429 };
        assert_eq!(reply.status, expected, "{number}");
    }
    assert_eq!(open(&hallpass, "").from("192.0.2.8").await.status, 200);
}

#[tokio::test]
async fn s50_the_counts_are_cleaned_up_by_the_table() {
    let (hallpass, _) = shared().await;
    assert_eq!(open(&hallpass, "sesame").await.status, 200);
    let mut seen = 0;
    for item in hallpass.items().await {
        let pk = item["pk"].as_s().unwrap();
        if pk.starts_with("ATTEMPTS#") || pk.starts_with("VISITOR#") {
            let ttl: u64 = item["ttl"].as_n().unwrap().parse().unwrap();
            assert!((1_800_000_060..=1_800_086_400).contains(&ttl), "{pk}");
            seen += 1;
        }
    }
    assert_eq!(seen, 4);
    let bare = hallpass.call(Method::POST, ROUTE).await;
    assert_eq!(bare.status, 401);
}
