//! `/v1/groups` and their members.

use hallpass_tests::{Hallpass, membership, text};
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
    let renamed = hallpass
        .patch(&path, json!({"name": "Planners"}))
        .bearer(root)
        .await;
    expected["name"] = json!("Planners");
    assert_eq!(renamed.body, expected);
    let outer = hallpass.group("outer").await;
    hallpass.join(&outer, &id).await;
    expected["within"] = json!([outer]);
    assert_eq!(hallpass.get(&path).bearer(root).await.body, expected);
    assert_eq!(
        hallpass
            .delete(&format!("/v1/groups/{outer}"))
            .bearer(root)
            .await
            .status,
        204
    );
    expected["within"] = json!([]);
    // A list would be long by it.
    expected.as_object_mut().unwrap().remove("access");
    let listed = hallpass.get("/v1/groups").bearer(root).await.body;
    assert_eq!(listed, json!({"groups": [expected]}));
    for _ in 0..2 {
        assert_eq!(hallpass.delete(&path).bearer(root).await.status, 204);
    }
    for reply in [
        hallpass.get(&path).bearer(root).await,
        hallpass.get(&format!("{path}/members")).bearer(root).await,
        hallpass
            .patch(&path, json!({"name": "late"}))
            .bearer(root)
            .await,
    ] {
        assert_eq!(reply.refusal(), (404, "not_found", ""));
    }
}

#[tokio::test]
async fn members_are_users_and_groups_in_pages() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    let whole = hallpass.group("whole").await;
    let path = format!("/v1/groups/{whole}/members");
    let mut users = Vec::new();
    for name in ["one", "two", "three"] {
        let id = hallpass.user(name, Value::Null).await;
        hallpass.join(&whole, &id).await;
        // Twice is as once.
        hallpass.join(&whole, &id).await;
        users.push(json!({"id": id, "username": name}));
    }
    users.sort_by_key(|user| text(user, "id"));
    let part = hallpass.group("part").await;
    hallpass.join(&whole, &part).await;
    let groups = json!([{"id": part, "name": "part"}]);
    let all = hallpass.get(&path).bearer(root).await.body;
    assert_eq!(all, json!({"users": users, "groups": groups}));
    let mut found = Vec::new();
    let mut query = "?limit=2".to_owned();
    for _ in 0..3 {
        let page = hallpass
            .get(&format!("{path}{query}"))
            .bearer(root)
            .await
            .body;
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
    let gone = membership(&whole, &text(&users[0], "id"));
    for _ in 0..2 {
        assert_eq!(hallpass.delete(&gone).bearer(root).await.status, 204);
    }
    assert_eq!(
        hallpass
            .delete(&membership(&whole, &part))
            .bearer(root)
            .await
            .status,
        204
    );
    let left = hallpass.get(&path).bearer(root).await.body;
    assert_eq!(left, json!({"users": users[1..], "groups": []}));
}

#[tokio::test]
async fn what_is_not_there_joins_nothing() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    let here = hallpass.group("here").await;
    let person = hallpass.user("a person", Value::Null).await;
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
        membership(&here, "usr_0000000000000000000001"),
        membership(&here, "grp_0000000000000000000001"),
        membership(&here, &foreign),
        membership(&here, &foreign_group),
        membership(&here, &service_account),
        membership("grp_0000000000000000000001", &person),
        membership(&foreign_group, &person),
        format!("/v1/groups/{here}/members/users/{here}"),
        format!("/v1/groups/{here}/members/groups/{person}"),
    ] {
        for reply in [
            hallpass.put(&path).bearer(root).await,
            hallpass.delete(&path).bearer(root).await,
        ] {
            assert_eq!(reply.refusal(), (404, "not_found", ""), "{path}");
        }
    }
    assert_eq!(hallpass.items().await.len(), before);
    // The operator reaches both, where it says where they are.
    let there = format!("{}?account={account}", membership(&foreign_group, &foreign));
    assert_eq!(hallpass.put(&there).bearer(root).await.status, 204);
}

#[tokio::test]
async fn circles_and_rows_that_are_too_long_are_refused_in_words() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    let mut row = Vec::new();
    for number in 0..6 {
        row.push(hallpass.group(&format!("group {number}")).await);
    }
    for pair in row[..5].windows(2) {
        hallpass.join(&pair[1], &pair[0]).await;
    }
    for (outer, inner, code) in [
        (&row[0], &row[0], "circular"),
        (&row[0], &row[1], "circular"),
        (&row[0], &row[4], "circular"),
        (&row[5], &row[4], "nested_too_deep"),
        (&row[0], &row[5], "nested_too_deep"),
    ] {
        let reply = hallpass.put(&membership(outer, inner)).bearer(root).await;
        assert_eq!(reply.refusal(), (409, code, ""), "{outer} {inner}");
    }
}

/// Two groups that are put into each other at once: one of them is.
#[tokio::test]
async fn nestings_at_once_make_no_circle() {
    let hallpass = Hallpass::start("default").await;
    let (a, b) = (hallpass.group("a").await, hallpass.group("b").await);
    let (into_a, into_b) = (membership(&a, &b), membership(&b, &a));
    let (one, two) = tokio::join!(
        hallpass.put(&into_a).bearer(&hallpass.root),
        hallpass.put(&into_b).bearer(&hallpass.root),
    );
    let mut told = [one.refusal(), two.refusal()];
    told.sort_unstable();
    assert_eq!(told, [(204, "", ""), (409, "circular", "")]);
}
