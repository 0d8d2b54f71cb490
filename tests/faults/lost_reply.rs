//! s45: a fault after the write neither loses nor doubles what was written.

use crate::faults::{assert_unavailable, routes};
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Call, Hallpass, Reply, text};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const SECRET: &str = "a server";

/// A write, and what of it is to be seen.
struct Write {
    name: &'static str,
    call: Call,
    status: u16,
    /// The beginnings of the keys of the rows that it makes.
    rows: &'static [&'static str],
    /// The code of the same call again under the same `Idempotency-Key`.
    again: &'static str,
}

async fn writes(hallpass: &Hallpass) -> Vec<Write> {
    let root = |call: Call| call.bearer(&hallpass.root);
    let body = json!({"kind": "secret", "name": SECRET});
    let minted = hallpass.mint(body.clone()).await;
    let rotated = hallpass.mint(body.clone()).await;
    let rotate = format!("/v1/tokens/{}/rotate", text(&rotated, "id"));
    let revoke = format!("/v1/tokens/{}", text(&minted, "id"));
    let child = hallpass
        .derive(&text(&rotated, "token"), json!({"scopes": ["asset:read"]}))
        .await;
    let environments = format!("/v1/accounts/{}/environments", hallpass.operator);
    let write = |name, call, status, rows, again| Write {
        name,
        call: root(call),
        status,
        rows,
        again,
    };
    let apikey = json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"]});
    vec![
        write(
            "mint, limited",
            hallpass.post("/v1/tokens", body),
            201,
            &[
                "AUDIT#",
                "ENVIRONMENT#",
                "LIST#",
                "LIST#",
                "LIST#",
                "LIST#",
                "MADE#",
                "SLOTS#",
                "TOKEN#",
            ],
            "already_minted",
        ),
        write(
            "mint, unlimited",
            hallpass.post("/v1/tokens", apikey),
            201,
            &[
                "AUDIT#",
                "ENVIRONMENT#",
                "LIST#",
                "LIST#",
                "LIST#",
                "LIST#",
                "MADE#",
                "TOKEN#",
            ],
            "already_minted",
        ),
        write(
            "rotate",
            hallpass.post(&rotate, json!({"overlap_seconds": 60})),
            200,
            &["AUDIT#"],
            "already_rotated",
        ),
        write("revoke", hallpass.delete(&revoke), 204, &["AUDIT#"], ""),
        write(
            "revoke a JWT",
            hallpass.post("/v1/revocations", json!({"token": child})),
            204,
            &["AUDIT#", "JWT#"],
            "",
        ),
        write(
            "create an account",
            hallpass.post("/v1/accounts", json!({"name": "acme"})),
            201,
            &[
                "ACCOUNT#",
                "ACCOUNT#",
                "ACCOUNTS",
                "ACCOUNT_NAME#",
                "AUDIT#",
                "UNSEALED#",
            ],
            "already_created",
        ),
        write(
            "create an environment",
            hallpass.post(&environments, json!({"name": "app/test"})),
            201,
            &["ACCOUNT#", "AUDIT#", "UNSEALED#"],
            "already_created",
        ),
    ]
}

/// The beginnings of the keys of all rows, in order.
async fn rows(hallpass: &Hallpass) -> Vec<String> {
    let mut rows: Vec<String> = hallpass
        .items()
        .await
        .iter()
        .map(|item| {
            let pk = item["pk"].as_s().unwrap();
            pk.find('#').map_or(pk.clone(), |at| pk[..=at].to_owned())
        })
        .collect();
    rows.sort();
    rows
}

/// The rows that came since: those of `write`, each once.
async fn assert_written_once(hallpass: &Hallpass, write: &Write, before: &[String], more: &[&str]) {
    let mut expected = before.to_vec();
    expected.extend(write.rows.iter().chain(more).map(|row| (*row).to_owned()));
    expected.sort();
    let deleted: &[&str] = if write.name == "revoke" {
        &["SLOTS#"]
    } else {
        &[]
    };
    for row in deleted {
        let at = expected.iter().position(|known| known == row).unwrap();
        expected.remove(at);
    }
    assert_eq!(rows(hallpass).await, expected, "{}", write.name);
}

/// The tokens that the calls since the last reset would have been made under.
fn request_tokens(hallpass: &Hallpass) -> Vec<Value> {
    let calls = hallpass.dynamodb.calls();
    let writes = calls
        .into_iter()
        .filter(|call| call.operation == "TransactWriteItems");
    writes
        .map(|call| call.body["ClientRequestToken"].clone())
        .collect()
}

#[tokio::test]
async fn s45_a_lost_reply_is_asked_for_again_and_nothing_is_doubled() {
    for fault in [Fault::LoseReply, Fault::HalfReply] {
        let hallpass = Hallpass::start("default").await;
        for write in writes(&hallpass).await {
            let before = rows(&hallpass).await;
            hallpass.dynamodb.reset();
            hallpass
                .dynamodb
                .inject(fault.clone().on("TransactWriteItems").once());
            let reply = write.call.clone().await;
            assert_eq!(reply.status, write.status, "{}: {}", write.name, reply.body);
            let tokens = request_tokens(&hallpass);
            assert_eq!(tokens.len(), 2, "{}", write.name);
            assert!(
                tokens[0].is_string() && tokens[0] == tokens[1],
                "{tokens:?}"
            );
            assert_written_once(&hallpass, &write, &before, &[]).await;
            assert_good(&hallpass, &write, &reply).await;
        }
    }
}

/// What the reply shows is what was written.
async fn assert_good(hallpass: &Hallpass, write: &Write, reply: &Reply) {
    if let Some(token) = reply.body["token"].as_str() {
        assert_eq!(hallpass.code(token).await, "active", "{}", write.name);
    }
}

#[tokio::test]
async fn s26_s45_where_every_reply_is_lost_the_same_key_tells() {
    let hallpass = Hallpass::start("default").await;
    for write in writes(&hallpass).await {
        let before = rows(&hallpass).await;
        let call = write
            .call
            .clone()
            .header("idempotency-key", write.name.replace(' ', "-"));
        hallpass
            .dynamodb
            .inject(Fault::LoseReply.on("TransactWriteItems"));
        hallpass.dynamodb.reset();
        assert_unavailable(write.name, &call.clone().await);
        let tokens = request_tokens(&hallpass);
        assert_eq!(tokens.len(), 3, "{}", write.name);
        assert_eq!(
            BTreeSet::from_iter(tokens.iter().map(Value::to_string)).len(),
            1
        );
        hallpass.dynamodb.heal();
        // Revoking twice is as once; everything else says that it is done, each time.
        for _ in 0..2 {
            let reply = call.clone().await;
            let status = if write.again.is_empty() { 204 } else { 409 };
            assert_eq!(reply.answer(), (status, write.again), "{}", write.name);
            if write.again == "already_minted" {
                rotate(&hallpass, &text(&reply.body, "id")).await;
            }
        }
        let more: &[&str] = match write.again {
            "" => &[],
            // It was rotated twice.
            "already_minted" => &["IDEMPOTENCY#", "AUDIT#", "AUDIT#"],
            _ => &["IDEMPOTENCY#"],
        };
        assert_written_once(&hallpass, &write, &before, more).await;
    }
}

/// "Rotate it": the id is that of the token that was made, and this shows a secret of it.
async fn rotate(hallpass: &Hallpass, id: &str) {
    let path = format!("/v1/tokens/{id}/rotate");
    let call = hallpass.post(&path, json!({"overlap_seconds": 0}));
    let reply = call.bearer(&hallpass.root).await;
    assert_eq!(hallpass.code(&text(&reply.body, "token")).await, "active");
}

/// What came and went, by the beginnings of the keys.
async fn change(before: &[String], hallpass: &Hallpass) -> BTreeMap<String, i64> {
    let mut change = BTreeMap::new();
    for row in rows(hallpass).await {
        *change.entry(row).or_default() += 1;
    }
    for row in before {
        *change.entry(row.clone()).or_default() -= 1;
    }
    change.retain(|_, count| *count != 0);
    change
}

/// Every route that writes, with the reply of its first transaction lost, and with that of each.
#[tokio::test]
async fn s45_no_route_loses_or_doubles_what_it_wrote() {
    let hallpass = Hallpass::start("default").await;
    // An environment's first nesting makes the row that counts them.
    let nests = routes::all().find(|route| route.name == "join, a group");
    nests.unwrap().prepare(&hallpass).await.await;
    let mut tried = 0;
    for route in routes::all() {
        let call = route.prepare(&hallpass).await;
        let before = rows(&hallpass).await;
        hallpass.dynamodb.reset();
        assert_eq!(call.await.status, route.status, "{}", route.name);
        if hallpass.dynamodb.count("TransactWriteItems") == 0 {
            continue;
        }
        tried += 1;
        let once = change(&before, &hallpass).await;

        let call = route.prepare(&hallpass).await;
        let before = rows(&hallpass).await;
        hallpass.dynamodb.reset();
        let fault = Fault::LoseReply.on("TransactWriteItems");
        hallpass.dynamodb.inject(fault.clone().once());
        let reply = call.await;
        hallpass.dynamodb.heal();
        assert_eq!(reply.status, route.status, "{}: {}", route.name, reply.body);
        let tokens = request_tokens(&hallpass);
        assert_eq!(tokens[0], tokens[1], "{}", route.name);
        assert_eq!(change(&before, &hallpass).await, once, "{}", route.name);

        let key = route.name.replace([' ', ','], "-");
        let call = route.prepare(&hallpass).await;
        let call = call.header("idempotency-key", key);
        let before = rows(&hallpass).await;
        hallpass.dynamodb.inject(fault);
        assert_unavailable(route.name, &call.clone().await);
        hallpass.dynamodb.heal();
        for _ in 0..2 {
            let reply = call.clone().await;
            let status = reply.status.as_u16();
            let is_told = [route.status, 404, 409].contains(&status);
            assert!(is_told, "{}: {}", route.name, reply.body);
        }
        let mut twice = change(&before, &hallpass).await;
        let mut once = once;
        // A change that is asked for again is another act.
        for besides in ["IDEMPOTENCY#", "AUDIT#"] {
            twice.remove(besides);
            once.remove(besides);
        }
        assert_eq!(twice, once, "{}", route.name);
    }
    assert!(tried > 30, "{tried} routes write");
}

#[tokio::test]
async fn s45_without_a_key_a_repeated_mint_is_another_token_and_a_repeated_account_is_not() {
    let hallpass = Hallpass::start("default").await;
    hallpass
        .dynamodb
        .inject(Fault::LoseReply.on("TransactWriteItems"));
    let account = hallpass
        .post("/v1/accounts", json!({"name": "acme"}))
        .bearer(&hallpass.root);
    let mint = hallpass
        .post("/v1/tokens", json!({"kind": "secret", "name": SECRET}))
        .bearer(&hallpass.root);
    assert_unavailable("account", &account.clone().await);
    assert_unavailable("mint", &mint.clone().await);
    hallpass.dynamodb.heal();
    assert_eq!(account.await.code(), "name_taken");
    assert_eq!(mint.await.status, 201);
    let rows = rows(&hallpass).await;
    let count = |start: &str| rows.iter().filter(|row| *row == start).count();
    // The operator's management token and both that were minted.
    assert_eq!(
        (count("TOKEN#"), count("SLOTS#"), count("ACCOUNT_NAME#")),
        (3, 2, 2)
    );
}

/// The last free place is taken by the mint whose reply is lost: the key still tells.
#[tokio::test]
async fn s45_a_lost_mint_of_the_last_place_is_not_called_a_full_one() {
    let hallpass = Hallpass::start("default").await;
    let body = json!({"kind": "secret", "name": SECRET});
    for _ in 0..99 {
        hallpass.mint(body.clone()).await;
    }
    let mint = || {
        hallpass
            .post("/v1/tokens", body.clone())
            .bearer(&hallpass.root)
    };
    hallpass
        .dynamodb
        .inject(Fault::LoseReply.on("TransactWriteItems"));
    assert_unavailable("mint", &mint().header("idempotency-key", "last").await);
    hallpass.dynamodb.heal();
    let reply = mint().header("idempotency-key", "last").await;
    assert_eq!(reply.code(), "already_minted");
    assert!(text(&reply.body, "id").starts_with("tok_"));
    assert_eq!(
        mint().header("idempotency-key", "another").await.code(),
        "limit_reached"
    );
}
