//! A token of a kind with live rights has what its user has now.

use crate::principals::{give, with_live_kind};
use hallpass_tests::{Hallpass, membership, text};
use serde_json::{Value, json};

/// A deployment with a live kind.
pub async fn start() -> Hallpass {
    let mut hallpass = Hallpass::start("default").await;
    hallpass.with_catalog(with_live_kind());
    hallpass
}

/// A live token of a user.
pub async fn private(hallpass: &Hallpass, user: &str) -> String {
    let body = json!({"kind": "private", "name": "a person's", "principal": user});
    text(&hallpass.mint(body).await, "token")
}

async fn change(hallpass: &Hallpass, user: &str, scopes: Value) {
    let path = format!("/v1/users/{user}");
    let reply = hallpass
        .patch(&path, json!({"scopes": scopes}))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(reply.status, 200, "{}", reply.body);
}

#[tokio::test]
async fn what_is_taken_from_the_user_is_gone_at_the_next_validation() {
    let hallpass = start().await;
    let user = hallpass.user("a person", json!(["asset:write"])).await;
    let token = private(&hallpass, &user).await;
    for (scopes, write, read) in [
        (None, "active", "active"),
        (Some(json!(["asset:read"])), "insufficient_scope", "active"),
        (
            Some(json!(["asset:write@folder/7"])),
            "insufficient_scope",
            "insufficient_scope",
        ),
        (Some(json!(["asset:*"])), "active", "active"),
        (
            Some(Value::Null),
            "insufficient_scope",
            "insufficient_scope",
        ),
    ] {
        if let Some(scopes) = &scopes {
            change(&hallpass, &user, scopes.clone()).await;
        }
        assert_eq!(
            hallpass.code_for(&token, "asset:write").await,
            write,
            "{scopes:?}"
        );
        assert_eq!(
            hallpass.code_for(&token, "asset:read").await,
            read,
            "{scopes:?}"
        );
        // The token itself lives.
        assert_eq!(hallpass.code(&token).await, "active", "{scopes:?}");
    }
}

/// By the scopes of another, the token would be `active`: they are not its own user's.
#[tokio::test]
async fn another_users_rights_are_not_its_own() {
    let hallpass = start().await;
    hallpass.user("strong", json!(["asset:manage"])).await;
    let weak = hallpass.user("weak", Value::Null).await;
    let token = private(&hallpass, &weak).await;
    assert_eq!(
        hallpass.code_for(&token, "asset:read").await,
        "insufficient_scope"
    );
}

#[tokio::test]
async fn a_nested_groups_access_counts_until_the_nesting_is_undone() {
    let hallpass = start().await;
    let root = hallpass.root.as_str();
    let user = hallpass.user("a person", Value::Null).await;
    let token = private(&hallpass, &user).await;
    let (inner, outer) = (hallpass.group("inner").await, hallpass.group("outer").await);
    give(&hallpass, &hallpass.operator, &outer, "folder/7", "write").await;
    let (place, beside) = ("asset:write@folder/7/asset/1", "asset:write@folder/8");
    let now = async || hallpass.code_for(&token, place).await;
    assert_eq!(now().await, "insufficient_scope");
    hallpass.join(&inner, &user).await;
    assert_eq!(now().await, "insufficient_scope");
    hallpass.join(&outer, &inner).await;
    assert_eq!(now().await, "active");
    assert_eq!(
        hallpass.code_for(&token, beside).await,
        "insufficient_scope"
    );
    assert_eq!(
        hallpass.code_for(&token, "asset:manage@folder/7").await,
        "insufficient_scope"
    );
    // The most permissive wins.
    give(
        &hallpass,
        &hallpass.operator,
        &inner,
        "folder/7/asset/1",
        "manage",
    )
    .await;
    assert_eq!(
        hallpass
            .code_for(&token, "asset:manage@folder/7/asset/1")
            .await,
        "active"
    );
    for undo in [
        membership(&outer, &inner),
        membership(&inner, &user),
        format!("/v1/groups/{outer}"),
        format!("/v1/groups/{inner}"),
    ] {
        assert_eq!(now().await, "active", "{undo}");
        // What remains of `inner` gives nothing of this.
        let access = "asset:write@folder/7/asset/2";
        assert_eq!(hallpass.code_for(&token, access).await, "active", "{undo}");
        let reply = hallpass.delete(&undo).bearer(root).await;
        assert_eq!(reply.status, 204, "{}", reply.body);
        assert_eq!(
            hallpass.code_for(&token, access).await,
            "insufficient_scope",
            "{undo}"
        );
        if undo.starts_with("/v1/groups/") && !undo.contains("members") {
            break;
        }
        let redo = hallpass.put(&undo).bearer(root).await;
        assert_eq!(redo.status, 204, "{}", redo.body);
    }
}

#[tokio::test]
async fn a_deleted_users_token_is_dead() {
    let hallpass = start().await;
    let person = hallpass.user("a person", json!(["asset:write"])).await;
    let other = hallpass.user("another", json!(["asset:write"])).await;
    let (dead, living) = (
        private(&hallpass, &person).await,
        private(&hallpass, &other).await,
    );
    let path = format!("/v1/users/{person}");
    let gone = hallpass.delete(&path).bearer(&hallpass.root).await;
    assert_eq!(gone.status, 204, "{}", gone.body);
    assert_eq!(hallpass.code(&dead).await, "revoked");
    assert_eq!(hallpass.code(&living).await, "active");
    let body = json!({"kind": "private", "name": "late", "principal": person});
    let late = hallpass
        .post("/v1/tokens", body)
        .bearer(&hallpass.root)
        .await;
    assert_eq!(late.refusal(), (422, "unknown_principal", "principal"));
}

/// Before the walk comes to it, the user's own row says so: the record of a live token is not asked
/// alone.
#[tokio::test]
async fn a_users_token_is_dead_before_the_walk_reaches_it() {
    let hallpass = start().await;
    let person = hallpass.user("a person", json!(["asset:write"])).await;
    let token = private(&hallpass, &person).await;
    let server =
        json!({"kind": "secret", "name": "s", "scopes": ["asset:*", "tokens:impersonate"]});
    let server = text(&hallpass.mint(server).await, "token");
    let body = json!({"scopes": ["asset:read"], "principal": person});
    let visitor = hallpass.derive(&server, body).await;
    assert_eq!(hallpass.code(&visitor).await, "active");
    hallpass
        .dynamodb
        .inject(hallpass_tests::proxy::Fault::ServerError.on("Query"));
    let path = format!("/v1/users/{person}");
    let begun = hallpass.delete(&path).bearer(&hallpass.root).await;
    assert_eq!(begun.status, 503, "{}", begun.body);
    hallpass.dynamodb.heal();
    assert_eq!(hallpass.code(&token).await, "parent_revoked");
    assert_eq!(hallpass.code(&visitor).await, "parent_revoked");
    assert_eq!(hallpass.code(&server).await, "active");
}
