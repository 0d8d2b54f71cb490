//! Giving users and groups access to a folder, and taking it.

use crate::folders::{NO_FOLDER, NO_GROUP, NO_USER, World, place, told};
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_tests::text;
use serde_json::json;
use std::collections::HashMap;

#[tokio::test]
async fn access_is_given_changed_listed_and_taken() {
    let world = World::new().await;
    let (folder, path) = world.folder(None).await;
    let (user, group) = (world.user("ann").await, world.group("staff").await);
    world.give(&folder, &user, "read").await;
    world.give(&folder, &group, "write").await;
    world.give(&folder, &user, "manage").await;
    let list = format!("/v1/folders/{folder}/access");
    let expected = json!({
        "users": [{"user_id": user, "username": "ann", "access": "manage"}],
        "groups": [{"group_id": group, "name": "staff", "access": "write"}],
    });
    let reply = world.get(&world.key, &list).await;
    assert_eq!((reply.status.as_u16(), &reply.body), (200, &expected));
    let app = world.get(&world.key, &format!("/app{list}")).await;
    assert_eq!(app.body, expected);
    // The member's own row says the same.
    let row = world.get(&world.key, &format!("/v1/users/{user}")).await;
    assert_eq!(row.body["access"], json!({path.clone(): "manage"}));
    let row = world.get(&world.key, &format!("/v1/groups/{group}")).await;
    assert_eq!(row.body["access"], json!({path.clone(): "write"}));

    for member in [&user, &group] {
        let taken = world.delete(&world.key, &place(&folder, member)).await;
        assert_eq!(taken.status, 204, "{}", taken.body);
    }
    let reply = world.get(&world.key, &list).await;
    assert_eq!(reply.body, json!({"users": [], "groups": []}));
    let row = world.get(&world.key, &format!("/v1/users/{user}")).await;
    assert_eq!(row.body["access"], json!({}));
}

#[tokio::test]
async fn the_list_comes_in_pages() {
    let world = World::new().await;
    let (folder, _) = world.folder(None).await;
    let mut members = Vec::new();
    for name in ["a", "b", "c"] {
        members.push(world.user(name).await);
        members.push(world.group(name).await);
    }
    for member in &members {
        world.give(&folder, member, "read").await;
    }
    let mut found = Vec::new();
    let first = format!("/v1/folders/{folder}/access?limit=2");
    let mut path = first.clone();
    loop {
        let page = world.get(&world.key, &path).await.body;
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
    let world = World::new().await;
    let (folder, _) = world.folder(None).await;
    let mut groups = Vec::new();
    let mut users = Vec::new();
    for name in ["a", "b", "c", "d"] {
        groups.push(world.group(name).await);
        users.push(world.user(name).await);
    }
    groups.sort();
    users.sort();
    let members = [groups, users].concat();
    for member in &members {
        world.give(&folder, member, "read").await;
    }
    let (gone, left): (Vec<_>, Vec<_>) = (0..members.len()).partition(|at| at % 4 < 2);
    for at in gone {
        let sort = if at < 4 { "groups" } else { "users" };
        let path = format!("/v1/{sort}/{}", members[at]);
        let removed = world.delete(&world.key, &path).await;
        assert_eq!(removed.status, 204, "{}", removed.body);
    }
    let first = format!("/v1/folders/{folder}/access?limit=1");
    let mut path = first.clone();
    for at in left {
        let page = world.get(&world.key, &path).await.body;
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
        let last = world.get(&world.key, &path).await.body;
        assert_eq!(last, json!({"users": [], "groups": []}));
    }
}

#[tokio::test]
async fn what_is_wrong_is_told() {
    let world = World::new().await;
    let (folder, _) = world.folder(None).await;
    let (user, group) = (world.user("ann").await, world.group("staff").await);
    let read = json!({"access": "read"});
    for (path, body, expected) in [
        (
            place(&folder, &user),
            json!({"access": "own"}),
            (422, "unknown_level", "access"),
        ),
        (
            place(&folder, &user),
            json!({"access": "Read"}),
            (422, "unknown_level", "access"),
        ),
        (
            place(&folder, &user),
            json!({"access": null}),
            (422, "invalid_field", "access"),
        ),
        (
            place(&folder, &user),
            json!({}),
            (422, "invalid_field", "access"),
        ),
        (
            place(&folder, &user),
            json!({"access": "read", "x": 1}),
            (422, "invalid_field", "x"),
        ),
        (
            place(NO_FOLDER, &user),
            read.clone(),
            (404, "not_found", ""),
        ),
        (
            place(&folder, NO_USER),
            read.clone(),
            (404, "not_found", ""),
        ),
        (
            place(&folder, NO_GROUP),
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
            place("nonsense", &user),
            read.clone(),
            (404, "not_found", ""),
        ),
    ] {
        let reply = world.put(&world.key, &path, body.clone()).await;
        assert_eq!(told(&reply), expected, "{path} {body}");
        if expected.1 == "unknown_level" {
            let detail = text(&reply.body, "detail");
            assert!(detail.contains("`manage`, `read`, `write`"), "{detail}");
        }
        if expected.0 == 404 {
            assert_eq!(
                told(&world.delete(&world.key, &path).await),
                expected,
                "{path}"
            );
        }
    }
    // One who was removed is nobody, and is no longer listed.
    world.give(&folder, &user, "read").await;
    let gone = world.delete(&world.key, &format!("/v1/users/{user}")).await;
    assert!(gone.status.is_success(), "{}", gone.body);
    let reply = world.put(&world.key, &place(&folder, &user), read).await;
    assert_eq!(told(&reply), (404, "not_found", ""));
    let list = world
        .get(&world.key, &format!("/v1/folders/{folder}/access"))
        .await;
    assert_eq!(list.body, json!({"users": [], "groups": []}));
}

#[tokio::test]
async fn s51_a_server_gives_no_level_that_it_does_not_hold_there() {
    let world = World::new().await;
    let (folder, path) = world.folder(None).await;
    let (inner, _) = world.folder(Some(&folder)).await;
    let (other, _) = world.folder(None).await;
    let user = world.user("ann").await;
    let body = json!({
        "kind": "apikey", "name": "narrow",
        "scopes": ["directory:read", "directory:write", format!("folder:write@{path}")],
    });
    let narrow = text(&world.hallpass.mint(body).await, "token");
    for (folder, level, status) in [
        (&folder, "read", 204),
        (&folder, "write", 204),
        (&inner, "write", 204),
        (&folder, "manage", 422),
        (&inner, "manage", 422),
        (&other, "read", 422),
        (&"public".to_owned(), "read", 422),
    ] {
        let reply = world
            .put(&narrow, &place(folder, &user), json!({"access": level}))
            .await;
        assert_eq!(reply.status, status, "{level}: {}", reply.body);
        if status == 422 {
            assert_eq!(told(&reply), (422, "scope_not_held", "access"));
        }
    }
}

#[tokio::test]
async fn a_member_has_access_to_a_thousand_places_and_no_more() {
    let world = World::new().await;
    let (folder, path) = world.folder(None).await;
    let (last, _) = world.folder(None).await;
    let user = world.user("ann").await;
    let row = world.hallpass.items().await.into_iter().find(|item| {
        let pk = item["pk"].as_s().unwrap();
        pk.starts_with("PRINCIPAL#")
            && pk.ends_with(&user)
            && item["sk"].as_s().unwrap() == "RECORD"
    });
    let mut row = row.unwrap();
    let places: HashMap<String, AttributeValue> = (0..999)
        .map(|number| {
            (
                format!("folder/x{number}"),
                AttributeValue::S("read".to_owned()),
            )
        })
        .collect();
    row.insert("access".to_owned(), AttributeValue::M(places));
    world
        .hallpass
        .dynamodb_client
        .put_item()
        .table_name(&world.hallpass.table)
        .set_item(Some(row))
        .send()
        .await
        .unwrap();
    world.give(&folder, &user, "read").await;
    // The thousandth can still be changed, and no other added.
    world.give(&folder, &user, "write").await;
    let read = json!({"access": "read"});
    let reply = world.put(&world.key, &place(&last, &user), read).await;
    assert_eq!(told(&reply), (409, "too_many_places", ""));
    // That is more than a token holds.
    let reply = world.ask_token(&user, json!({"scope": "read"})).await;
    assert_eq!(told(&reply), (422, "token_too_large", "folders"));
    // Some of them is not.
    let body = json!({"scope": "read", "folders": [folder]});
    let reply = world.ask_token(&user, body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let token = text(&reply.body, "user_token");
    assert_eq!(world.levels(&token, &path).await, ["read"]);
    let row = world.get(&world.key, &format!("/v1/users/{user}")).await;
    assert_eq!(row.body["access"][path], "write");
}
