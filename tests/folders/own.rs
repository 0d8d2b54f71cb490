//! What users do with folders by their own tokens: make them, see them, give others access.

use crate::folders::Tree;
use hallpass_tests::{access, new_name, text};
use serde_json::json;

#[tokio::test]
async fn a_new_user_makes_a_folder_and_uses_it_with_the_same_token() {
    let tree = Tree::new().await;
    let user = tree.user("ann").await;
    let token = tree.token(&user, "manage").await;
    let made = tree.folder_as(&token, None).await;
    let (id, path) = (text(&made, "id"), text(&made, "path"));
    assert_eq!(path, format!("folder/{user}/{id}"));
    assert_eq!(
        tree.levels(&token, &path).await,
        ["read", "write", "manage"]
    );
    // It lies in a folder of theirs, so it takes no entry of its own, nor room in their row.
    let list = tree.get(&token, &format!("/v1/folders/{id}/access")).await;
    let expected = json!({"users": [], "groups": []});
    assert_eq!((list.status.as_u16(), list.body), (200, expected));
    let row = tree.get(&tree.key, &format!("/v1/users/{user}")).await;
    assert_eq!(row.body["access"], json!({}));
    let inner = tree.folder_as(&token, Some(&id)).await;
    assert!(text(&inner, "path").starts_with(&path));
    // Nobody else reaches it until they are given access.
    let other = tree.user("bob").await;
    let others = tree.token(&other, "manage").await;
    let get = format!("/v1/folders/{id}");
    assert_eq!(
        tree.get(&others, &get).await.refusal(),
        (404, "not_found", "")
    );
    let home = format!("/v1/folders?parent={user}");
    assert_eq!(
        tree.get(&others, &home).await.refusal(),
        (404, "not_found", "")
    );
    assert!(tree.levels(&others, &path).await.is_empty());
    let given = tree
        .put(&token, &access(&id, &other), json!({"access": "write"}))
        .await;
    assert_eq!(given.status, 204, "{}", given.body);
    let others = tree.token(&other, "manage").await;
    assert_eq!(tree.levels(&others, &path).await, ["read", "write"]);
}

#[tokio::test]
async fn what_a_token_may_write_it_may_make_folders_in() {
    let tree = Tree::new().await;
    let (folder, _) = tree.folder(None).await;
    let (beside, _) = tree.folder(None).await;
    let user = tree.user("ann").await;
    tree.give(&folder, &user, "write").await;
    let (inner, _) = tree.folder(Some(&folder)).await;
    let write = tree.token(&user, "write").await;
    let read = tree.token(&user, "read").await;
    for (token, parent, expected) in [
        (&write, &folder, (201, "", "")),
        (&write, &inner, (201, "", "")),
        (&write, &beside, (404, "not_found", "")),
        (&write, &"public".to_owned(), (404, "not_found", "")),
        (&read, &folder, (403, "insufficient_scope", "")),
        (&read, &inner, (403, "insufficient_scope", "")),
        (&read, &user, (403, "insufficient_scope", "")),
        (&read, &beside, (404, "not_found", "")),
    ] {
        let body = json!({"name": new_name(), "parent": parent});
        let reply = tree.post(token, "/v1/folders", body).await;
        let (status, code, _) = reply.refusal();
        assert_eq!((status, code), (expected.0, expected.1), "{parent}");
        let path = format!("/app/v1/folders/{parent}/folders");
        let reply = tree.post(token, &path, json!({"name": new_name()})).await;
        assert_eq!(reply.status, expected.0, "{path}: {}", reply.body);
    }
    // At the top: in the user's own folder, and only by a token that may write.
    for (token, status) in [(&write, 201), (&read, 403)] {
        for path in ["/v1/folders", "/app/v1/folders"] {
            let reply = tree.post(token, path, json!({"name": new_name()})).await;
            assert_eq!(reply.status, status, "{}", reply.body);
        }
    }
}

#[tokio::test]
async fn s51_who_may_not_manage_gives_nothing() {
    let tree = Tree::new().await;
    let (folder, path) = tree.folder(None).await;
    let (inner, inner_path) = tree.folder(Some(&folder)).await;
    let (user, other) = (tree.user("ann").await, tree.user("bob").await);
    let group = tree.group("staff").await;
    tree.give(&folder, &user, "write").await;
    tree.give(&inner, &user, "manage").await;
    let token = tree.token(&user, "manage").await;
    assert_eq!(tree.levels(&token, &path).await, ["read", "write"]);
    assert_eq!(
        tree.levels(&token, &inner_path).await,
        ["read", "write", "manage"]
    );
    for member in [&user, &other, &group] {
        for level in ["read", "write", "manage"] {
            let body = json!({"access": level});
            let above = tree
                .put(&token, &access(&folder, member), body.clone())
                .await;
            assert_eq!(above.refusal(), (403, "insufficient_scope", ""), "{level}");
            // Who gives themselves less has less, also with the token of before.
            if *member != user || level == "manage" {
                let inside = tree.put(&token, &access(&inner, member), body).await;
                assert_eq!(inside.status, 204, "{level}: {}", inside.body);
            }
        }
        let above = tree.delete(&token, &access(&folder, member)).await;
        assert_eq!(above.refusal(), (403, "insufficient_scope", ""));
    }
    let list = tree
        .get(&token, &format!("/v1/folders/{folder}/access"))
        .await;
    assert_eq!(list.refusal(), (403, "insufficient_scope", ""));
    // A weaker token of the same user gives nothing, wherever the user could.
    let write = tree.token(&user, "write").await;
    let body = json!({"access": "read"});
    let reply = tree.put(&write, &access(&inner, &other), body).await;
    assert_eq!(reply.refusal(), (403, "insufficient_scope", ""));
}

#[tokio::test]
async fn a_users_token_says_nothing_of_users_and_tokens() {
    let tree = Tree::new().await;
    let (user, other) = (tree.user("ann").await, tree.user("bob").await);
    let token = tree.token(&user, "manage").await;
    for path in ["/v1/users", "/v1/groups", "/v1/tokens"] {
        assert_eq!(tree.get(&token, path).await.status, 403, "{path}");
    }
    for (path, body) in [
        ("/app/v1/users".to_owned(), json!({"username": "x"})),
        (
            format!("/app/v1/users/{user}/tokens"),
            json!({"scope": "read"}),
        ),
        (
            format!("/app/v1/users/{other}/tokens"),
            json!({"scope": "read"}),
        ),
        (
            "/v1/tokens".to_owned(),
            json!({"kind": "apikey", "name": "x"}),
        ),
    ] {
        assert_eq!(tree.post(&token, &path, body).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn a_dead_token_makes_nothing() {
    let tree = Tree::new().await;
    let user = tree.user("ann").await;
    let token = tree.token(&user, "manage").await;
    let gone = tree.delete(&tree.key, &format!("/v1/users/{user}")).await;
    assert!(gone.status.is_success(), "{}", gone.body);
    let reply = tree.post(&token, "/v1/folders", json!({"name": "x"})).await;
    assert_eq!(reply.status, 401, "{}", reply.body);
    let reply = tree.ask_token(&user, json!({"scope": "read"})).await;
    assert_eq!(reply.refusal(), (404, "not_found", ""));
    // Their own folder went with them.
    let body = json!({"name": "x", "parent": user});
    let reply = tree.post(&tree.key, "/v1/folders", body).await;
    assert_eq!(reply.refusal(), (404, "not_found", "parent"));
}

/// Ann's token is as good as ever, but what it could do is no longer hers to do.
#[tokio::test]
async fn s51_what_was_taken_is_not_taken_back_with_an_old_token() {
    let tree = Tree::new().await;
    let (folder, path) = tree.folder(None).await;
    let (user, other) = (tree.user("ann").await, tree.user("bob").await);
    let staff = tree.group("staff").await;
    tree.give(&folder, &user, "manage").await;
    let by_access = tree.token(&user, "manage").await;
    let taken = tree.delete(&tree.key, &access(&folder, &user)).await;
    assert_eq!(taken.status, 204, "{}", taken.body);
    tree.join(&staff, &user).await;
    tree.give(&folder, &staff, "manage").await;
    let by_group = tree.token(&user, "manage").await;
    // By the group, they may do it for now.
    let given = tree
        .put(
            &by_group,
            &access(&folder, &other),
            json!({"access": "read"}),
        )
        .await;
    assert_eq!(given.status, 204, "{}", given.body);
    let left = format!("/v1/groups/{staff}/members/users/{user}");
    assert_eq!(tree.delete(&tree.key, &left).await.status, 204);
    // What they no longer reach is to them as what is not there.
    for token in [&by_access, &by_group] {
        for (member, level) in [(&user, "manage"), (&user, "read"), (&staff, "manage")] {
            let body = json!({"access": level});
            let reply = tree.put(token, &access(&folder, member), body).await;
            assert_eq!(reply.refusal(), (404, "not_found", ""), "{member}");
        }
        let reply = tree.delete(token, &access(&folder, &other)).await;
        assert_eq!(reply.refusal(), (404, "not_found", ""));
        let body = json!({"name": "x", "parent": folder});
        let reply = tree.post(token, "/v1/folders", body).await;
        assert_eq!(reply.refusal(), (404, "not_found", ""));
        let path = format!("/app/v1/folders/{folder}/folders");
        let reply = tree.post(token, &path, json!({"name": "x"})).await;
        assert_eq!(reply.refusal(), (404, "not_found", ""));
    }
    assert!(
        tree.levels(&tree.token(&user, "manage").await, &path)
            .await
            .is_empty()
    );
    // A level that is less than it was gives no more than it is.
    tree.give(&folder, &user, "write").await;
    let body = json!({"access": "manage"});
    let reply = tree.put(&by_access, &access(&folder, &user), body).await;
    assert_eq!(reply.refusal(), (403, "insufficient_scope", ""));
    let made = tree.folder_as(&by_access, Some(&folder)).await;
    assert!(text(&made, "path").starts_with(&path));
}
