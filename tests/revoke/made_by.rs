//! `POST /v1/revocations` `{"made_by": "tok_…"}`: ends what a token made, and what that made.

use crate::revoke::revoke;
use hallpass_http::finish;
use hallpass_maintain::{WORK_FOR, maintain};
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};
use std::time::Duration;

/// A token that may mint, made by `maker`: its id and text.
async fn minter(hallpass: &Hallpass, maker: &str) -> (String, String) {
    let scopes = json!(["asset:*", "tokens:mint", "tokens:read", "tokens:revoke"]);
    let body = json!({"kind": "management", "name": "makes", "scopes": scopes});
    hallpass.minted_as(maker, body).await
}

async fn key(hallpass: &Hallpass, maker: &str) -> (String, String) {
    let body = json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"]});
    hallpass.minted_as(maker, body).await
}

async fn end(hallpass: &Hallpass, id: &str) {
    let call = revoke(hallpass, json!({"made_by": id})).bearer(&hallpass.root);
    call.await.assert("end", 204, "");
}

#[tokio::test]
async fn whatever_it_made_is_ended_over_generations_and_it_stays() {
    let hallpass = Hallpass::start("default").await;
    let (maker, token) = minter(&hallpass, &hallpass.root).await;
    let mut descendants = Vec::new();
    let mut parent = token.clone();
    for _ in 0..4 {
        descendants.push(key(&hallpass, &parent).await.1);
        parent = minter(&hallpass, &parent).await.1;
        descendants.push(parent.clone());
    }
    let secret = json!({"kind": "secret", "name": "s", "scopes": ["asset:read"]});
    let secret = text(&hallpass.mint_as(&parent, secret).await, "token");
    let derived = hallpass
        .derive(&secret, json!({"scopes": ["asset:read"]}))
        .await;
    // Not its own: its sibling's, and what came before it.
    let (_, sibling) = minter(&hallpass, &hallpass.root).await;
    let (_, of_sibling) = key(&hallpass, &sibling).await;
    end(&hallpass, &maker).await;
    for token in &descendants {
        assert_eq!(hallpass.code(token).await, "revoked");
    }
    assert_eq!(hallpass.code(&secret).await, "revoked");
    assert_eq!(hallpass.code(&derived).await, "parent_revoked");
    for token in [&token, &sibling, &of_sibling, &hallpass.root] {
        assert_eq!(hallpass.code(token).await, "active");
    }
    // Nothing is left to be done, and its slot is free.
    for rows in ["CLOSINGS#", "ENDING#", "SLOTS#"] {
        assert!(hallpass.items_of(rows).await.is_empty(), "{rows}");
    }
    // What it makes from now on lives until it is asked for again.
    hallpass.clock.advance(Duration::from_millis(1));
    let (_, later) = key(&hallpass, &token).await;
    assert_eq!(hallpass.code(&later).await, "active");
    let path = format!("/v1/revocations/made-by/{maker}");
    let asked = hallpass.get(&path).bearer(&hallpass.root).await;
    asked.assert("asking begins none", 204, "");
    assert_eq!(hallpass.code(&later).await, "active");
    end(&hallpass, &maker).await;
    assert_eq!(hallpass.code(&later).await, "revoked");
}

#[tokio::test]
async fn who_made_a_token_is_shown() {
    let hallpass = Hallpass::start("default").await;
    let (maker, token) = minter(&hallpass, &hallpass.root).await;
    let (id, _) = key(&hallpass, &token).await;
    let one = hallpass
        .get(&format!("/v1/tokens/{id}"))
        .bearer(&token)
        .await;
    assert_eq!(one.body["minted_by"], maker);
    let all = hallpass.get("/v1/tokens?kind=apikey").bearer(&token).await;
    assert_eq!(all.body["tokens"][0]["minted_by"], maker);
    // The deployment itself made the first one.
    let about = hallpass.get("/v1/tokens/self").bearer(&hallpass.root).await;
    let root = text(&about.body, "id");
    let one = hallpass
        .get(&format!("/v1/tokens/{root}"))
        .bearer(&token)
        .await;
    assert_eq!(one.body["minted_by"], Value::Null);
}

/// In pages, like a closing: a function whose time is up says where to ask.
#[tokio::test]
async fn what_is_not_finished_goes_on_at_its_location() {
    let mut hallpass = Hallpass::start("default").await;
    let (maker, token) = minter(&hallpass, &hallpass.root).await;
    let (first, _) = key(&hallpass, &token).await;
    hallpass.copies(&first, 150).await;
    let (_, child) = minter(&hallpass, &token).await;
    let (grandchild, _) = key(&hallpass, &child).await;
    hallpass.copies(&grandchild, 120).await;
    let living = async |hallpass: &Hallpass| {
        let mut rows = hallpass.items_of("TOKEN#").await;
        rows.retain(|row| !row.contains_key("revoked_at"));
        rows.len()
    };
    // The root's and the maker's.
    assert_eq!(living(&hallpass).await, 2 + 151 + 1 + 121);
    let hurried = hallpass_revoke::routes_walking_for(Duration::ZERO);
    hallpass.router = finish(hurried, &hallpass.platform);
    let reply = revoke(&hallpass, json!({"made_by": maker})).bearer(&hallpass.root);
    let reply = reply.await;
    reply.assert("begun", 202, "");
    let location = reply.header("location").to_owned();
    assert_eq!(location, format!("/v1/revocations/made-by/{maker}"));
    let mut steps = 0;
    loop {
        let reply = hallpass.get(&location).bearer(&hallpass.root).await;
        steps += 1;
        if reply.status == 204 {
            break;
        }
        reply.assert("on its way", 202, "");
        assert_eq!(reply.header("location"), location);
        assert!(steps < 10, "it comes to an end");
    }
    assert!(steps > 2, "a page each: {steps}");
    assert_eq!(living(&hallpass).await, 2);
}

#[tokio::test]
async fn s72_what_a_token_made_is_ended_without_anybody_asking_again() {
    let hallpass = Hallpass::start("default").await;
    let (maker, token) = minter(&hallpass, &hallpass.root).await;
    let (_, child) = minter(&hallpass, &token).await;
    let (_, grandchild) = key(&hallpass, &child).await;
    hallpass.dynamodb.inject(Fault::Reset.on("Query"));
    let call = revoke(&hallpass, json!({"made_by": maker})).bearer(&hallpass.root);
    call.await.assert("broken off", 503, "unavailable");
    hallpass.dynamodb.heal();
    assert_eq!(hallpass.code(&child).await, "active");
    hallpass.clock.advance(Duration::from_secs(60));
    let run = maintain(&hallpass.platform, WORK_FOR).await.unwrap();
    assert_eq!(run.finished_closings, 1);
    for token in [&child, &grandchild] {
        assert_eq!(hallpass.code(token).await, "revoked");
    }
    assert_eq!(hallpass.code(&token).await, "active");
    for rows in ["CLOSINGS#", "ENDING#"] {
        assert!(hallpass.items_of(rows).await.is_empty(), "{rows}");
    }
}

#[tokio::test]
async fn s28_what_is_unknown_and_what_is_anothers_answer_alike() {
    let hallpass = Hallpass::start("default").await;
    let scopes = json!(["asset:*", "tokens:mint", "tokens:revoke", "directory:write"]);
    let (_, stranger) = hallpass.account("stranger", scopes.clone()).await;
    let (_, customer) = hallpass.account("customer", scopes).await;
    let (theirs, maker) = hallpass
        .minted_as(
            &customer,
            json!({"kind": "management", "name": "m", "scopes": ["asset:*", "tokens:mint"]}),
        )
        .await;
    let (_, made) = key(&hallpass, &maker).await;
    let unknown = theirs.replace(&theirs[4..8], "0000");
    let mut answers = Vec::new();
    for id in [&theirs, &unknown, &"nothing".to_owned()] {
        let call = revoke(&hallpass, json!({"made_by": id})).bearer(&stranger);
        answers.push(call.await.without_request_id());
        let call = hallpass.get(&format!("/v1/revocations/made-by/{id}"));
        answers.push(call.bearer(&stranger).await.without_request_id());
    }
    assert!(
        answers.iter().all(|it| it.starts_with("404")),
        "{answers:?}"
    );
    assert!(answers.iter().all(|it| *it == answers[0]), "{answers:?}");
    assert_eq!(hallpass.code(&made).await, "active");
    // It takes `tokens:revoke`, also of one's own.
    let call = revoke(&hallpass, json!({"made_by": theirs})).bearer(&maker);
    call.await
        .assert("without the scope", 403, "insufficient_scope");
    // Who has never been asked for is not on its way.
    let call = hallpass.get(&format!("/v1/revocations/made-by/{theirs}"));
    call.bearer(&customer)
        .await
        .assert("never begun", 404, "not_found");
    for more in [
        json!({"id": theirs}),
        json!({"before": 1}),
        json!({"environment": "a/b"}),
    ] {
        let mut body = json!({"made_by": theirs});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let call = revoke(&hallpass, body).bearer(&customer);
        call.await.assert("two targets", 422, "invalid_body");
    }
}

/// What the operator's token made for a customer is ended by the operator.
#[tokio::test]
async fn what_the_operators_token_made_elsewhere_is_not_a_colleagues_to_end() {
    let hallpass = Hallpass::start("default").await;
    let (account, _) = hallpass.account("customer", json!(["asset:read"])).await;
    let scopes = json!([
        "asset:*",
        "tokens:mint",
        "tokens:impersonate",
        "platform:operate"
    ]);
    let body = json!({"kind": "management", "name": "operates", "scopes": scopes});
    let (operator, token) = hallpass.minted(body).await;
    let body = json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"], "account": account});
    let made = text(&hallpass.mint_as(&token, body).await, "token");
    let (_, colleague) = minter(&hallpass, &hallpass.root).await;
    let call = revoke(&hallpass, json!({"made_by": operator})).bearer(&colleague);
    call.await.assert("a colleague", 403, "insufficient_scope");
    assert_eq!(hallpass.code(&made).await, "active");
    end(&hallpass, &operator).await;
    assert_eq!(hallpass.code(&made).await, "revoked");
}

/// A mint that is on its way when its maker is ended is refused by the table, or found.
#[tokio::test]
async fn mints_that_race_with_it_leave_nothing_alive() {
    let hallpass = Hallpass::start("default").await;
    let (maker, token) = minter(&hallpass, &hallpass.root).await;
    let (_, child) = minter(&hallpass, &token).await;
    let mut mints = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let body = json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"]});
        let call = hallpass.post("/v1/tokens", body).bearer(&child);
        mints.spawn(call.into_future());
    }
    let (replies, ()) = tokio::join!(mints.join_all(), end(&hallpass, &maker));
    for reply in replies {
        if reply.status == 201 {
            let token = text(&reply.body, "token");
            assert_eq!(hallpass.code(&token).await, "revoked");
        }
    }
}
