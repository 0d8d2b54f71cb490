//! What a validation of a user's token reads: nothing more than it must.

use crate::principals::live::{private, start};
use hallpass_tests::{text, with};
use serde_json::json;

#[tokio::test]
async fn a_jwt_of_a_user_is_one_batch_and_another_for_groups() {
    let hallpass = start().await;
    let person = hallpass.user("a person", json!(["asset:read"])).await;
    let server =
        json!({"kind": "secret", "name": "s", "scopes": ["asset:*", "tokens:impersonate"]});
    let server = text(&hallpass.mint(server).await, "token");
    let body = json!({"scopes": ["asset:read"], "principal": person});
    let jwt = hallpass.derive(&server, body).await;
    assert_eq!(hallpass.code(&jwt).await, "active");
    let own = || hallpass.get("/v1/tokens/self").bearer(&jwt);
    let (reply, cost) = hallpass.cost(own()).await;
    assert_eq!(reply.body["principal"], person.as_str());
    // Its parent, its own revocation, its user.
    assert_eq!(cost, ["BatchGetItem 3"]);
    for name in ["one", "two"] {
        let group = hallpass.group(name).await;
        hallpass.join(&group, &person).await;
    }
    let (_, cost) = hallpass.cost(own()).await;
    assert_eq!(cost, ["BatchGetItem 3", "BatchGetItem 2"]);
}

/// Whatever its kind: its record, its user, and their groups.
#[tokio::test]
async fn an_opaque_token_of_a_user_is_two_batches_and_a_third_for_groups() {
    let hallpass = start().await;
    let person = hallpass.user("a person", json!(["asset:read"])).await;
    let account = hallpass.service_account("robot").await;
    let management = json!({"kind": "management", "name": "m", "scopes": ["asset:read"]});
    let of = async |principal: &str| {
        let body = with(management.clone(), json!({"principal": principal}));
        hallpass.minted(body).await.1
    };
    let (users, robots) = (of(&person).await, of(&account).await);
    let accounts = hallpass.minted(management.clone()).await.1;
    let own = |token: &str| hallpass.get("/v1/tokens/self").bearer(token);
    for (name, token, paid) in [
        ("the account's", &accounts, &["BatchGetItem 1"][..]),
        (
            "a service account's without scopes",
            &robots,
            &["BatchGetItem 1"],
        ),
        ("a user's", &users, &["BatchGetItem 1", "BatchGetItem 1"]),
    ] {
        let (reply, cost) = hallpass.cost(own(token)).await;
        assert_eq!(reply.status, 200, "{name}: {}", reply.body);
        assert_eq!(cost, paid, "{name}");
    }
    let group = hallpass.group("a group").await;
    hallpass.join(&group, &person).await;
    let (_, cost) = hallpass.cost(own(&users)).await;
    assert_eq!(cost, ["BatchGetItem 1", "BatchGetItem 1", "BatchGetItem 1"]);
}

/// The caller's own credential rides in the same batches as the token in question.
#[tokio::test]
async fn a_caller_and_a_token_of_two_users_take_the_same_three_batches() {
    let hallpass = start().await;
    let scopes = json!(["asset:read", "tokens:validate"]);
    let mut tokens = Vec::new();
    for name in ["ann", "bob"] {
        let person = hallpass.user(name, scopes.clone()).await;
        let group = hallpass.group(name).await;
        hallpass.join(&group, &person).await;
        let body =
            json!({"kind": "management", "name": "m", "scopes": scopes, "principal": person});
        tokens.push(hallpass.minted(body).await.1);
    }
    let body = json!({"token": tokens[1], "scope": "asset:read"});
    let call = hallpass
        .post("/v1/tokens/validate", body)
        .bearer(&tokens[0]);
    let (reply, cost) = hallpass.cost(call).await;
    assert_eq!(reply.body["code"], "active", "{}", reply.body);
    assert_eq!(cost, ["BatchGetItem 2", "BatchGetItem 2", "BatchGetItem 2"]);
    // A token that validates itself reads nothing twice.
    let body = json!({"token": tokens[0]});
    let call = hallpass
        .post("/v1/tokens/validate", body)
        .bearer(&tokens[0]);
    let (reply, cost) = hallpass.cost(call).await;
    assert_eq!(reply.body["code"], "active", "{}", reply.body);
    assert_eq!(cost, ["BatchGetItem 1", "BatchGetItem 1", "BatchGetItem 1"]);
}

#[tokio::test]
async fn a_live_token_reads_its_user_and_then_their_groups_at_once() {
    let hallpass = start().await;
    let person = hallpass.user("a person", json!(["asset:read"])).await;
    let token = private(&hallpass, &person).await;
    let own = || hallpass.get("/v1/tokens/self").bearer(&token);
    // Who is in no group costs nothing for them.
    let (_, alone) = hallpass.cost(own()).await;
    assert_eq!(alone, ["BatchGetItem 1", "BatchGetItem 1"]);
    let mut outer: Option<String> = None;
    for name in ["one", "two", "three"] {
        let group = hallpass.group(name).await;
        match &outer {
            None => hallpass.join(&group, &person).await,
            Some(inner) => hallpass.join(&group, inner).await,
        }
        outer = Some(group);
    }
    // However they are nested.
    let (_, nested) = hallpass.cost(own()).await;
    assert_eq!(
        nested,
        ["BatchGetItem 1", "BatchGetItem 1", "BatchGetItem 3"]
    );
}
