//! `Idempotency-Key`: one token for however many tries.

use crate::mint::{management, publishable, secret};
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Call, Hallpass, Refusal, Reply, text, with};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinSet;

const MINTED: &str = "already_minted";

fn keyed(hallpass: &Hallpass, maker: &str, key: &str, body: Value) -> Call {
    hallpass
        .post("/v1/tokens", body)
        .bearer(maker)
        .header("idempotency-key", key)
}

/// How many tokens there are, bootstrap's aside.
async fn tokens(hallpass: &Hallpass) -> usize {
    let items = hallpass.items().await;
    let records = items.iter().filter(|item| item.contains_key("secret_hash"));
    records.count() - 1
}

fn assert_minted_before(reply: &Reply, id: &str) {
    assert_eq!(reply.refusal(), (409, MINTED, ""), "{}", reply.body);
    assert_eq!(reply.body["id"], id);
    assert_eq!(reply.body.get("token"), None);
}

#[tokio::test]
async fn s26_the_same_key_and_body_make_one_token() {
    let hallpass = Hallpass::start("archilogic").await;
    for (key, body) in [
        ("a", secret(json!({}))),
        ("b", publishable(json!({}))),
        ("c", management(json!({}))),
    ] {
        let first = keyed(&hallpass, &hallpass.root, key, body.clone()).await;
        assert_eq!(first.outcome(), Ok(()));
        let id = text(&first.body, "id");
        for _ in 0..2 {
            let again = keyed(&hallpass, &hallpass.root, key, body.clone()).await;
            assert_minted_before(&again, &id);
        }
    }
    assert_eq!(tokens(&hallpass).await, 3);
}

/// A mint under a key, and what comes of it.
struct Keyed<'a> {
    maker: &'a str,
    key: &'static str,
    body: Value,
    expected: Result<(), Refusal<'static>>,
}

#[tokio::test]
async fn s59_another_body_is_refused_and_another_caller_has_keys_of_its_own() {
    let hallpass = Hallpass::start("archilogic").await;
    let other = management(json!({"scopes": ["tokens:mint", "floor:*"]}));
    let other = text(&hallpass.mint(other).await, "token");
    let export = |change: Value| with(secret(json!({"scopes": ["floor:export"]})), change);
    let reused = Err((422, "idempotency_key_reused", "Idempotency-Key"));
    let (root, body) = (&hallpass.root, export(json!({})));
    for Keyed {
        maker,
        key,
        body,
        expected,
    } in [
        Keyed {
            maker: root,
            key: "one",
            body: body.clone(),
            expected: Ok(()),
        },
        Keyed {
            maker: root,
            key: "one",
            body: export(json!({"name": "another server"})),
            expected: reused,
        },
        Keyed {
            maker: root,
            key: "one",
            body: export(json!({"expires_in": 3_600})),
            expected: reused,
        },
        Keyed {
            maker: root,
            key: "one",
            body: export(json!({"environment": "default/live"})),
            expected: reused,
        },
        Keyed {
            maker: root,
            key: "One",
            body: body.clone(),
            expected: Ok(()),
        },
        Keyed {
            maker: &other,
            key: "one",
            body: body.clone(),
            expected: Ok(()),
        },
        Keyed {
            maker: &other,
            key: "one",
            body: body.clone(),
            expected: Err((409, MINTED, "")),
        },
        Keyed {
            maker: root,
            key: "one",
            body,
            expected: Err((409, MINTED, "")),
        },
    ] {
        let reply = keyed(&hallpass, maker, key, body).await;
        assert_eq!(reply.outcome(), expected, "{}", reply.body);
    }
    // Another route is another key.
    let account = hallpass
        .post("/v1/accounts", json!({"name": "customer"}))
        .bearer(root);
    assert_eq!(account.header("idempotency-key", "one").await.status, 201);
}

#[tokio::test]
async fn s59_what_another_caller_made_is_not_told() {
    let hallpass = Hallpass::start("archilogic").await;
    let scopes = json!(["tokens:mint", "floor:export"]);
    let (_, ours) = hallpass.account("ours", scopes.clone()).await;
    let (_, theirs) = hallpass.account("theirs", scopes).await;
    let body = secret(json!({"scopes": ["floor:export"]}));
    let first = keyed(&hallpass, &ours, "guessed", body.clone()).await;
    let second = keyed(&hallpass, &theirs, "guessed", body).await;
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 201));
    assert_ne!(first.body["account"], second.body["account"]);
}

#[tokio::test]
async fn a_refused_mint_leaves_its_key_free() {
    let hallpass = Hallpass::start("archilogic").await;
    let nowhere = secret(json!({"environment": "not/there"}));
    for (body, status) in [
        (secret(json!({"scopes": []})), 422),
        (nowhere.clone(), 404),
        (secret(json!({})), 201),
        (nowhere, 422),
    ] {
        let reply = keyed(&hallpass, &hallpass.root, "one", body).await;
        assert_eq!(reply.status, status, "{}", reply.body);
    }
}

#[tokio::test]
async fn s26_a_key_is_remembered_for_a_day_exactly() {
    let hallpass = Hallpass::start("archilogic").await;
    let first = keyed(&hallpass, &hallpass.root, "one", secret(json!({}))).await;
    let id = text(&first.body, "id");
    hallpass.clock.advance(Duration::from_secs(86_399));
    let again = keyed(&hallpass, &hallpass.root, "one", secret(json!({}))).await;
    assert_minted_before(&again, &id);
    hallpass.clock.advance(Duration::from_secs(1));
    let new = keyed(&hallpass, &hallpass.root, "one", secret(json!({}))).await;
    assert_eq!(new.outcome(), Ok(()));
    let again = keyed(&hallpass, &hallpass.root, "one", secret(json!({}))).await;
    assert_minted_before(&again, &text(&new.body, "id"));
}

#[tokio::test]
async fn a_key_is_one_header_of_255_visible_characters() {
    let hallpass = Hallpass::start("archilogic").await;
    let mint = || {
        hallpass
            .post("/v1/tokens", secret(json!({})))
            .bearer(&hallpass.root)
    };
    let longest = "k".repeat(255);
    assert_eq!(mint().header("idempotency-key", &longest).await.status, 201);
    assert_eq!(
        mint().header("idempotency-key", &longest).await.code(),
        MINTED
    );
    let wrong = [
        mint().header("idempotency-key", ""),
        mint().header("idempotency-key", "k".repeat(256)),
        mint().header("idempotency-key", "schlüssel"),
        mint().header("idempotency-key", b"\xff"),
        mint()
            .header("idempotency-key", "a")
            .header("idempotency-key", "b"),
        mint()
            .header("idempotency-key", "a")
            .header("idempotency-key", "a"),
    ];
    for call in wrong {
        assert_eq!(call.await.refusal(), (400, "invalid_idempotency_key", ""));
    }
    assert_eq!(tokens(&hallpass).await, 1);
}

#[tokio::test]
async fn s26_twenty_at_once_with_one_key_make_one_token() {
    let hallpass = Hallpass::start("archilogic").await;
    for (key, body) in [
        ("limited", secret(json!({}))),
        ("unlimited", management(json!({}))),
    ] {
        let before = tokens(&hallpass).await;
        let mut running = JoinSet::new();
        for _ in 0..20 {
            running.spawn(keyed(&hallpass, &hallpass.root, key, body.clone()).into_future());
        }
        let (made, rest): (Vec<_>, Vec<_>) = running
            .join_all()
            .await
            .into_iter()
            .partition(|reply| reply.status == 201);
        assert_eq!((made.len(), rest.len()), (1, 19));
        for reply in rest {
            assert_minted_before(&reply, &text(&made[0].body, "id"));
        }
        assert_eq!(tokens(&hallpass).await, before + 1);
    }
}

#[tokio::test]
async fn s26_s45_a_lost_reply_makes_no_second_token_and_no_false_conflict() {
    for fault in [Fault::LoseReply, Fault::HalfReply] {
        for key in [None, Some("one")] {
            let hallpass = Hallpass::start("archilogic").await;
            let mint = || {
                let call = hallpass
                    .post("/v1/tokens", secret(json!({})))
                    .bearer(&hallpass.root);
                match key {
                    Some(key) => call.header("idempotency-key", key),
                    None => call,
                }
            };
            hallpass
                .dynamodb
                .inject(fault.clone().on("TransactWriteItems").once());
            let reply = mint().await;
            assert_eq!(reply.outcome(), Ok(()), "{fault:?} {key:?} {}", reply.body);
            assert_eq!(hallpass.dynamodb.count("TransactWriteItems"), 2);
            assert_eq!(tokens(&hallpass).await, 1);
            assert_eq!(hallpass.code(&text(&reply.body, "token")).await, "active");
            if key.is_some() {
                assert_minted_before(&mint().await, &text(&reply.body, "id"));
            }
        }
    }
}

#[tokio::test]
async fn s26_s45_after_an_outage_the_key_tells_what_was_made() {
    let hallpass = Hallpass::start("archilogic").await;
    let mint = || keyed(&hallpass, &hallpass.root, "one", secret(json!({})));
    hallpass
        .dynamodb
        .inject(Fault::LoseReply.on("TransactWriteItems").times(3));
    let lost = mint().await;
    assert_eq!(lost.refusal(), (503, "unavailable", ""));
    assert_eq!(lost.header("retry-after"), "1");
    hallpass.dynamodb.heal();
    let again = mint().await;
    assert_eq!(again.refusal(), (409, MINTED, ""));
    assert_eq!(tokens(&hallpass).await, 1);
    // Its id is enough to get rid of it, and of its place.
    let id = text(&again.body, "id");
    let revoked = hallpass
        .delete(&format!("/v1/tokens/{id}"))
        .bearer(&hallpass.root);
    assert_eq!(revoked.await.status, 204);
    // Where nothing was written, the same key makes the token.
    hallpass
        .dynamodb
        .inject(Fault::Reset.on("TransactWriteItems").times(3));
    let second = || keyed(&hallpass, &hallpass.root, "two", secret(json!({})));
    assert_eq!(second().await.refusal(), (503, "unavailable", ""));
    assert_eq!(second().await.outcome(), Ok(()));
    assert_eq!(tokens(&hallpass).await, 2);
}

/// What was made is told, also where the caller could not make it any more.
#[tokio::test]
async fn s26_a_repeated_mint_is_told_though_its_terms_would_be_refused_by_now() {
    let hallpass = Hallpass::start("archilogic").await;
    let body = json!({
        "kind": "management", "name": "an hour's", "scopes": ["tokens:mint", "floor:*"],
        "expires_in": 3_600,
    });
    let maker = text(&hallpass.mint(body).await, "token");
    let body = json!({
        "kind": "secret", "name": "s", "scopes": ["floor:export"], "expires_in": 3_000,
    });
    let mint = |key: &str| {
        let call = hallpass.post("/v1/tokens", body.clone()).bearer(&maker);
        call.header("idempotency-key", key)
    };
    let made = mint("one").await;
    assert_eq!(made.status, 201, "{}", made.body);
    hallpass.clock.advance(Duration::from_secs(1_000));
    assert!(mint("another").await.status.is_client_error());
    let again = mint("one").await;
    assert_eq!(again.answer(), (409, "already_minted"));
    assert_eq!(again.body["id"], made.body["id"]);
}
