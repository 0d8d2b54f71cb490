//! Giving users and groups access to a folder, and taking it.

use crate::folders::{NO_FOLDER, NO_GROUP, NO_USER, Tree};
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_tests::{access, text};
use serde_json::json;
use std::collections::HashMap;

#[tokio::test]
async fn access_is_given_changed_listed_and_taken() {
    let tree = Tree::new().await;
    let (folder, path) = tree.folder(None).await;
    let (user, group) = (tree.user("ann").await, tree.group("staff").await);
    tree.give(&folder, &user, "read").await;
    tree.give(&folder, &group, "write").await;
    tree.give(&folder, &user, "manage").await;
    let list = format!("/v1/folders/{folder}/access");
    let expected = json!({
        "users": [{"user_id": user, "username": "ann", "access": "manage"}],
        "groups": [{"group_id": group, "name": "staff", "access": "write"}],
    });
    let reply = tree.get(&tree.key, &list).await;
    assert_eq!((reply.status.as_u16(), &reply.body), (200, &expected));
    let app = tree.get(&tree.key, &format!("/app{list}")).await;
    assert_eq!(app.body, expected);
    // The member's own row says the same.
    let row = tree.get(&tree.key, &format!("/v1/users/{user}")).await;
    assert_eq!(row.body["access"], json!({path.clone(): "manage"}));
    let row = tree.get(&tree.key, &format!("/v1/groups/{group}")).await;
    assert_eq!(row.body["access"], json!({path.clone(): "write"}));

    for member in [&user, &group] {
        let taken = tree.delete(&tree.key, &access(&folder, member)).await;
        assert_eq!(taken.status, 204, "{}", taken.body);
    }
    let reply = tree.get(&tree.key, &list).await;
    assert_eq!(reply.body, json!({"users": [], "groups": []}));
    let row = tree.get(&tree.key, &format!("/v1/users/{user}")).await;
    assert_eq!(row.body["access"], json!({}));
}

#[tokio::test]
async fn the_list_comes_in_pages() {
    let tree = Tree::new().await;
    let (folder, _) = tree.folder(None).await;
    let mut members = Vec::new();
    for name in ["a", "b", "c"] {
        members.push(tree.user(name).await);
        members.push(tree.group(name).await);
    }
    for member in &members {
        tree.give(&folder, member, "read").await;
    }
    let mut found = Vec::new();
    let first = format!("/v1/folders/{folder}/access?limit=2");
    let mut path = first.clone();
    loop {
        let page = tree.get(&tree.key, &path).await.body;
        let of = |list: &str, id: &str| -> Vec<String> {
            let members = page[list].as_array().unwrap();
            members.iter().map(|member| text(member, id)).collect()
        };
        let (groups, users) = (of("groups", "group_id"), of("users", "user_id"));
        assert!(groups.len() + users.len() <= 2);
        found.extend(groups);
        found.extend(users);
        let Some(cursor) = page["cursor"].as_str() else {
            break;
        };
        path = format!("{first}&cursor={cursor}");
    }
    found.sort();
    members.sort();
    assert_eq!(found, members);
}

#[tokio::test]
async fn who_was_removed_leaves_no_empty_page() {
    let tree = Tree::new().await;
    let (folder, _) = tree.folder(None).await;
    let mut groups = Vec::new();
    let mut users = Vec::new();
    for name in ["a", "b", "c", "d"] {
        groups.push(tree.group(name).await);
        users.push(tree.user(name).await);
    }
    groups.sort();
    users.sort();
    let members = [groups, users].concat();
    for member in &members {
        tree.give(&folder, member, "read").await;
    }
    let (gone, left): (Vec<_>, Vec<_>) = (0..members.len()).partition(|at| at % 4 < 2);
    for at in gone {
        let sort = if at < 4 { "groups" } else { "users" };
        let path = format!("/v1/{sort}/{}", members[at]);
        let removed = tree.delete(&tree.key, &path).await;
        assert_eq!(removed.status, 204, "{}", removed.body);
    }
    let first = format!("/v1/folders/{folder}/access?limit=1");
    let mut path = first.clone();
    for at in left {
        let page = tree.get(&tree.key, &path).await.body;
        let (sort, id) = if at < 4 {
            ("groups", "group_id")
        } else {
            ("users", "user_id")
        };
        assert_eq!(page[sort][0][id], members[at], "{page}");
        let shown = ["groups", "users"].map(|sort| page[sort].as_array().unwrap().len());
        assert_eq!(shown.iter().sum::<usize>(), 1, "{page}");
        path = match page["cursor"].as_str() {
            Some(cursor) => format!("{first}&cursor={cursor}"),
            None => String::new(),
        };
    }
    if !path.is_empty() {
        let last = tree.get(&tree.key, &path).await.body;
        assert_eq!(last, json!({"users": [], "groups": []}));
    }
}

#[tokio::test]
async fn what_is_wrong_is_told() {
    let tree = Tree::new().await;
    let (folder, _) = tree.folder(None).await;
    let (user, group) = (tree.user("ann").await, tree.group("staff").await);
    let read = json!({"access": "read"});
    for (path, body, expected) in [
        (
            access(&folder, &user),
            json!({"access": "own"}),
            (422, "unknown_level", "access"),
        ),
        (
            access(&folder, &user),
            json!({"access": "Read"}),
            (422, "unknown_level", "access"),
        ),
        (
            access(&folder, &user),
            json!({"access": null}),
            (422, "invalid_field", "access"),
        ),
        (
            access(&folder, &user),
            json!({}),
            (422, "invalid_field", "access"),
        ),
        (
            access(&folder, &user),
            json!({"access": "read", "x": 1}),
            (422, "invalid_field", "x"),
        ),
        (
            access(NO_FOLDER, &user),
            read.clone(),
            (404, "not_found", ""),
        ),
        (
            access(&folder, NO_USER),
            read.clone(),
            (404, "not_found", ""),
        ),
        (
            access(&folder, NO_GROUP),
            read.clone(),
            (404, "not_found", ""),
        ),
        (
            format!("/v1/folders/{folder}/access/users/{group}"),
            read.clone(),
            (404, "not_found", ""),
        ),
        (
            format!("/v1/folders/{folder}/access/groups/{user}"),
            read.clone(),
            (404, "not_found", ""),
        ),
        (
            access("nonsense", &user),
            read.clone(),
            (404, "not_found", ""),
        ),
    ] {
        let reply = tree.put(&tree.key, &path, body.clone()).await;
        assert_eq!(reply.refusal(), expected, "{path} {body}");
        if expected.1 == "unknown_level" {
            let detail = text(&reply.body, "detail");
            assert!(detail.contains("`manage`, `read`, `write`"), "{detail}");
        }
        if expected.0 == 404 {
            assert_eq!(
                tree.delete(&tree.key, &path).await.refusal(),
                expected,
                "{path}"
            );
        }
    }
    // One who was removed is nobody, and is no longer listed.
    tree.give(&folder, &user, "read").await;
    let gone = tree.delete(&tree.key, &format!("/v1/users/{user}")).await;
    assert!(gone.status.is_success(), "{}", gone.body);
    let reply = tree.put(&tree.key, &access(&folder, &user), read).await;
    assert_eq!(reply.refusal(), (404, "not_found", ""));
    let list = tree
        .get(&tree.key, &format!("/v1/folders/{folder}/access"))
        .await;
    assert_eq!(list.body, json!({"users": [], "groups": []}));
}

#[tokio::test]
async fn s51_a_server_gives_no_level_that_it_does_not_hold_there() {
    let tree = Tree::new().await;
    let (folder, path) = tree.folder(None).await;
    let (inner, _) = tree.folder(Some(&folder)).await;
    let (other, _) = tree.folder(None).await;
    let user = tree.user("ann").await;
    let body = json!({
        "kind": "apikey", "name": "narrow",
        "scopes": ["directory:read", "directory:write", format!("folder:write@{path}")],
    });
    let narrow = text(&tree.hallpass.mint(body).await, "token");
    for (folder, level, status) in [
        (&folder, "read", 204),
        (&folder, "write", 204),
        (&inner, "write", 204),
        (&folder, "manage", 422),
        (&inner, "manage", 422),
        (&other, "read", 422),
        (&"public".to_owned(), "read", 422),
    ] {
        let reply = tree
            .put(&narrow, &access(folder, &user), json!({"access": level}))
            .await;
        assert_eq!(reply.status, status, "{level}: {}", reply.body);
        if status == 422 {
            assert_eq!(reply.refusal(), (422, "scope_not_held", "access"));
        }
    }
}

#[tokio::test]
async fn a_member_has_access_to_2500_folders_and_no_more() {
    let tree = Tree::new().await;
    let (folder, path) = tree.folder(None).await;
    let (last, _) = tree.folder(None).await;
    let user = tree.user("ann").await;
    let row = tree.hallpass.items().await.into_iter().find(|item| {
        let pk = item["pk"].as_s().unwrap();
        pk.starts_with("PRINCIPAL#")
            && pk.ends_with(&user)
            && item["sk"].as_s().unwrap() == "RECORD"
    });
    let mut row = row.unwrap();
    let places: HashMap<String, AttributeValue> = (0..2_499)
        .map(|number| {
            (
                format!("folder/x{number}"),
                AttributeValue::S("read".to_owned()),
            )
        })
        .collect();
    row.insert("access".to_owned(), AttributeValue::M(places));
    tree.hallpass
        .dynamodb_client
        .put_item()
        .table_name(&tree.hallpass.table)
        .set_item(Some(row))
        .send()
        .await
        .unwrap();
    tree.give(&folder, &user, "read").await;
    // The last can still be changed, and no other added.
    tree.give(&folder, &user, "write").await;
    let read = json!({"access": "read"});
    let reply = tree.put(&tree.key, &access(&last, &user), read).await;
    assert_eq!(reply.refusal(), (409, "too_many_places", ""));
    // However many they are, a token names none of them.
    let token = tree.token(&user, "read").await;
    assert_eq!(tree.levels(&token, &path).await, ["read"]);
    assert_eq!(tree.levels(&token, "folder/x2498").await, ["read"]);
    assert!(tree.levels(&token, "folder/x2499").await.is_empty());
    // Or those that it is for.
    let body = json!({"scope": "read", "folders": [folder]});
    let reply = tree.ask_token(&user, body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let token = text(&reply.body, "user_token");
    assert_eq!(tree.levels(&token, &path).await, ["read"]);
    let row = tree.get(&tree.key, &format!("/v1/users/{user}")).await;
    assert_eq!(row.body["access"][path], "write");
}
