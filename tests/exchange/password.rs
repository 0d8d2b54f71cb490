//! A shared model and its password.

use super::{MODEL, PAGE, ROUTE, acme, hashes, open};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hallpass_tests::proxy::{Fault, Rule};
use hallpass_tests::{Hallpass, Log, text};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn the_token_is_the_shares() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    let id = hallpass
        .made(
            &manager,
            "/v1/shares",
            json!({"model": MODEL, "password": "sesame"}),
        )
        .await;
    let token = text(&open(&hallpass, "sesame").await.body, "token");
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap());
    let claims: Value = serde_json::from_slice(&claims.unwrap()).unwrap();
    let own = &claims["https://hallpass.dev/claims"];
    assert_eq!(
        (&claims["client_id"], &own["parent"]),
        (&json!(id), &json!(id))
    );
    assert_eq!(claims["sub"], own["account"]);
    assert_eq!(
        claims["scope"],
        format!("model:query@model/{MODEL} model:view@model/{MODEL}")
    );
    assert_eq!(own["kind"], "access");
    let reply = hallpass.get("/v1/tokens/self").bearer(&token).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.body["parent"], id);
}

#[tokio::test]
async fn s50_a_model_that_is_not_there_and_a_wrong_password_answer_alike_after_one_hash_each() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    hallpass
        .made(
            &manager,
            "/v1/shares",
            json!({"model": MODEL, "password": "sesame"}),
        )
        .await;
    hallpass
        .made(&manager, "/v1/shares", json!({"model": "open"}))
        .await;
    let id = hallpass
        .made(
            &manager,
            "/v1/shares",
            json!({"model": "ended", "password": "x"}),
        )
        .await;
    let ended = hallpass.delete(&format!("/v1/shares/{id}"));
    assert_eq!(ended.bearer(&manager).await.status, 204);
    let log = Log::keep();
    let ask = |body: Value| hallpass.post(ROUTE, body).origin(PAGE);
    let first = ask(json!({"model": MODEL, "password": "wrong"})).await;
    assert_eq!(first.answer(), (401, "wrong_password"));
    // No window of the browser's own, which Basic would open.
    let challenge = first.header("www-authenticate");
    assert!(!challenge.is_empty() && !challenge.starts_with("Basic"));
    for (number, body) in [
        json!({"model": "nowhere", "password": "sesame"}),
        json!({"model": "nowhere"}),
        json!({"model": MODEL}),
        json!({"model": MODEL, "password": ""}),
        json!({"model": "ended", "password": "x"}),
        json!({"model": "open", "password": "sesame"}),
    ]
    .into_iter()
    .enumerate()
    {
        let reply = ask(body.clone()).await;
        assert_eq!(
            reply.without_request_id(),
            first.without_request_id(),
            "{body}"
        );
        assert_eq!(hashes(&log), number + 2, "{body}");
    }
    // A model without a password costs none.
    let before = hashes(&log);
    assert_eq!(ask(json!({"model": "open"})).await.status, 200);
    assert_eq!(hashes(&log), before);
}

#[tokio::test]
async fn s19_no_password_is_in_the_table_a_log_or_a_reply() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    let log = Log::keep();
    let body = json!({"model": MODEL, "password": "correct-horse"});
    let call = hallpass.post("/v1/shares", body).bearer(&manager);
    let made = call.header("idempotency-key", "once").await;
    let path = format!("/v1/shares/{}", text(&made.body, "id"));
    let read = hallpass.get(&path).bearer(&manager).await;
    let listed = hallpass.get("/v1/shares").bearer(&manager).await;
    for reply in [&made, &read, &listed] {
        assert!(reply.status.is_success(), "{}", reply.body);
        let body = reply.body.to_string();
        assert!(body.contains("\"has_password\":true"), "{body}");
        assert!(
            !body.contains("correct-horse") && !body.contains("argon2"),
            "{body}"
        );
    }
    let opened = open(&hallpass, "correct-horse").await;
    assert_eq!(opened.status, 200);
    let refused = open(&hallpass, "battery-staple").await;
    assert!(!refused.body.to_string().contains("battery"));
    hallpass.dynamodb.inject(Fault::Reset);
    let fails = open(&hallpass, "battery-staple").await;
    assert_eq!(fails.status, 503);
    hallpass.dynamodb.heal();
    let table = format!("{:?}", hallpass.items().await);
    assert_eq!(table.matches("$argon2id$v=19$m=19456,t=2,p=1$").count(), 1);
    let ours: Vec<String> = log
        .text()
        .lines()
        .filter(|line| line.contains("hallpass"))
        .map(str::to_owned)
        .collect();
    assert!(!ours.is_empty());
    for secret in ["correct-horse", "battery-staple"] {
        assert!(!table.contains(secret));
        assert_eq!(ours.iter().find(|line| line.contains(secret)), None);
    }
}

#[tokio::test]
async fn s44_an_outage_is_503_and_never_a_pass() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    hallpass
        .made(
            &manager,
            "/v1/shares",
            json!({"model": MODEL, "password": "sesame"}),
        )
        .await;
    assert_eq!(open(&hallpass, "sesame").await.status, 200);
    // Each read and write of the way of somebody who is not known yet, one after the other.
    hallpass.dynamodb.reset();
    let reply = open(&hallpass, "sesame").from("198.51.100.9").await;
    assert_eq!(reply.status, 200);
    let calls = hallpass.dynamodb.operations();
    assert_eq!(
        calls,
        [
            "GetItem",
            "BatchGetItem",
            "UpdateItem",
            "UpdateItem",
            "UpdateItem",
            "UpdateItem"
        ]
    );
    let last = calls.len() - 1;
    for number in 0..calls.len() {
        for fault in [
            Fault::Throttle,
            Fault::ServerError,
            Fault::Reset,
            Fault::Refuse(400, "AccessDeniedException"),
        ] {
            for password in ["sesame", "wrong"] {
                let log = Log::keep();
                let rule = Rule::from(fault.clone()).after(number);
                hallpass.dynamodb.inject(rule);
                let reply = open(&hallpass, password).from("198.51.100.1").await;
                hallpass.dynamodb.heal();
                let context = format!("{fault:?} {number} {password}");
                // The last write notes who has given the password: nobody who has not.
                if number == last && password == "wrong" {
                    assert_eq!(reply.status, 401, "{context}");
                } else {
                    assert_eq!(reply.answer(), (503, "unavailable"), "{context}");
                    assert_eq!(reply.header("retry-after"), "1");
                }
                // The limiter comes before the hash.
                assert_eq!(hashes(&log), usize::from(number == last), "{context}");
            }
            hallpass.clock.advance(Duration::from_secs(60));
        }
    }
}

/// Set in one composition and given in another, with other spaces; and a hash from before.
#[tokio::test]
async fn s70_a_password_is_given_on_any_keyboard() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    let body = json!({"model": MODEL, "password": "jos\u{e9} \u{a0}x"});
    hallpass.made(&manager, "/v1/shares", body).await;
    for given in ["jose\u{301}  x", "jos\u{e9}\u{3000}\u{2003}x"] {
        assert_eq!(open(&hallpass, given).await.status, 200, "{given:?}");
    }
    // What has no form is refused when it is set, and simply wrong when it is given.
    for wrong in ["jose  x", "jos\u{e9}  x\u{200b}", "\u{0}"] {
        let reply = open(&hallpass, wrong).await;
        assert_eq!(reply.status, 401, "{wrong:?} {}", reply.body);
    }
    let unseen = json!({"model": "other", "password": "a\u{200b}"});
    let refused = hallpass.post("/v1/shares", unseen).bearer(&manager).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    // argon2-cffi 25.1 of `jose\u{301}`, as passwords were hashed before: as they are written.
    let before = "$argon2id$v=19$m=19456,t=2,p=1$AQEBAQEBAQEBAQEBAQEBAQ$cbmD/5cwO9kilQS6FVZGA9YUNMntkpZxSfp8FSU6V48";
    let share = hallpass.items_of("SHARE#").await.remove(0);
    let change = hallpass
        .dynamodb_client
        .update_item()
        .table_name(&hallpass.table);
    let change = change
        .key("pk", share["pk"].clone())
        .key("sk", share["sk"].clone());
    let change = change.update_expression("SET password = :before");
    let before = aws_sdk_dynamodb::types::AttributeValue::S(before.to_owned());
    change
        .expression_attribute_values(":before", before)
        .send()
        .await
        .unwrap();
    assert_eq!(open(&hallpass, "jos\u{e9}").await.status, 401);
    assert_eq!(open(&hallpass, "jose\u{301}").await.status, 200);
    // From then on, the other composition opens it, too.
    assert_eq!(open(&hallpass, "jos\u{e9}").await.status, 200);
}
