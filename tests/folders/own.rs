//! What users do with folders by their own tokens: make them, see them, give others access.

use crate::folders::{World, place, told};
use hallpass_tests::text;
use serde_json::json;

#[tokio::test]
async fn a_new_user_makes_a_folder_and_uses_it_with_the_same_token() {
    let world = World::new().await;
    let user = world.user("ann").await;
    let token = world.token(&user, "manage").await;
    let made = world.folder_as(&token, None).await;
    let (id, path) = (text(&made, "id"), text(&made, "path"));
    assert_eq!(path, format!("folder/{user}/{id}"));
    assert_eq!(
        world.levels(&token, &path).await,
        ["read", "write", "manage"]
    );
    // It lies in a folder of theirs, so it takes no entry of its own, nor room in their row.
    let list = world.get(&token, &format!("/v1/folders/{id}/access")).await;
    let expected = json!({"users": [], "groups": []});
    assert_eq!((list.status.as_u16(), list.body), (200, expected));
    let row = world.get(&world.key, &format!("/v1/users/{user}")).await;
    assert_eq!(row.body["access"], json!({}));
    let inner = world.folder_as(&token, Some(&id)).await;
    assert!(text(&inner, "path").starts_with(&path));
    // Nobody else reaches it until they are given access.
    let other = world.user("bob").await;
    let others = world.token(&other, "manage").await;
    let get = format!("/v1/folders/{id}");
    assert_eq!(
        told(&world.get(&others, &get).await),
        (404, "not_found", "")
    );
    let home = format!("/v1/folders?parent={user}");
    assert_eq!(
        told(&world.get(&others, &home).await),
        (404, "not_found", "")
    );
    assert!(world.levels(&others, &path).await.is_empty());
    let given = world
        .put(&token, &place(&id, &other), json!({"access": "write"}))
        .await;
    assert_eq!(given.status, 204, "{}", given.body);
    let others = world.token(&other, "manage").await;
    assert_eq!(world.levels(&others, &path).await, ["read", "write"]);
}

#[tokio::test]
async fn what_a_token_may_write_it_may_make_folders_in() {
    let world = World::new().await;
    let (folder, _) = world.folder(None).await;
    let (beside, _) = world.folder(None).await;
    let user = world.user("ann").await;
    world.give(&folder, &user, "write").await;
    let (inner, _) = world.folder(Some(&folder)).await;
    let write = world.token(&user, "write").await;
    let read = world.token(&user, "read").await;
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
        let body = json!({"name": "x", "parent": parent});
        let reply = world.post(token, "/v1/folders", body).await;
        let (status, code, _) = told(&reply);
        assert_eq!((status, code), (expected.0, expected.1), "{parent}");
        let path = format!("/app/v1/folders/{parent}/folders");
        let reply = world.post(token, &path, json!({"name": "x"})).await;
        assert_eq!(reply.status, expected.0, "{path}: {}", reply.body);
    }
    // At the top: in the user's own folder, and only by a token that may write.
    for (token, status) in [(&write, 201), (&read, 403)] {
        for path in ["/v1/folders", "/app/v1/folders"] {
            let reply = world.post(token, path, json!({"name": "x"})).await;
            assert_eq!(reply.status, status, "{}", reply.body);
        }
    }
}

#[tokio::test]
async fn s51_who_may_not_manage_gives_nothing() {
    let world = World::new().await;
    let (folder, path) = world.folder(None).await;
    let (inner, inner_path) = world.folder(Some(&folder)).await;
    let (user, other) = (world.user("ann").await, world.user("bob").await);
    let group = world.group("staff").await;
    world.give(&folder, &user, "write").await;
    world.give(&inner, &user, "manage").await;
    let token = world.token(&user, "manage").await;
    assert_eq!(world.levels(&token, &path).await, ["read", "write"]);
    assert_eq!(
        world.levels(&token, &inner_path).await,
        ["read", "write", "manage"]
    );
    for member in [&user, &other, &group] {
        for level in ["read", "write", "manage"] {
            let body = json!({"access": level});
            let above = world
                .put(&token, &place(&folder, member), body.clone())
                .await;
            assert_eq!(told(&above), (403, "insufficient_scope", ""), "{level}");
            // Who gives themselves less has less, also with the token of before.
            if *member != user || level == "manage" {
                let inside = world.put(&token, &place(&inner, member), body).await;
                assert_eq!(inside.status, 204, "{level}: {}", inside.body);
            }
        }
        let above = world.delete(&token, &place(&folder, member)).await;
        assert_eq!(told(&above), (403, "insufficient_scope", ""));
    }
    let list = world
        .get(&token, &format!("/v1/folders/{folder}/access"))
        .await;
    assert_eq!(told(&list), (403, "insufficient_scope", ""));
    // A weaker token of the same user gives nothing, wherever the user could.
    let write = world.token(&user, "write").await;
    let body = json!({"access": "read"});
    let reply = world.put(&write, &place(&inner, &other), body).await;
    assert_eq!(told(&reply), (403, "insufficient_scope", ""));
}

#[tokio::test]
async fn a_users_token_says_nothing_of_users_and_tokens() {
    let world = World::new().await;
    let (user, other) = (world.user("ann").await, world.user("bob").await);
    let token = world.token(&user, "manage").await;
    for path in ["/v1/users", "/v1/groups", "/v1/tokens"] {
        assert_eq!(world.get(&token, path).await.status, 403, "{path}");
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
        assert_eq!(world.post(&token, &path, body).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn a_dead_token_makes_nothing() {
    let world = World::new().await;
    let user = world.user("ann").await;
    let token = world.token(&user, "manage").await;
    let gone = world.delete(&world.key, &format!("/v1/users/{user}")).await;
    assert!(gone.status.is_success(), "{}", gone.body);
    let reply = world
        .post(&token, "/v1/folders", json!({"name": "x"}))
        .await;
    assert_eq!(reply.status, 401, "{}", reply.body);
    let reply = world.ask_token(&user, json!({"scope": "read"})).await;
    assert_eq!(told(&reply), (404, "not_found", ""));
    // Their own folder went with them.
    let body = json!({"name": "x", "parent": user});
    let reply = world.post(&world.key, "/v1/folders", body).await;
    assert_eq!(told(&reply), (404, "not_found", "parent"));
}

/// Ann's token is as good as ever, but what it could do is no longer hers to do.
#[tokio::test]
async fn s51_what_was_taken_is_not_taken_back_with_an_old_token() {
    let world = World::new().await;
    let (folder, path) = world.folder(None).await;
    let (user, other) = (world.user("ann").await, world.user("bob").await);
    let staff = world.group("staff").await;
    world.give(&folder, &user, "manage").await;
    let by_access = world.token(&user, "manage").await;
    let taken = world.delete(&world.key, &place(&folder, &user)).await;
    assert_eq!(taken.status, 204, "{}", taken.body);
    world.join(&staff, &user).await;
    world.give(&folder, &staff, "manage").await;
    let by_group = world.token(&user, "manage").await;
    // By the group, they may do it for now.
    let given = world
        .put(
            &by_group,
            &place(&folder, &other),
            json!({"access": "read"}),
        )
        .await;
    assert_eq!(given.status, 204, "{}", given.body);
    let left = format!("/v1/groups/{staff}/members/users/{user}");
    assert_eq!(world.delete(&world.key, &left).await.status, 204);
    for token in [&by_access, &by_group] {
        for (member, level) in [(&user, "manage"), (&user, "read"), (&staff, "manage")] {
            let body = json!({"access": level});
            let reply = world.put(token, &place(&folder, member), body).await;
            assert_eq!(told(&reply), (403, "insufficient_scope", ""), "{member}");
        }
        let reply = world.delete(token, &place(&folder, &other)).await;
        assert_eq!(told(&reply), (403, "insufficient_scope", ""));
        let body = json!({"name": "x", "parent": folder});
        let reply = world.post(token, "/v1/folders", body).await;
        assert_eq!(told(&reply), (403, "insufficient_scope", ""));
        let path = format!("/app/v1/folders/{folder}/folders");
        let reply = world.post(token, &path, json!({"name": "x"})).await;
        assert_eq!(told(&reply), (403, "insufficient_scope", ""));
    }
    assert!(
        world
            .levels(&world.token(&user, "manage").await, &path)
            .await
            .is_empty()
    );
    // A level that is less than it was gives no more than it is.
    world.give(&folder, &user, "write").await;
    let body = json!({"access": "manage"});
    let reply = world.put(&by_access, &place(&folder, &user), body).await;
    assert_eq!(told(&reply), (403, "insufficient_scope", ""));
    let made = world.folder_as(&by_access, Some(&folder)).await;
    assert!(text(&made, "path").starts_with(&path));
}
