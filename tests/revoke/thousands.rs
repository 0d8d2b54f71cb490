//! 10,000 tokens: what ending them takes, and what an end half way leaves.

use crate::revoke::{delete, revoke};
use hallpass_core::TokenId;
use hallpass_keys::KeySort;
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Call, Hallpass, text};
use serde_json::json;
use tokio::task::JoinSet;

const MANY: usize = 10_000;
const AT_ONCE: usize = 4;

/// Children hold no rows, so that there is nothing to walk: the parent's row ends them all.
#[tokio::test(flavor = "multi_thread")]
async fn s22_ten_thousand_children_end_in_one_transaction() {
    let hallpass = Hallpass::start_signing("default", KeySort::P256, true).await;
    let (id, parent) = hallpass.secret_with(json!({})).await;
    let before = hallpass.items().await.len();
    let mut running = JoinSet::new();
    for _ in 0..AT_ONCE {
        let body = json!({"scopes": ["asset:read"]});
        let derive = || {
            let call = hallpass.post("/v1/tokens/temporary", body.clone());
            call.bearer(&parent)
        };
        let calls: Vec<Call> = std::iter::repeat_with(derive)
            .take(MANY / AT_ONCE)
            .collect();
        running.spawn(async {
            let mut children = Vec::new();
            for call in calls {
                let reply = call.await;
                assert_eq!(reply.status, 200, "{}", reply.body);
                let bearer = text(&reply.body, "authorization");
                children.push(bearer.replace("Bearer ", ""));
            }
            children
        });
    }
    let children = running.join_all().await.concat();
    assert_eq!(hallpass.items().await.len(), before, "a child has no row");
    hallpass.dynamodb.reset();
    let reply = delete(&hallpass, &id).bearer(&hallpass.root).await;
    reply.assert("revoke", 204, "");
    let paid = hallpass.dynamodb.operations();
    let written = paid.iter().filter(|it| *it == "TransactWriteItems").count();
    assert_eq!(written, 1, "{paid:?}");
    for child in children.iter().step_by(100) {
        assert_eq!(hallpass.code(child).await, "parent_revoked");
    }
}

/// The table goes away half way: what has ended stays ended, nothing is minted meanwhile, and asking
/// again, here by another instance, ends the rest without doing the first half twice.
#[tokio::test]
async fn s54_an_account_of_ten_thousand_tokens_ends_also_when_stopped_half_way() {
    let mut hallpass = Hallpass::start("default").await;
    let (account, _) = hallpass.account("acme", json!(["asset:read"])).await;
    let body = json!({
        "kind": "apikey", "name": "one of many", "scopes": ["asset:read"], "account": account,
    });
    let original = hallpass.mint(body.clone()).await;
    let mut ids = hallpass.copies(&text(&original, "id"), MANY - 1).await;
    ids.push(text(&original, "id"));
    hallpass.dynamodb.reset();
    let outage = Fault::Refuse(400, "AccessDeniedException");
    hallpass
        .dynamodb
        .inject(outage.on("TransactWriteItems").after(MANY / 2));
    let close = json!({"account": account});
    let mut location = format!("/v1/revocations/{account}");
    let mut reply = revoke(&hallpass, close.clone())
        .bearer(&hallpass.root)
        .await;
    // A slow machine does less in one call.
    while reply.status == 202 {
        location = reply.header("location").to_owned();
        reply = hallpass.get(&location).bearer(&hallpass.root).await;
    }
    reply.assert("stopped", 503, "unavailable");
    hallpass.dynamodb.heal();
    let living = living(&hallpass, &ids).await;
    assert!(living > 0 && living < MANY, "{living} live half way");
    let late = hallpass.post("/v1/tokens", body).bearer(&hallpass.root);
    late.await.assert("late", 409, "closed");

    hallpass.another_instance();
    hallpass.dynamodb.reset();
    let mut reply = revoke(&hallpass, close).bearer(&hallpass.root).await;
    while reply.status == 202 {
        reply = hallpass.get(&location).bearer(&hallpass.root).await;
    }
    reply.assert("finished", 204, "");
    let written = hallpass.dynamodb.count("TransactWriteItems");
    // A page may be done again, and each page notes how far it came.
    let most = living + 100 + MANY / 100 + 20;
    assert!(
        written <= most,
        "{written} transactions for {living} tokens"
    );
    assert_eq!(self::living(&hallpass, &ids).await, 0);
    assert_eq!(hallpass.code(&text(&original, "token")).await, "revoked");
}

/// How many of these tokens' records are not revoked.
async fn living(hallpass: &Hallpass, ids: &[String]) -> usize {
    let ids: std::collections::HashSet<TokenId> =
        ids.iter().map(|id| id.parse().unwrap()).collect();
    let items = hallpass.items().await.into_iter();
    let records = items.filter(|item| {
        let id = item.get("id").and_then(|id| id.as_s().ok());
        let id = id.and_then(|id| id.parse().ok());
        item.contains_key("secret_hash") && id.is_some_and(|id| ids.contains(&id))
    });
    records
        .filter(|item| !item.contains_key("revoked_at"))
        .count()
}
