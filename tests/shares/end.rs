//! Passwords that change, and models that are no longer shared.

use super::{SHARES, sharer, unshare, visit};
use hallpass_tests::Hallpass;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn another_password_ends_what_the_old_one_opened() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, caller) = hallpass.account("acme", sharer()).await;
    let id = hallpass
        .made(&caller, SHARES, json!({"model": "m", "password": "one"}))
        .await;
    let mut right = "one";
    for (set, next) in [
        (json!("two"), "two"),
        (json!(null), ""),
        (json!("three"), "three"),
        (json!(""), ""),
        // The same again ends them as well: that is how an owner throws everybody out.
        (json!("three"), "three"),
        (json!("three"), "three"),
    ] {
        let old = visit(&hallpass, "m", right).await.unwrap();
        assert_eq!(hallpass.code(&old).await, "active");
        let reply = hallpass
            .patch(&format!("{SHARES}/{id}"), json!({"password": set}))
            .bearer(&caller)
            .await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(reply.body["has_password"], !next.is_empty());
        assert_eq!(hallpass.code(&old).await, "parent_revoked");
        if right != next {
            assert_eq!(visit(&hallpass, "m", right).await, Err(401));
        }
        right = next;
        // Also in the very same moment: the clock stands.
        let new = visit(&hallpass, "m", right).await.unwrap();
        assert_eq!(hallpass.code(&new).await, "active");
        hallpass.clock.advance(Duration::from_secs(60));
    }
}

#[tokio::test]
async fn a_change_names_the_password() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, caller) = hallpass.account("acme", sharer()).await;
    let id = hallpass
        .made(&caller, SHARES, json!({"model": "m", "password": "one"}))
        .await;
    let before = hallpass.items().await;
    for (body, field) in [
        (json!({}), "password"),
        (json!({"password": 5}), "password"),
        (json!({"password": "x".repeat(1_025)}), "password"),
        (json!({"pasword": null}), "pasword"),
        (json!({"password": "x", "model": "n"}), "model"),
    ] {
        let reply = hallpass
            .patch(&format!("{SHARES}/{id}"), body.clone())
            .bearer(&caller)
            .await;
        assert_eq!(reply.answer(), (422, "invalid_field"), "{body}");
        assert_eq!(reply.body["field"], field, "{body}");
    }
    assert_eq!(hallpass.items().await.len(), before.len());
    assert!(visit(&hallpass, "m", "one").await.is_ok());
}

#[tokio::test]
async fn s27_unsharing_kills_the_tokens_for_good() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, caller) = hallpass.account("acme", sharer()).await;
    let first = hallpass
        .made(&caller, SHARES, json!({"model": "m", "password": "one"}))
        .await;
    let token = visit(&hallpass, "m", "one").await.unwrap();
    assert_eq!(hallpass.code(&token).await, "active");
    assert_eq!(unshare(&hallpass, &caller, &first).await.status, 204);
    assert_eq!(hallpass.code(&token).await, "parent_revoked");
    assert_eq!(visit(&hallpass, "m", "one").await, Err(401));
    // s28: twice is as once.
    let before = hallpass.items().await.len();
    assert_eq!(unshare(&hallpass, &caller, &first).await.status, 204);
    assert_eq!(hallpass.items().await.len(), before);
    let read = hallpass
        .get(&format!("{SHARES}/{first}"))
        .bearer(&caller)
        .await;
    assert_eq!(read.body["revoked_at"], 1_800_000_000);
    let listed = hallpass.get(SHARES).bearer(&caller).await;
    assert_eq!(listed.body["shares"], json!([]));
    let reply = hallpass
        .patch(&format!("{SHARES}/{first}"), json!({"password": "two"}))
        .bearer(&caller)
        .await;
    assert_eq!(reply.answer(), (409, "unshared"));
    // Shared again, also under the same password, it is another share.
    let second = hallpass
        .made(&caller, SHARES, json!({"model": "m", "password": "one"}))
        .await;
    assert_ne!(second, first);
    assert_eq!(hallpass.code(&token).await, "parent_revoked");
    let new = visit(&hallpass, "m", "one").await.unwrap();
    assert_eq!(hallpass.code(&new).await, "active");
    // The old one cannot end the new one.
    assert_eq!(unshare(&hallpass, &caller, &first).await.status, 204);
    assert_eq!(hallpass.code(&new).await, "active");
    assert!(visit(&hallpass, "m", "one").await.is_ok());
}

#[tokio::test]
async fn the_row_of_an_ended_share_outlives_what_it_gave() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, caller) = hallpass.account("acme", sharer()).await;
    let id = hallpass.made(&caller, SHARES, json!({"model": "m"})).await;
    assert_eq!(unshare(&hallpass, &caller, &id).await.status, 204);
    let items = hallpass.items().await;
    let with = |start: String| {
        let found = items
            .iter()
            .filter(move |item| item["pk"].as_s().unwrap().starts_with(&start));
        found.collect::<Vec<_>>()
    };
    let row = with(format!("SHARE#{id}"));
    let ttl: u64 = row[0]["ttl"].as_n().unwrap().parse().unwrap();
    assert_eq!(ttl, 1_800_000_000 + 30 * 24 * 60 * 60);
    assert!(with("MODEL#".to_owned()).is_empty());
}

#[tokio::test]
async fn s54_closing_ends_shares_and_stops_sharing() {
    let hallpass = Hallpass::start("bimu").await;
    let (account, caller) = hallpass.account("acme", sharer()).await;
    let environments = format!("/v1/accounts/{account}/environments");
    let made = hallpass.post(&environments, json!({"name": "shop/live"}));
    assert_eq!(made.bearer(&hallpass.root).await.status, 201);
    let of_shop =
        |model: &str| json!({"model": model, "account": account, "environment": "shop/live"});
    let root = &hallpass.root;
    hallpass.made(root, SHARES, of_shop("shop")).await;
    hallpass
        .made(&caller, SHARES, json!({"model": "live", "password": "x"}))
        .await;
    let shop = visit(&hallpass, "shop", "").await.unwrap();
    let live = visit(&hallpass, "live", "x").await.unwrap();
    let close = async |body: Value| {
        let reply = hallpass.post("/v1/revocations", body).bearer(root).await;
        assert_eq!(reply.status, 204, "{}", reply.body);
    };
    close(json!({"account": account, "environment": "shop/live"})).await;
    assert_eq!(hallpass.code(&shop).await, "parent_revoked");
    assert_eq!(hallpass.code(&live).await, "active");
    assert_eq!(visit(&hallpass, "shop", "").await, Err(401));
    let reply = hallpass.post(SHARES, of_shop("another")).bearer(root).await;
    assert_eq!(reply.answer(), (409, "closed"));
    close(json!({"account": account})).await;
    assert_eq!(hallpass.code(&live).await, "parent_revoked");
    assert_eq!(visit(&hallpass, "live", "x").await, Err(401));
    // Its models' ids are free again.
    let (_, rival) = hallpass.account("rival", sharer()).await;
    hallpass
        .made(&rival, SHARES, json!({"model": "live"}))
        .await;
}

#[tokio::test]
async fn s54_ending_what_is_old_leaves_a_model_shared() {
    let hallpass = Hallpass::start("bimu").await;
    let (account, caller) = hallpass.account("acme", sharer()).await;
    hallpass.made(&caller, SHARES, json!({"model": "m"})).await;
    let old = visit(&hallpass, "m", "").await.unwrap();
    hallpass.clock.advance(Duration::from_secs(10));
    let new = visit(&hallpass, "m", "").await.unwrap();
    let body = json!({"account": account, "environment": "default/live", "before": 1_800_000_005});
    let reply = hallpass.post("/v1/revocations", body);
    let reply = reply.bearer(&hallpass.root).await;
    assert_eq!(reply.status, 204, "{}", reply.body);
    assert_eq!(hallpass.code(&old).await, "parent_revoked");
    assert_eq!(hallpass.code(&new).await, "active");
    assert!(visit(&hallpass, "m", "").await.is_ok());
}

#[tokio::test]
async fn every_act_is_in_the_audit_log() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, caller) = hallpass.account("acme", sharer()).await;
    let id = hallpass.made(&caller, SHARES, json!({"model": "m"})).await;
    hallpass
        .patch(&format!("{SHARES}/{id}"), json!({"password": "sesame"}))
        .bearer(&caller)
        .await;
    unshare(&hallpass, &caller, &id).await;
    let mut acts: Vec<String> = Vec::new();
    for item in hallpass.items().await {
        let is_audit = item["pk"].as_s().unwrap().starts_with("AUDIT#");
        let subject = item.get("subject").and_then(|it| it.as_s().ok());
        if is_audit && subject == Some(&id) {
            acts.push(item["action"].as_s().unwrap().clone());
        }
    }
    acts.sort();
    assert_eq!(acts, ["change_share", "share", "unshare"]);
}
