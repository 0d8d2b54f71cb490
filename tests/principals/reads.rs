//! What a validation of a user's token reads: nothing more than it must.

use crate::principals::live::{private, start};
use hallpass_tests::text;
use serde_json::json;

#[tokio::test]
async fn a_jwt_of_a_user_is_one_batch() {
    let hallpass = start().await;
    let person = hallpass.user("a person", json!(["asset:read"])).await;
    let inner = hallpass.group("a group").await;
    hallpass.join(&inner, &person).await;
    let server =
        json!({"kind": "secret", "name": "s", "scopes": ["asset:*", "tokens:impersonate"]});
    let server = text(&hallpass.mint(server).await, "token");
    let body = json!({"scopes": ["asset:read"], "principal": person});
    let jwt = hallpass.derive(&server, body).await;
    assert_eq!(hallpass.code(&jwt).await, "active");
    let call = hallpass.get("/v1/tokens/self").bearer(&jwt);
    let (reply, cost) = hallpass.cost(call).await;
    assert_eq!(reply.body["principal"], person.as_str());
    // Its parent, its own revocation, its user.
    assert_eq!(cost, ["BatchGetItem 3"]);
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
