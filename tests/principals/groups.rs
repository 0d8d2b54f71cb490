//! `/v1/groups` and their members.

use crate::principals::{delete, get, group, join, member, patch, put, told, user};
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};

#[tokio::test]
async fn a_group_is_made_read_renamed_listed_and_removed() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    let made = hallpass.post("/v1/groups", json!({"name": "Architects"}));
    let made = made.bearer(root).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = text(&made.body, "id");
    let mut expected = json!({
        "id": id,
        "account": hallpass.operator,
        "environment": "default/live",
        "name": "Architects",
        "within": [],
        "access": {},
        "created_at": 1_800_000_000,
    });
    assert_eq!(made.body, expected);
    let path = format!("/v1/groups/{id}");
    let renamed = patch(&hallpass, root, &path, json!({"name": "Planners"})).await;
    expected["name"] = json!("Planners");
    assert_eq!(renamed.body, expected);
    let outer = group(&hallpass, "outer").await;
    join(&hallpass, &outer, &id).await;
    expected["within"] = json!([outer]);
    assert_eq!(get(&hallpass, root, &path).await.body, expected);
    assert_eq!(
        delete(&hallpass, root, &format!("/v1/groups/{outer}"))
            .await
            .status,
        204
    );
    expected["within"] = json!([]);
    // A list would be long by it.
    expected.as_object_mut().unwrap().remove("access");
    let listed = get(&hallpass, root, "/v1/groups").await.body;
    assert_eq!(listed, json!({"groups": [expected]}));
    for _ in 0..2 {
        assert_eq!(delete(&hallpass, root, &path).await.status, 204);
    }
    for reply in [
        get(&hallpass, root, &path).await,
        get(&hallpass, root, &format!("{path}/members")).await,
        patch(&hallpass, root, &path, json!({"name": "late"})).await,
    ] {
        assert_eq!(told(&reply), (404, "not_found", ""));
    }
}

#[tokio::test]
async fn members_are_users_and_groups_in_pages() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    let whole = group(&hallpass, "whole").await;
    let path = format!("/v1/groups/{whole}/members");
    let mut users = Vec::new();
    for name in ["one", "two", "three"] {
        let id = user(&hallpass, name, Value::Null).await;
        join(&hallpass, &whole, &id).await;
        // Twice is as once.
        join(&hallpass, &whole, &id).await;
        users.push(json!({"id": id, "username": name}));
    }
    users.sort_by_key(|user| text(user, "id"));
    let part = group(&hallpass, "part").await;
    join(&hallpass, &whole, &part).await;
    let groups = json!([{"id": part, "name": "part"}]);
    let all = get(&hallpass, root, &path).await.body;
    assert_eq!(all, json!({"users": users, "groups": groups}));
    let mut found = Vec::new();
    let mut query = "?limit=2".to_owned();
    for _ in 0..3 {
        let page = get(&hallpass, root, &format!("{path}{query}")).await.body;
        for list in ["groups", "users"] {
            found.extend(page[list].as_array().unwrap().clone());
        }
        match page["cursor"].as_str() {
            Some(cursor) => query = format!("?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(found.len(), 4);
    assert_eq!(found[0], groups[0]);
    assert_eq!(found[1..], users);
    // Out again, twice as once; and who never was in it.
    let gone = member(&whole, &text(&users[0], "id"));
    for _ in 0..2 {
        assert_eq!(delete(&hallpass, root, &gone).await.status, 204);
    }
    assert_eq!(
        delete(&hallpass, root, &member(&whole, &part)).await.status,
        204
    );
    let left = get(&hallpass, root, &path).await.body;
    assert_eq!(left, json!({"users": users[1..], "groups": []}));
}

#[tokio::test]
async fn what_is_not_there_joins_nothing() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    let here = group(&hallpass, "here").await;
    let person = user(&hallpass, "a person", Value::Null).await;
    let body = json!({"name": "shop"});
    let service_account = hallpass.made(root, "/v1/service-accounts", body).await;
    // One of another account, which the operator names in neither way.
    let (account, _) = hallpass.account("acme", json!(["asset:read"])).await;
    let body = json!({"username": "x", "account": account});
    let foreign = hallpass.made(root, "/v1/users", body).await;
    let body = json!({"name": "x", "account": account});
    let foreign_group = hallpass.made(root, "/v1/groups", body).await;
    let before = hallpass.items().await.len();
    for path in [
        member(&here, "usr_0000000000000000000001"),
        member(&here, "grp_0000000000000000000001"),
        member(&here, &foreign),
        member(&here, &foreign_group),
        member(&here, &service_account),
        member("grp_0000000000000000000001", &person),
        member(&foreign_group, &person),
        format!("/v1/groups/{here}/members/users/{here}"),
        format!("/v1/groups/{here}/members/groups/{person}"),
    ] {
        for reply in [
            put(&hallpass, root, &path).await,
            delete(&hallpass, root, &path).await,
        ] {
            assert_eq!(told(&reply), (404, "not_found", ""), "{path}");
        }
    }
    assert_eq!(hallpass.items().await.len(), before);
    // The operator reaches both, where it says where they are.
    let there = format!("{}?account={account}", member(&foreign_group, &foreign));
    assert_eq!(put(&hallpass, root, &there).await.status, 204);
}

#[tokio::test]
async fn circles_and_rows_that_are_too_long_are_refused_in_words() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    let mut row = Vec::new();
    for number in 0..11 {
        row.push(group(&hallpass, &format!("group {number}")).await);
    }
    for pair in row[..10].windows(2) {
        join(&hallpass, &pair[1], &pair[0]).await;
    }
    for (outer, inner, code) in [
        (&row[0], &row[0], "circular"),
        (&row[0], &row[1], "circular"),
        (&row[0], &row[9], "circular"),
        (&row[10], &row[9], "nested_too_deep"),
        (&row[0], &row[10], "nested_too_deep"),
    ] {
        let reply = put(&hallpass, root, &member(outer, inner)).await;
        assert_eq!(told(&reply), (409, code, ""), "{outer} {inner}");
    }
}

/// Two groups that are put into each other at once: one of them is.
#[tokio::test]
async fn nestings_at_once_make_no_circle() {
    let hallpass = Hallpass::start("default").await;
    let (a, b) = (group(&hallpass, "a").await, group(&hallpass, "b").await);
    let (into_a, into_b) = (member(&a, &b), member(&b, &a));
    let (one, two) = tokio::join!(
        put(&hallpass, &hallpass.root, &into_a),
        put(&hallpass, &hallpass.root, &into_b),
    );
    let mut told = [told(&one), told(&two)];
    told.sort_unstable();
    assert_eq!(told, [(204, "", ""), (409, "circular", "")]);
}
