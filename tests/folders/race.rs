//! Changes of one member's access at the same time: none is lost, and the two sides say the same.

use crate::folders::Tree;
use hallpass_tests::proxy::Fault;
use hallpass_tests::{access, text};
use serde_json::json;

#[tokio::test]
async fn changes_at_once_all_land() {
    let tree = Tree::new().await;
    let user = tree.user("ann").await;
    let mut folders = Vec::new();
    for _ in 0..6 {
        folders.push(tree.folder(None).await);
    }
    let given = folders.iter().map(|(folder, _)| {
        let path = access(folder, &user);
        let call = tree.hallpass.call(http::Method::PUT, &path);
        let call = call.json(json!({"access": "write"}));
        tokio::spawn(call.header("api_key", &tree.key).into_future())
    });
    for reply in given.collect::<Vec<_>>() {
        let reply = reply.await.unwrap();
        assert_eq!(reply.status, 204, "{}", reply.body);
    }
    let row = tree.get(&tree.key, &format!("/v1/users/{user}")).await;
    let access = row.body["access"].as_object().unwrap();
    assert_eq!(access.len(), folders.len());
    for (folder, path) in &folders {
        assert_eq!(access[path], "write");
        let list = format!("/v1/folders/{folder}/access");
        let list = tree.get(&tree.key, &list).await;
        assert_eq!(list.body["users"][0]["user_id"], json!(user));
    }
}

/// Ann gives her own access back while it is being taken: whichever comes first, she has none.
#[tokio::test]
async fn s51_taking_wins_against_giving_at_once() {
    let tree = Tree::new().await;
    let (folder, path) = tree.folder(None).await;
    let user = tree.user("ann").await;
    tree.give(&folder, &user, "manage").await;
    let token = tree.token(&user, "manage").await;
    let target = access(&folder, &user);
    // Her request stands before its write when the operator's comes and goes.
    let stall = Fault::Stall.on("TransactWriteItems").once();
    tree.hallpass.dynamodb.inject(stall);
    tree.hallpass.dynamodb.reset();
    let call = tree.hallpass.call(http::Method::PUT, &target);
    let call = call.json(json!({"access": "manage"}));
    let giving = tokio::spawn(call.header("user_token", &token).into_future());
    tree.hallpass
        .dynamodb
        .arrived("TransactWriteItems", 1)
        .await;
    let taken = tree.delete(&tree.key, &target).await;
    assert_eq!(taken.status, 204, "{}", taken.body);
    tree.hallpass.dynamodb.heal();
    let given = giving.await.unwrap();
    assert_eq!(given.status, 403, "{}", given.body);
    let token = tree.token(&user, "manage").await;
    assert!(tree.levels(&token, &path).await.is_empty());
}

#[tokio::test]
async fn s45_a_lost_reply_changes_access_once_and_an_outage_is_503() {
    let tree = Tree::new().await;
    let (folder, path) = tree.folder(None).await;
    let user = tree.user("ann").await;
    tree.hallpass
        .dynamodb
        .inject(Fault::LoseReply.on("TransactWriteItems").once());
    tree.give(&folder, &user, "read").await;
    let row = tree.get(&tree.key, &format!("/v1/users/{user}")).await;
    assert_eq!(row.body["access"], json!({path: "read"}));
    for operation in ["GetItem", "TransactWriteItems"] {
        tree.hallpass.dynamodb.inject(Fault::Throttle.on(operation));
        let reply = tree
            .put(
                &tree.key,
                &access(&folder, &user),
                json!({"access": "write"}),
            )
            .await;
        assert_eq!(reply.status, 503, "{operation}: {}", reply.body);
        assert_eq!(reply.header("retry-after"), "1");
        tree.hallpass.dynamodb.heal();
    }
    let list = format!("/v1/folders/{folder}/access");
    let list = tree.get(&tree.key, &list).await;
    assert_eq!(text(&list.body["users"][0], "access"), "read");
}
