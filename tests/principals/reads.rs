//! What a validation of a user's token reads: nothing more than it must.

use crate::principals::live::{private, start};
use crate::principals::{group, join, user};
use hallpass_tests::{Call, Hallpass, text};
use serde_json::{Value, json};

/// What a call asked of DynamoDB: each batch with its number of keys.
async fn cost(hallpass: &Hallpass, call: Call) -> (Value, Vec<String>) {
    hallpass.dynamodb.reset();
    let reply = call.await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let calls = hallpass.dynamodb.calls();
    let cost = calls.into_iter().map(|call| match &*call.operation {
        "BatchGetItem" => {
            let request = &call.body["RequestItems"][&hallpass.table];
            assert_eq!(request["ConsistentRead"], true);
            format!("BatchGetItem {}", request["Keys"].as_array().unwrap().len())
        }
        operation => operation.to_owned(),
    });
    (reply.body, cost.collect())
}

#[tokio::test]
async fn a_jwt_of_a_user_is_one_batch() {
    let hallpass = start().await;
    let person = user(&hallpass, "a person", json!(["asset:read"])).await;
    let inner = group(&hallpass, "a group").await;
    join(&hallpass, &inner, &person).await;
    let server =
        json!({"kind": "secret", "name": "s", "scopes": ["asset:*", "tokens:impersonate"]});
    let server = text(&hallpass.mint(server).await, "token");
    let body = json!({"scopes": ["asset:read"], "principal": person});
    let jwt = hallpass.derive(&server, body).await;
    assert_eq!(hallpass.code(&jwt).await, "active");
    let call = hallpass.get("/v1/tokens/self").bearer(&jwt);
    let (body, cost) = cost(&hallpass, call).await;
    assert_eq!(body["principal"], person.as_str());
    // Its parent, its own revocation, its user.
    assert_eq!(cost, ["BatchGetItem 3"]);
}

#[tokio::test]
async fn a_live_token_reads_its_user_and_then_their_groups_at_once() {
    let hallpass = start().await;
    let person = user(&hallpass, "a person", json!(["asset:read"])).await;
    let token = private(&hallpass, &person).await;
    let own = || hallpass.get("/v1/tokens/self").bearer(&token);
    // Who is in no group costs nothing for them.
    let (_, alone) = cost(&hallpass, own()).await;
    assert_eq!(alone, ["BatchGetItem 1", "BatchGetItem 1"]);
    let mut outer: Option<String> = None;
    for name in ["one", "two", "three"] {
        let group = group(&hallpass, name).await;
        match &outer {
            None => join(&hallpass, &group, &person).await,
            Some(inner) => join(&hallpass, &group, inner).await,
        }
        outer = Some(group);
    }
    // However they are nested.
    let (_, nested) = cost(&hallpass, own()).await;
    assert_eq!(
        nested,
        ["BatchGetItem 1", "BatchGetItem 1", "BatchGetItem 3"]
    );
}
