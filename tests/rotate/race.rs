//! Rotating while something else happens to the token.

use crate::rotate::call;
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Hallpass, text};
use serde_json::json;
use std::collections::BTreeMap;

const AT_ONCE: usize = 8;

#[tokio::test]
async fn of_many_rotations_at_once_exactly_one_wins() {
    for overlap in [0, 60] {
        let hallpass = Hallpass::start("default").await;
        let (id, old) = hallpass.secret_with(json!({})).await;
        // All have read the token before the first of them writes.
        hallpass.dynamodb.reset();
        hallpass
            .dynamodb
            .inject(Fault::Stall.on("TransactWriteItems"));
        let running: Vec<_> = (0..AT_ONCE)
            .map(|_| call(&hallpass, &id, overlap).bearer(&hallpass.root))
            .map(|call| tokio::spawn(call.into_future()))
            .collect();
        hallpass
            .dynamodb
            .arrived("TransactWriteItems", AT_ONCE)
            .await;
        hallpass.dynamodb.heal();
        let mut codes = BTreeMap::<String, usize>::new();
        let mut won = Vec::new();
        for reply in running {
            let reply = reply.await.unwrap();
            *codes
                .entry(format!("{} {}", reply.status.as_u16(), reply.code()))
                .or_default() += 1;
            won.extend(reply.body["token"].as_str().map(str::to_owned));
        }
        let expected = [("200 ", 1), ("409 changed", AT_ONCE - 1)];
        assert_eq!(
            codes,
            expected
                .map(|(code, count)| (code.to_owned(), count))
                .into()
        );
        assert_eq!(hallpass.code(&won[0]).await, "active");
        let old_code = if overlap == 0 { "unknown" } else { "active" };
        assert_eq!(hallpass.code(&old).await, old_code);
    }
}

#[tokio::test]
async fn a_revocation_meanwhile_wins() {
    let hallpass = Hallpass::start("default").await;
    let (id, old) = hallpass.secret_with(json!({})).await;
    hallpass.dynamodb.reset();
    hallpass
        .dynamodb
        .inject(Fault::Stall.on("TransactWriteItems").once());
    let rotation = tokio::spawn(
        call(&hallpass, &id, 60)
            .bearer(&hallpass.root)
            .into_future(),
    );
    hallpass.dynamodb.arrived("TransactWriteItems", 1).await;
    let path = format!("/v1/tokens/{id}");
    assert_eq!(
        hallpass.delete(&path).bearer(&hallpass.root).await.status,
        204
    );
    hallpass.dynamodb.heal();
    rotation.await.unwrap().assert("late", 409, "changed");
    assert_eq!(hallpass.code(&old).await, "revoked");
}

/// What is told of the new secret is what is stored, also when many tokens rotate at once.
#[tokio::test]
async fn rotations_of_different_tokens_do_not_meet() {
    let hallpass = Hallpass::start("default").await;
    let mut running = Vec::new();
    for _ in 0..AT_ONCE {
        let (id, _) = hallpass.secret_with(json!({})).await;
        let call = call(&hallpass, &id, 0).bearer(&hallpass.root);
        running.push((id, tokio::spawn(call.into_future())));
    }
    for (id, reply) in running {
        let new = text(&reply.await.unwrap().body, "token");
        let seen = hallpass.validate(json!({"token": new})).await;
        assert_eq!((&seen["code"], &seen["id"]), (&json!("active"), &json!(id)));
    }
}
