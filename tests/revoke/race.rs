//! Revoking while something else happens.

use crate::revoke::{child, delete, revoke};
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Call, Hallpass, Reply, text};
use serde_json::{Value, json};

async fn place(hallpass: &Hallpass) -> Value {
    let (account, _) = hallpass.account("acme", json!(["asset:read"])).await;
    json!({"account": account})
}

fn mint(hallpass: &Hallpass, place: &Value, kind: &str) -> Call {
    let mut body = json!({"kind": kind, "name": "k", "scopes": ["asset:read"]});
    body.as_object_mut()
        .unwrap()
        .extend(place.as_object().unwrap().clone());
    hallpass.post("/v1/tokens", body).bearer(&hallpass.root)
}

/// Whatever a mint returned is dead once the closing says that it has finished.
#[tokio::test]
async fn s54_mints_that_race_with_a_closing_leave_nothing_alive() {
    let hallpass = Hallpass::start("default").await;
    let place = place(&hallpass).await;
    let environment = json!({"account": place["account"], "environment": "default/live"});
    hallpass.dynamodb.reset();
    // Eight mint one token after the other, until they are refused.
    let minting: Vec<_> = (0..8)
        .map(|_| tokio::spawn(mint_on(mint(&hallpass, &place, "apikey"))))
        .collect();
    hallpass.dynamodb.arrived("TransactWriteItems", 40).await;
    let closing = revoke(&hallpass, environment).bearer(&hallpass.root);
    closing.await.assert("close", 204, "");
    let mut made = Vec::new();
    for minting in minting {
        let (tokens, refused) = minting.await.unwrap();
        refused.assert("refused", 409, "closed");
        made.extend(tokens);
    }
    assert!(made.len() >= 32);
    for token in &made {
        assert_eq!(hallpass.code(token).await, "revoked");
    }
}

/// Mints until it is refused: what it made, and how it was refused. A closing that does not close
/// ends it as well.
async fn mint_on(mint: Call) -> (Vec<String>, Reply) {
    let mut made = Vec::new();
    loop {
        let reply = mint.clone().await;
        if reply.status != 201 || made.len() == 200 {
            return (made, reply);
        }
        made.push(text(&reply.body, "token"));
    }
}

/// What was let in before its caller was revoked writes nothing after the revocation was answered.
#[tokio::test]
async fn s27_a_revoked_caller_makes_rotates_and_changes_nothing_more() {
    let hallpass = Hallpass::start("default").await;
    let scopes = json!(["tokens:mint", "asset:read"]);
    let (_, other) = hallpass.account("acme", scopes.clone()).await;
    let target = json!({"kind": "apikey", "name": "target", "scopes": ["asset:read"]});
    let target = text(&hallpass.mint_as(&other, target).await, "id");
    let path = format!("/v1/tokens/{target}");
    for act in ["mint", "rotate", "update"] {
        let caller = json!({"kind": "management", "name": act, "scopes": scopes});
        let caller = hallpass.mint_as(&other, caller).await;
        let (id, token) = (text(&caller, "id"), text(&caller, "token"));
        let call = match act {
            "mint" => hallpass.post(
                "/v1/tokens",
                json!({"kind": "apikey", "name": "late", "scopes": ["asset:read"]}),
            ),
            "rotate" => hallpass.post(&format!("{path}/rotate"), json!({"overlap_seconds": 60})),
            _ => hallpass
                .call(http::Method::PATCH, &path)
                .json(json!({"name": "late"})),
        };
        hallpass.dynamodb.reset();
        hallpass
            .dynamodb
            .inject(Fault::Stall.on("TransactWriteItems").once());
        let late = tokio::spawn(call.bearer(&token).into_future());
        hallpass.dynamodb.arrived("TransactWriteItems", 1).await;
        delete(&hallpass, &id)
            .bearer(&hallpass.root)
            .await
            .assert(act, 204, "");
        let before = hallpass.items().await;
        hallpass.dynamodb.heal();
        late.await.unwrap().assert(act, 401, "caller_changed");
        crate::revoke::assert_unchanged(act, &hallpass, &before).await;
    }
}

/// A mint that was let in before and writes after: its condition is lost.
#[tokio::test]
async fn s54_a_mint_on_its_way_is_refused_by_the_table() {
    let hallpass = Hallpass::start("default").await;
    for name in ["environment", "account"] {
        let (account, _) = hallpass.account(name, json!(["asset:read"])).await;
        let place = json!({"account": account});
        let closing = match name {
            "account" => place.clone(),
            _ => json!({"account": account, "environment": "default/live"}),
        };
        hallpass.dynamodb.reset();
        hallpass
            .dynamodb
            .inject(Fault::Stall.on("TransactWriteItems").times(2));
        let late: Vec<_> = ["secret", "apikey"]
            .map(|kind| tokio::spawn(mint(&hallpass, &place, kind).into_future()))
            .into();
        hallpass.dynamodb.arrived("TransactWriteItems", 2).await;
        revoke(&hallpass, closing)
            .bearer(&hallpass.root)
            .await
            .assert(name, 204, "");
        hallpass.dynamodb.heal();
        for reply in late {
            reply.await.unwrap().assert(name, 409, "closed");
        }
    }
}

/// A closing that is on its way has shut the door already, and the one before it is found.
#[tokio::test]
async fn s54_a_mint_just_before_is_found_and_one_meanwhile_is_refused() {
    let hallpass = Hallpass::start("default").await;
    let place = place(&hallpass).await;
    let before = text(&mint(&hallpass, &place, "apikey").await.body, "token");
    hallpass.dynamodb.reset();
    hallpass.dynamodb.inject(Fault::Stall.on("Query").once());
    let environment = json!({"account": place["account"], "environment": "default/live"});
    let closing = tokio::spawn(
        revoke(&hallpass, environment)
            .bearer(&hallpass.root)
            .into_future(),
    );
    // It is about to read which tokens there are.
    hallpass.dynamodb.arrived("Query", 1).await;
    assert_eq!(hallpass.code(&before).await, "active");
    let meanwhile = mint(&hallpass, &place, "apikey").await;
    meanwhile.assert("meanwhile", 409, "closed");
    hallpass.dynamodb.heal();
    closing.await.unwrap().assert("close", 204, "");
    assert_eq!(hallpass.code(&before).await, "revoked");
}

/// s27: from the reply on, no instance accepts it, however many ask at once.
#[tokio::test]
async fn s27_no_stale_acceptance_from_the_reply_on() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    let child = child(&hallpass, &token).await;
    let validate = |token: &str| {
        let call = hallpass.post("/v1/tokens/validate", json!({"token": token}));
        tokio::spawn(call.bearer(&hallpass.root).into_future())
    };
    // Memory is warm, and validations are under way all the time.
    let during: Vec<_> = (0..20)
        .flat_map(|_| [validate(&token), validate(&child)])
        .collect();
    delete(&hallpass, &id)
        .bearer(&hallpass.root)
        .await
        .assert("revoke", 204, "");
    let after: Vec<_> = (0..20)
        .map(|_| (validate(&token), validate(&child)))
        .collect();
    for reply in during {
        let code = text(&reply.await.unwrap().body, "code");
        assert!(
            ["active", "revoked", "parent_revoked"].contains(&code.as_str()),
            "{code}"
        );
    }
    for (of_token, of_child) in after {
        assert_eq!(of_token.await.unwrap().body["code"], "revoked");
        assert_eq!(of_child.await.unwrap().body["code"], "parent_revoked");
    }
}

/// Many revoke the same token at once: one does it, and all of them may say so.
#[tokio::test]
async fn s28_revoking_at_once_is_revoking_once() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    hallpass.dynamodb.reset();
    hallpass
        .dynamodb
        .inject(Fault::Stall.on("TransactWriteItems"));
    let calls = (0..8).map(|_| delete(&hallpass, &id).bearer(&hallpass.root));
    let running: Vec<_> = calls.map(|call| tokio::spawn(call.into_future())).collect();
    hallpass.dynamodb.arrived("TransactWriteItems", 8).await;
    hallpass.dynamodb.heal();
    for reply in running {
        reply.await.unwrap().assert("at once", 204, "");
    }
    assert_eq!(hallpass.code(&token).await, "revoked");
    let items = hallpass.items().await;
    let revocations = items.iter().filter(|item| {
        item.get("action")
            .is_some_and(|action| action.as_s().unwrap() == "revoke")
    });
    assert_eq!(revocations.count(), 1, "one audit row");
}
