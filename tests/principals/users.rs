//! `/v1/users`.

use hallpass_tests::{Hallpass, membership, text};
use serde_json::{Value, json};

#[tokio::test]
async fn a_user_is_made_read_changed_and_removed() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    let body =
        json!({"username": "Ada Lovelace", "scopes": ["asset:write", "asset:read@folder/7"]});
    let made = hallpass.post("/v1/users", body).bearer(root).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = text(&made.body, "id");
    assert!(id.starts_with("usr_"));
    let expected = json!({
        "id": id,
        "account": hallpass.operator,
        "environment": "default/live",
        "username": "Ada Lovelace",
        "scopes": ["asset:read@folder/7", "asset:write"],
        "groups": [],
        "access": {},
        "created_at": 1_800_000_000,
    });
    assert_eq!(made.body, expected);
    let path = format!("/v1/users/{id}");
    assert_eq!(hallpass.get(&path).bearer(root).await.body, expected);
    // A list would be long by it.
    let mut listed = expected.clone();
    listed.as_object_mut().unwrap().remove("access");
    let users = hallpass.get("/v1/users").bearer(root).await.body;
    assert_eq!(users, json!({"users": [listed]}));
    // One field at a time, and both.
    for (change, username, scopes) in [
        (
            json!({"username": "Ada"}),
            "Ada",
            json!(["asset:read@folder/7", "asset:write"]),
        ),
        (
            json!({"scopes": ["asset:read"]}),
            "Ada",
            json!(["asset:read"]),
        ),
        (json!({"scopes": null}), "Ada", Value::Null),
        (
            json!({"username": "Lovelace", "scopes": ["asset:write"]}),
            "Lovelace",
            json!(["asset:write"]),
        ),
        (
            json!({"username": "Lovelace"}),
            "Lovelace",
            json!(["asset:write"]),
        ),
    ] {
        let changed = hallpass.patch(&path, change.clone()).bearer(root).await;
        assert_eq!(changed.status, 200, "{change}: {}", changed.body);
        let read = hallpass.get(&path).bearer(root).await.body;
        assert_eq!(read, changed.body, "{change}");
        assert_eq!(read["username"], username, "{change}");
        assert_eq!(read["scopes"], scopes, "{change}");
    }
    let group = hallpass.group("a group").await;
    hallpass.join(&group, &id).await;
    let read = hallpass.get(&path).bearer(root).await.body;
    assert_eq!(read["groups"], json!([group]));
    for _ in 0..2 {
        assert_eq!(hallpass.delete(&path).bearer(root).await.status, 204);
    }
    for reply in [
        hallpass.get(&path).bearer(root).await,
        hallpass
            .patch(&path, json!({"username": "late"}))
            .bearer(root)
            .await,
        hallpass.put(&membership(&group, &id)).bearer(root).await,
    ] {
        assert_eq!(reply.refusal(), (404, "not_found", ""));
    }
    let users = hallpass.get("/v1/users").bearer(root).await.body;
    assert_eq!(users, json!({"users": []}));
    let members = hallpass
        .get(&format!("/v1/groups/{group}/members"))
        .bearer(root)
        .await;
    assert_eq!(members.body, json!({"users": [], "groups": []}));
}

#[tokio::test]
async fn a_name_is_one_users_of_an_environment_until_it_is_free() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    let taken = (409, "name_taken", "username");
    let create = async |name: &str| {
        let body = json!({"username": name});
        hallpass.post("/v1/users", body).bearer(root).await
    };
    let one = text(&create("one").await.body, "id");
    let two = text(&create("two").await.body, "id");
    let path = |id: &str| format!("/v1/users/{id}");
    // Blanks around it do not count.
    for name in ["one", " one "] {
        assert_eq!(create(name).await.refusal(), taken, "{name}");
    }
    let rename = async |id: &str, name: &str| {
        hallpass
            .patch(&path(id), json!({"username": name}))
            .bearer(root)
            .await
    };
    assert_eq!(rename(&two, "one").await.refusal(), taken);
    assert_eq!(rename(&two, "two").await.status, 200, "its own");
    // A name that is given up is free, and so is a removed user's.
    assert_eq!(rename(&one, "uno").await.status, 200);
    assert_eq!(rename(&two, "one").await.status, 200);
    assert_eq!(create("two").await.status, 201);
    assert_eq!(hallpass.delete(&path(&one)).bearer(root).await.status, 204);
    assert_eq!(create("uno").await.status, 201);
    // Service accounts, other environments and other accounts have names of their own.
    let body = json!({"name": "one"});
    let service_account = hallpass.post("/v1/service-accounts", body).bearer(root);
    assert_eq!(service_account.await.status, 201);
    let (_, other) = hallpass.account("other", json!(["directory:write"])).await;
    let body = json!({"username": "one"});
    let elsewhere = hallpass.post("/v1/users", body).bearer(&other).await;
    assert_eq!(elsewhere.status, 201);
}

/// Of many who want one name at once, one gets it.
#[tokio::test]
async fn a_name_wanted_by_many_is_given_once() {
    let hallpass = Hallpass::start("default").await;
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let call = hallpass.post("/v1/users", json!({"username": "popular"}));
            tokio::spawn(call.bearer(&hallpass.root).into_future())
        })
        .collect();
    let mut made = 0;
    for call in calls {
        let reply = call.await.unwrap();
        if reply.status == 201 {
            made += 1;
        } else {
            assert_eq!(reply.refusal(), (409, "name_taken", "username"));
        }
    }
    assert_eq!(made, 1);
    let users = hallpass.get("/v1/users").bearer(&hallpass.root).await.body;
    assert_eq!(users["users"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn s26_the_same_idempotency_key_makes_one_user() {
    let hallpass = Hallpass::start("default").await;
    let create = async |body: Value| {
        let call = hallpass.post("/v1/users", body).bearer(&hallpass.root);
        call.header("idempotency-key", "once").await
    };
    let made = create(json!({"username": "one"})).await;
    assert_eq!(made.status, 201);
    let again = create(json!({"username": "one"})).await;
    assert_eq!(again.refusal(), (409, "already_created", ""));
    assert_eq!(again.body["id"], made.body["id"]);
    let other = create(json!({"username": "other"})).await;
    assert_eq!(
        other.refusal(),
        (422, "idempotency_key_reused", "Idempotency-Key")
    );
}

#[tokio::test]
async fn users_are_listed_in_pages_of_one_query_each() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    let mut ids = Vec::new();
    for number in 0..7 {
        let body = json!({"username": format!("user {number}")});
        ids.push(hallpass.made(root, "/v1/users", body).await);
    }
    ids.sort();
    let mut found = Vec::new();
    let mut path = "/v1/users?limit=3".to_owned();
    for _ in 0..4 {
        hallpass.dynamodb.reset();
        let page = hallpass.get(&path).bearer(root).await.body;
        assert_eq!(hallpass.dynamodb.count("Query"), 1);
        let users = page["users"].as_array().unwrap();
        assert!(users.len() <= 3);
        found.extend(users.iter().map(|user| text(user, "id")));
        match page["cursor"].as_str() {
            Some(cursor) => path = format!("/v1/users?limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(found, ids);
    for query in ["limit=0", "limit=101", "cursor=grp_1", "cursor=", "nope=1"] {
        let reply = hallpass
            .get(&format!("/v1/users?{query}"))
            .bearer(root)
            .await;
        assert_eq!(reply.status, 422, "{query}");
        assert_eq!(reply.code(), "invalid_query", "{query}");
    }
}

#[tokio::test]
async fn names_and_scopes_that_cannot_be_are_named() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    let long = "x".repeat(101);
    let many = vec!["asset:read"; 201];
    for (body, code, field) in [
        (json!({"username": ""}), "invalid_field", "username"),
        (json!({"username": " "}), "invalid_field", "username"),
        (json!({"username": long}), "invalid_field", "username"),
        (
            json!({"username": "a\u{200b}b"}),
            "invalid_field",
            "username",
        ),
        (
            json!({"scopes": ["asset:read"]}),
            "invalid_field",
            "username",
        ),
        (
            json!({"username": "x", "scopes": []}),
            "empty_scopes",
            "scopes",
        ),
        (
            json!({"username": "x", "scopes": many}),
            "too_many",
            "scopes",
        ),
        (
            json!({"username": "x", "scopes": null}),
            "invalid_field",
            "scopes",
        ),
        (
            json!({"username": "x", "scopes": ["floor:read"]}),
            "unknown_scope",
            "scopes",
        ),
        (
            json!({"username": "x", "scopes": ["platform:operate"]}),
            "operator_only",
            "scopes",
        ),
    ] {
        let reply = hallpass.post("/v1/users", body.clone()).bearer(root).await;
        assert_eq!(
            reply.refusal(),
            (422, code, field),
            "{body}: {}",
            reply.body
        );
    }
    let user = hallpass.user("x", Value::Null).await;
    let path = format!("/v1/users/{user}");
    let nothing = hallpass.patch(&path, json!({})).bearer(root).await;
    assert_eq!(nothing.refusal(), (422, "invalid_body", ""));
    let empty = hallpass
        .patch(&path, json!({"scopes": []}))
        .bearer(root)
        .await;
    assert_eq!(empty.refusal(), (422, "empty_scopes", "scopes"));
}

#[tokio::test]
async fn nobody_is_made_where_all_is_closed() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    let (account, _) = hallpass.account("acme", json!(["asset:read"])).await;
    for (place, expected) in [
        (
            json!({"environment": "no/such"}),
            (404, "not_found", "environment"),
        ),
        (
            json!({"account": "acc_0000000000000000000001"}),
            (404, "not_found", ""),
        ),
    ] {
        let mut body = json!({"username": "x"});
        body.as_object_mut()
            .unwrap()
            .extend(place.as_object().unwrap().clone());
        let reply = hallpass.post("/v1/users", body).bearer(root).await;
        assert_eq!(reply.refusal(), expected, "{place}");
    }
    let ended = hallpass.post("/v1/revocations", json!({"account": account}));
    assert_eq!(ended.bearer(root).await.status, 204);
    for (path, name) in [
        ("/v1/users", "username"),
        ("/v1/service-accounts", "name"),
        ("/v1/groups", "name"),
    ] {
        let body = json!({name: "late", "account": account});
        let reply = hallpass.post(path, body).bearer(root).await;
        assert_eq!(reply.refusal(), (409, "closed", ""), "{path}");
    }
}
