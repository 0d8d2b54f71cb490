//! Made, read and listed.

use super::{SHARES, sharer, unshare, visit};
use hallpass_tests::{Hallpass, text};
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use tokio::task::JoinSet;

#[tokio::test]
async fn a_share_shows_all_but_its_password() {
    let hallpass = Hallpass::start("bimu").await;
    let (account, caller) = hallpass.account("acme", sharer()).await;
    let body = json!({"model": "m1", "password": "sesame"});
    let made = hallpass.post(SHARES, body).bearer(&caller).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_json_snapshot!(made.body, {".id" => "[id]", ".account" => "[account]"}, @r#"
    {
      "account": "[account]",
      "created_at": 1800000000,
      "environment": "default/live",
      "has_password": true,
      "id": "[id]",
      "model": "m1",
      "scopes": [
        "model:query@model/m1",
        "model:view@model/m1"
      ]
    }
    "#);
    assert_eq!(made.body["account"], account);
    let id = text(&made.body, "id");
    assert!(id.starts_with("shr_"));
    let read = hallpass
        .get(&format!("{SHARES}/{id}"))
        .bearer(&caller)
        .await;
    assert_eq!((read.status.as_u16(), &read.body), (200, &made.body));
    let listed = hallpass.get(SHARES).bearer(&caller).await;
    assert_eq!(listed.body, json!({"shares": [made.body]}));
}

#[tokio::test]
async fn null_and_the_empty_text_are_no_password() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, caller) = hallpass.account("acme", sharer()).await;
    for (number, (given, has)) in [
        (json!({}), false),
        (json!({"password": null}), false),
        (json!({"password": ""}), false),
        (json!({"password": " "}), true),
        (json!({"password": "x".repeat(1_024)}), true),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = given.clone();
        body["model"] = json!(format!("m{number}"));
        let reply = hallpass.post(SHARES, body).bearer(&caller).await;
        assert_eq!(reply.body["has_password"], has, "{number}: {}", reply.body);
    }
    for wrong in [
        json!("x".repeat(1_025)),
        json!(5),
        json!(["x"]),
        json!(false),
    ] {
        let reply = hallpass
            .post(SHARES, json!({"model": "m9", "password": wrong}))
            .bearer(&caller)
            .await;
        assert_eq!(reply.answer(), (422, "invalid_field"));
        assert_eq!(reply.body["field"], "password");
    }
}

#[tokio::test]
async fn a_model_is_shared_once_and_of_many_at_once_one_wins() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, caller) = hallpass.account("acme", sharer()).await;
    let mut running = JoinSet::new();
    for _ in 0..10 {
        let call = hallpass.post(SHARES, json!({"model": "m"}));
        running.spawn(call.bearer(&caller).into_future());
    }
    let replies = running.join_all().await;
    let made: Vec<_> = replies.iter().filter(|reply| reply.status == 201).collect();
    assert_eq!(made.len(), 1);
    let id = &made[0].body["id"];
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        assert_eq!(reply.answer(), (409, "already_shared"));
        assert_eq!(&reply.body["id"], id);
    }
    // A model's id is the platform's own: nobody else shares it either, or learns under which id
    // it is.
    let (_, rival) = hallpass.account("rival", sharer()).await;
    let reply = hallpass
        .post(SHARES, json!({"model": "m"}))
        .bearer(&rival)
        .await;
    assert_eq!(reply.answer(), (409, "already_shared"));
    assert_eq!(reply.body["id"], Value::Null);
    let id = id.as_str().unwrap();
    assert_eq!(unshare(&hallpass, &caller, id).await.status, 204);
    let again = hallpass.made(&rival, SHARES, json!({"model": "m"})).await;
    assert_ne!(again, id);
}

#[tokio::test]
async fn s26_s59_an_idempotency_key_shares_once_and_tells_other_bodies() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, caller) = hallpass.account("acme", sharer()).await;
    let call = |body: Value| {
        let call = hallpass.post(SHARES, body).bearer(&caller);
        call.header("idempotency-key", "k")
    };
    let body = json!({"model": "m", "password": "sesame"});
    let made = call(body.clone()).await;
    assert_eq!(made.status, 201);
    let again = call(body).await;
    assert_eq!(again.answer(), (409, "already_created"));
    assert_eq!(again.body["id"], made.body["id"]);
    for other in [
        json!({"model": "m"}),
        json!({"model": "n", "password": "sesame"}),
    ] {
        assert_eq!(call(other).await.answer(), (422, "idempotency_key_reused"));
    }
    assert_eq!(visit(&hallpass, "n", "sesame").await, Err(401));
}

#[tokio::test]
async fn s51_nobody_shares_what_they_may_not_do_themselves() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, owner) = hallpass.account("acme", sharer()).await;
    let id = hallpass
        .made(&owner, SHARES, json!({"model": "m", "password": "sesame"}))
        .await;
    for (scopes, model, expected) in [
        (json!(["model:view", "model:query"]), "a", 201),
        (json!(["model:*@model/b"]), "b", 201),
        (json!(["model:*@model/b"]), "c", 422),
        (json!(["model:view"]), "d", 422),
        (json!(["tokens:mint"]), "e", 422),
    ] {
        let mut held = scopes.as_array().unwrap().clone();
        held.push(json!("directory:write"));
        let body = json!({"kind": "management", "name": "x", "scopes": held});
        let weak = text(&hallpass.mint(body).await, "token");
        let reply = hallpass
            .post(SHARES, json!({"model": model}))
            .bearer(&weak)
            .await;
        assert_eq!(reply.status, expected, "{scopes}: {}", reply.body);
        if expected == 422 {
            assert_eq!(reply.answer(), (422, "scope_not_held"));
            assert!(text(&reply.body, "detail").contains(&format!("@model/{model}`")));
        }
    }
    // s52: nor takes a password away, or chooses another.
    let (_, weak) = hallpass.account("weak", json!(["activity:read"])).await;
    let account = hallpass
        .get(&format!("{SHARES}/{id}"))
        .bearer(&owner)
        .await
        .body["account"]
        .clone();
    let body = json!({
        "kind": "management", "name": "x", "account": account,
        "scopes": ["directory:write", "directory:read", "model:list"],
    });
    let beside = text(&hallpass.mint(body).await, "token");
    for password in [json!(null), json!("mine")] {
        let reply = hallpass
            .patch(&format!("{SHARES}/{id}"), json!({"password": password}))
            .bearer(&beside)
            .await;
        assert_eq!(reply.answer(), (422, "scope_not_held"));
    }
    assert_eq!(
        hallpass
            .post(SHARES, json!({"model": "w"}))
            .bearer(&weak)
            .await
            .answer()
            .0,
        403
    );
    assert!(visit(&hallpass, "m", "sesame").await.is_ok());
}

#[tokio::test]
async fn lists_come_in_pages_of_one_query() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, caller) = hallpass.account("acme", sharer()).await;
    let mut made = Vec::new();
    for number in 0..7 {
        let body = json!({"model": format!("m{number}")});
        made.push(hallpass.made(&caller, SHARES, body).await);
    }
    made.sort();
    let ended = made.remove(3);
    assert_eq!(unshare(&hallpass, &caller, &ended).await.status, 204);
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        hallpass.dynamodb.reset();
        let path = format!("{SHARES}?limit=2{cursor}");
        let page = hallpass.get(&path).bearer(&caller).await;
        assert_eq!(page.status, 200, "{}", page.body);
        assert_eq!(hallpass.dynamodb.count("Query"), 1);
        for share in page.body["shares"].as_array().unwrap() {
            seen.push(text(share, "id"));
        }
        match page.body["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, made);
    for query in [
        "limit=0",
        "limit=101",
        "cursor=x",
        "nope=1",
        "environment=x",
        "account=x",
    ] {
        let reply = hallpass
            .get(&format!("{SHARES}?{query}"))
            .bearer(&caller)
            .await;
        assert_eq!(reply.answer(), (422, "invalid_query"), "{query}");
    }
}

#[tokio::test]
async fn a_platform_without_shares_says_so() {
    let hallpass = Hallpass::start("archilogic").await;
    let reply = hallpass
        .post(SHARES, json!({"model": "m"}))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(reply.answer(), (422, "no_shares"));
}

#[tokio::test]
async fn a_model_is_one_segment_of_a_path() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, caller) = hallpass.account("acme", sharer()).await;
    for model in ["", "a/b", "..", "a b", "a@b", "a#b", "é", &"x".repeat(65)] {
        let reply = hallpass
            .post(SHARES, json!({"model": model}))
            .bearer(&caller)
            .await;
        assert_eq!(reply.answer(), (422, "invalid_field"), "{model}");
        assert_eq!(reply.body["field"], "model");
    }
    hallpass
        .made(&caller, SHARES, json!({"model": "x".repeat(64)}))
        .await;
}

/// The password is part of the call, though no fast hash of it is kept.
#[tokio::test]
async fn s26_the_same_key_with_another_password_is_another_call() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, caller) = hallpass.account("acme", sharer()).await;
    let keyed = async |password: Value| {
        let body = json!({"model": "m1", "password": password});
        let call = hallpass.post(SHARES, body).bearer(&caller);
        call.header("idempotency-key", "one").await
    };
    let made = keyed(json!("sesame")).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = text(&made.body, "id");
    for (password, expected) in [
        (json!("sesame"), (409, "already_created")),
        (json!("another"), (422, "idempotency_key_reused")),
        (json!(null), (422, "idempotency_key_reused")),
    ] {
        let reply = keyed(password).await;
        assert_eq!(reply.answer(), expected, "{}", reply.body);
    }
    // What was made first is repeated, also when it is another by now.
    let changed = hallpass
        .patch(&format!("{SHARES}/{}", &id), json!({"password": "another"}))
        .bearer(&caller)
        .await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let again = keyed(json!("sesame")).await;
    assert_eq!(again.answer(), (409, "already_created"));
    assert_eq!(again.body["id"], id);
}
