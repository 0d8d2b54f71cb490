//! Lists of folders: what lies in one, page by page, and what a user's token reaches.

use crate::folders::{NO_FOLDER, Tree};
use hallpass_tests::{access, text};
use serde_json::{Value, json};

fn ids(page: &Value) -> Vec<String> {
    let folders = page["folders"].as_array().unwrap();
    folders.iter().map(|folder| text(folder, "id")).collect()
}

#[tokio::test]
async fn pages_hold_what_lies_in_a_folder_each_once_and_in_one_query() {
    let tree = Tree::new().await;
    let (parent, _) = tree.folder(None).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(tree.folder(Some(&parent)).await.0);
    }
    // Not of this list: what lies deeper, beside it, or above.
    tree.folder(Some(&made[0])).await;
    tree.folder(None).await;
    made.sort();
    let mut found = Vec::new();
    let mut path = format!("/v1/folders?parent={parent}&limit=2");
    loop {
        tree.hallpass.dynamodb.reset();
        let page = tree.get(&tree.key, &path).await;
        assert_eq!(page.status, 200, "{}", page.body);
        assert_eq!(tree.hallpass.dynamodb.count("Query"), 1);
        assert_eq!(tree.hallpass.dynamodb.count("Scan"), 0);
        found.extend(ids(&page.body));
        let Some(cursor) = page.body["cursor"].as_str() else {
            break;
        };
        path = format!("/v1/folders?parent={parent}&limit=2&cursor={cursor}");
    }
    assert_eq!(found, made);
    let top = tree.get(&tree.key, "/v1/folders").await;
    assert_eq!(top.body["folders"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_wrong_query_is_told() {
    let tree = Tree::new().await;
    for query in [
        "limit=0",
        "limit=101",
        "cursor=x",
        "parent=x",
        "nope=1",
        "parent=",
    ] {
        let reply = tree.get(&tree.key, &format!("/v1/folders?{query}")).await;
        assert_eq!(reply.answer(), (422, "invalid_query"), "{query}");
    }
    let reply = tree
        .get(&tree.key, &format!("/v1/folders?parent={NO_FOLDER}"))
        .await;
    assert_eq!(reply.refusal(), (404, "not_found", ""));
}

#[tokio::test]
async fn a_user_sees_what_the_token_reaches_and_nothing_else() {
    let tree = Tree::new().await;
    let (top, _) = tree.folder(None).await;
    let (middle, _) = tree.folder(Some(&top)).await;
    let (inner, _) = tree.folder(Some(&middle)).await;
    let (beside, _) = tree.folder(Some(&top)).await;
    let user = tree.user("ann").await;
    tree.give(&middle, &user, "read").await;
    let token = tree.token(&user, "read").await;
    // Where the user's places begin: their own folder, and the one they were given.
    let list = tree.get(&token, "/v1/folders").await;
    assert_eq!(list.status, 200, "{}", list.body);
    let mut expected = [middle.clone(), user.clone()];
    expected.sort();
    let mut found = ids(&list.body);
    found.sort();
    assert_eq!(found, expected);
    let inside = tree
        .get(&token, &format!("/v1/folders?parent={middle}"))
        .await;
    assert_eq!(ids(&inside.body), [inner.as_str()]);
    for (folder, status) in [(&middle, 200), (&inner, 200), (&top, 404), (&beside, 404)] {
        let path = format!("/v1/folders/{folder}");
        let reply = tree.get(&token, &path).await;
        assert_eq!(reply.status, status, "{}", reply.body);
        if status == 404 {
            // Exactly as for what is not there.
            let absent = tree.get(&token, &format!("/v1/folders/{NO_FOLDER}")).await;
            assert_eq!(reply.body, absent.body);
        }
    }
    let above = tree.get(&token, &format!("/v1/folders?parent={top}")).await;
    assert_eq!(above.refusal(), (404, "not_found", ""));
}

#[tokio::test]
async fn the_public_token_reads_the_public_folder_and_writes_nothing() {
    let tree = Tree::new().await;
    let (shown, shown_path) = tree.folder(Some("public")).await;
    let (hidden, hidden_path) = tree.folder(None).await;
    let public = tree.public().await;
    assert_eq!(tree.levels(&public, "folder/public").await, ["read"]);
    assert_eq!(tree.levels(&public, &shown_path).await, ["read"]);
    assert!(tree.levels(&public, &hidden_path).await.is_empty());
    assert!(!tree.may(&public, "folder:read").await);
    let user = tree.user("ann").await;
    for (path, status) in [
        ("/v1/folders", 200),
        ("/v1/folders/public", 200),
        ("/v1/folders?parent=public", 200),
        ("/app/v1/folders/public/folders", 200),
        (&format!("/v1/folders/{shown}"), 200),
        (&format!("/v1/folders/{hidden}"), 404),
        (&format!("/v1/folders?parent={hidden}"), 404),
        (&format!("/app/v1/folders/{hidden}/folders"), 404),
        ("/v1/folders/public/access", 403),
        ("/app/v1/folders/public/access", 403),
        (&format!("/v1/folders/{hidden}/access"), 404),
        ("/v1/users", 403),
    ] {
        let reply = tree.get(&public, path).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.body);
    }
    let list = tree.get(&public, "/v1/folders").await;
    assert_eq!(ids(&list.body), ["public"]);
    let before = tree.hallpass.items().await.len();
    for (path, body, status) in [
        ("/v1/folders", json!({"name": "x"}), 403),
        ("/v1/folders", json!({"name": "x", "parent": "public"}), 403),
        ("/v1/folders", json!({"name": "x", "parent": shown}), 403),
        ("/v1/folders", json!({"name": "x", "parent": hidden}), 404),
        ("/app/v1/folders", json!({"name": "x"}), 403),
        ("/app/v1/folders/public/folders", json!({"name": "x"}), 403),
        ("/app/v1/users", json!({"username": "x"}), 403),
        (
            &format!("/app/v1/users/{user}/tokens"),
            json!({"scope": "read"}),
            403,
        ),
        ("/v1/tokens", json!({"kind": "public", "name": "x"}), 403),
    ] {
        let reply = tree.post(&public, path, body).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.body);
    }
    for folder in ["public", &shown] {
        let path = access(folder, &user);
        let reply = tree.put(&public, &path, json!({"access": "read"})).await;
        assert_eq!(reply.refusal(), (403, "insufficient_scope", ""));
        assert_eq!(tree.delete(&public, &path).await.status, 403);
    }
    assert_eq!(tree.hallpass.items().await.len(), before);
}
