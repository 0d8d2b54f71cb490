//! `POST /app/v1/users/{user}/tokens`: a level, wherever the user has it when the token is used.

use crate::folders::{NO_USER, Tree};
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_tests::{access, text};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn the_reply_and_the_token() {
    let tree = Tree::new().await;
    let (folder, path) = tree.folder(None).await;
    let user = tree.user("ann").await;
    tree.give(&folder, &user, "manage").await;
    let reply = tree
        .ask_token(&user, json!({"scope": "write", "ttl": "1h"}))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("cache-control"), "no-store");
    insta::assert_json_snapshot!(reply.body, {".user_token" => "[…]"}, @r#"
    {
      "expires_in": 3600,
      "expires_on": 1800003600,
      "user_token": "[…]"
    }
    "#);
    let token = text(&reply.body, "user_token");
    let own = tree.get(&token, "/v1/tokens/self").await;
    assert_eq!(own.status, 200, "{}", own.body);
    assert_eq!(own.body["principal"], json!(user));
    assert_eq!(own.body["kind"], "user");
    // The level; where the user has it is asked whenever the token is used.
    assert_eq!(own.body["scopes"], json!(["folder:write"]));
    tree.hallpass.clock.advance(Duration::from_secs(3_604));
    assert!(tree.may(&token, &format!("folder:read@{path}")).await);
    tree.hallpass.clock.advance(Duration::from_secs(1));
    assert_eq!(tree.hallpass.code(&token).await, "expired");
}

/// What each level of a user's gives the token of each scope, at the folder and below it.
#[tokio::test]
async fn a_token_holds_the_level_and_no_more_than_the_user_has() {
    let tree = Tree::new().await;
    let (folder, path) = tree.folder(None).await;
    let (_, below) = tree.folder(Some(&folder)).await;
    let (_, beside) = tree.folder(None).await;
    let levels = ["read", "write", "manage"];
    let user = tree.user("ann").await;
    for (has, given) in levels.iter().enumerate() {
        tree.give(&folder, &user, given).await;
        for (asks, asked) in levels.iter().enumerate() {
            let token = tree.token(&user, asked).await;
            let expected = &levels[..=has.min(asks)];
            assert_eq!(
                tree.levels(&token, &path).await,
                expected,
                "{asked} of {given}"
            );
            assert_eq!(
                tree.levels(&token, &below).await,
                expected,
                "{asked} of {given}"
            );
            assert!(tree.levels(&token, &beside).await.is_empty());
            assert!(tree.levels(&token, "folder").await.is_empty());
            assert!(!tree.may(&token, "folder:read").await);
        }
    }
}

#[tokio::test]
async fn groups_count_nested_ones_too_and_the_most_permissive_wins() {
    let tree = Tree::new().await;
    let (top, top_path) = tree.folder(None).await;
    let (inner, inner_path) = tree.folder(Some(&top)).await;
    let user = tree.user("ann").await;
    let (team, staff, all) = (
        tree.group("team").await,
        tree.group("staff").await,
        tree.group("all").await,
    );
    tree.join(&team, &user).await;
    tree.join(&staff, &team).await;
    tree.join(&all, &staff).await;
    let levels = async |path: &str| {
        let token = tree.token(&user, "manage").await;
        tree.levels(&token, path).await
    };
    assert!(levels(&top_path).await.is_empty());
    // Three groups up.
    tree.give(&top, &all, "read").await;
    assert_eq!(levels(&top_path).await, ["read"]);
    assert_eq!(levels(&inner_path).await, ["read"]);
    // A stronger one below wins there, a weaker one takes nothing away.
    tree.give(&inner, &team, "write").await;
    assert_eq!(levels(&top_path).await, ["read"]);
    assert_eq!(levels(&inner_path).await, ["read", "write"]);
    tree.give(&top, &staff, "manage").await;
    tree.give(&top, &user, "read").await;
    assert_eq!(levels(&top_path).await, ["read", "write", "manage"]);
    assert_eq!(levels(&inner_path).await, ["read", "write", "manage"]);
    // Out of the group, out of its access.
    let path = format!("/v1/groups/{staff}/members/groups/{team}");
    let left = tree.delete(&tree.key, &path).await;
    assert!(left.status.is_success(), "{}", left.body);
    assert_eq!(levels(&top_path).await, ["read"]);
    assert_eq!(levels(&inner_path).await, ["read", "write"]);
}

#[tokio::test]
async fn a_ttl_is_written_as_3dverse_does_and_its_bounds_are_exact() {
    let tree = Tree::new().await;
    let user = tree.user("ann").await;
    for (ttl, expected) in [
        (json!("60s"), Ok(60)),
        (json!("30m"), Ok(1_800)),
        (json!("1h"), Ok(3_600)),
        (json!("3600s"), Ok(3_600)),
        (json!("7d"), Ok(604_800)),
        (json!("59s"), Err("lifetime_out_of_range")),
        (json!("604801s"), Err("lifetime_out_of_range")),
        (json!("8d"), Err("lifetime_out_of_range")),
        (json!("0h"), Err("lifetime_out_of_range")),
        (json!("213503982334602d"), Err("invalid_field")),
        (json!("1"), Err("invalid_field")),
        (json!(""), Err("invalid_field")),
        (json!("-1h"), Err("invalid_field")),
        (json!("1.5h"), Err("invalid_field")),
        (json!("1 h"), Err("invalid_field")),
        (json!(3_600), Err("invalid_field")),
        (Value::Null, Err("invalid_field")),
    ] {
        let reply = tree
            .ask_token(&user, json!({"scope": "read", "ttl": ttl}))
            .await;
        match expected {
            Ok(seconds) => {
                assert_eq!(reply.body["expires_in"], seconds, "{ttl}: {}", reply.body);
                assert_eq!(reply.body["expires_on"], 1_800_000_000 + seconds);
            }
            Err(code) => assert_eq!(reply.refusal(), (422, code, "ttl"), "{ttl}"),
        }
    }
    let reply = tree.ask_token(&user, json!({"scope": "read"})).await;
    assert_eq!(reply.body["expires_in"], 3_600, "the default");
}

#[tokio::test]
async fn s22_a_token_does_not_outlive_the_key() {
    let mut tree = Tree::new().await;
    let user = tree.user("ann").await;
    let body = json!({"kind": "apikey", "name": "short", "expires_in": 1_800});
    tree.key = text(&tree.hallpass.mint(body).await, "token");
    let reply = tree
        .ask_token(&user, json!({"scope": "read", "ttl": "30m"}))
        .await;
    assert_eq!(reply.body["expires_in"], 1_800);
    let reply = tree
        .ask_token(&user, json!({"scope": "read", "ttl": "1801s"}))
        .await;
    assert_eq!(reply.refusal(), (422, "parent_expires_first", "ttl"));
}

#[tokio::test]
async fn what_is_wrong_is_told() {
    let tree = Tree::new().await;
    let user = tree.user("ann").await;
    for (user, body, expected) in [
        (
            user.as_str(),
            json!({"scope": "own"}),
            (422, "unknown_level", "scope"),
        ),
        (
            &user,
            json!({"scope": "folder:read"}),
            (422, "unknown_level", "scope"),
        ),
        (
            &user,
            json!({"scope": ["read"]}),
            (422, "invalid_field", "scope"),
        ),
        (&user, json!({}), (422, "invalid_field", "scope")),
        (
            &user,
            json!({"scope": "read", "TTL": "1h"}),
            (422, "invalid_field", "TTL"),
        ),
        (NO_USER, json!({"scope": "read"}), (404, "not_found", "")),
        ("nobody", json!({"scope": "read"}), (404, "not_found", "")),
        (
            &tree.hallpass.operator,
            json!({"scope": "read"}),
            (404, "not_found", ""),
        ),
    ] {
        let reply = tree.ask_token(user, body.clone()).await;
        assert_eq!(reply.refusal(), expected, "{user} {body}");
    }
}

/// On a platform where users have no folder of their own.
#[tokio::test]
async fn a_user_who_reaches_nothing_gets_no_token() {
    let hallpass = hallpass_tests::Hallpass::start("default").await;
    let user = hallpass
        .post("/v1/users", json!({"username": "ann"}))
        .bearer(&hallpass.root)
        .await;
    let user = text(&user.body, "id");
    let folder = hallpass
        .post("/v1/folders", json!({"name": "a"}))
        .bearer(&hallpass.root)
        .await;
    let (folder, place) = (text(&folder.body, "id"), text(&folder.body, "path"));
    let body = json!({"kind": "secret", "name": "s", "scopes": ["asset:*", "tokens:impersonate"]});
    let server = text(&hallpass.mint(body).await, "token");
    let ask = async |scope: &str| {
        let path = format!("/app/v1/users/{user}/tokens");
        let call = hallpass.post(&path, json!({"scope": scope}));
        call.bearer(&server).await
    };
    for scope in ["read", "write", "manage"] {
        let reply = ask(scope).await;
        assert_eq!(reply.refusal(), (422, "nothing_reachable", "scope"));
    }
    let give = access(&folder, &user);
    let give = hallpass
        .call(http::Method::PUT, &give)
        .json(json!({"access": "read"}));
    assert_eq!(give.bearer(&hallpass.root).await.status, 204);
    let token = text(&ask("manage").await.body, "user_token");
    let scope = format!("asset:readPrivate@{place}");
    assert_eq!(
        hallpass
            .validate(json!({"token": token, "scope": scope}))
            .await["active"],
        true
    );
    // Where there is no folder of one's own, only who may write everywhere makes one at the top.
    let made = hallpass
        .post("/v1/folders", json!({"name": "x"}))
        .header("user_token", &token)
        .await;
    assert_eq!(made.refusal(), (403, "insufficient_scope", ""));
}

#[tokio::test]
async fn s51_a_key_gives_no_more_than_it_holds() {
    let mut tree = Tree::new().await;
    let (folder, path) = tree.folder(None).await;
    let user = tree.user("ann").await;
    tree.give(&folder, &user, "manage").await;
    let whole = tree.key.clone();
    for (scopes, asked, expected) in [
        (
            json!(["folder:read", "tokens:impersonate"]),
            "read",
            (200, "", ""),
        ),
        (
            json!(["folder:read", "tokens:impersonate"]),
            "write",
            (422, "scope_not_held", "scope"),
        ),
        (
            json!([format!("folder:manage@{path}"), "tokens:impersonate"]),
            "read",
            // Their own folder is not the key's to give.
            (422, "scope_not_held", "scope"),
        ),
        (
            json!(["folder:manage"]),
            "read",
            (403, "insufficient_scope", ""),
        ),
        (
            json!(["directory:write"]),
            "read",
            (403, "insufficient_scope", ""),
        ),
    ] {
        let body = json!({"kind": "apikey", "name": "k", "scopes": scopes});
        tree.key = text(&tree.hallpass.mint(body).await, "token");
        let reply = tree.ask_token(&user, json!({"scope": asked})).await;
        let (status, code, field) = reply.refusal();
        assert_eq!((status, code, field), expected, "{scopes}");
    }
    // And what it gave dies with it.
    tree.key = whole;
    let token = tree.token(&user, "read").await;
    let key = tree.hallpass.validate(json!({"token": tree.key})).await;
    let ended = tree
        .delete(
            &tree.hallpass.root,
            &format!("/v1/tokens/{}", text(&key, "id")),
        )
        .await;
    assert_eq!(ended.status, 204);
    assert_eq!(tree.hallpass.code(&token).await, "parent_revoked");
}

#[tokio::test]
async fn s29_a_key_of_another_environment_knows_no_such_user() {
    let mut tree = Tree::new().await;
    let user = tree.user("ann").await;
    let path = format!("/v1/accounts/{}/environments", tree.hallpass.operator);
    let made = tree
        .post(&tree.hallpass.root, &path, json!({"name": "app/test"}))
        .await;
    assert_eq!(made.status, 201);
    let body = json!({"kind": "apikey", "name": "k", "environment": "app/test"});
    tree.key = text(&tree.hallpass.mint(body).await, "token");
    let reply = tree.ask_token(&user, json!({"scope": "read"})).await;
    let absent = tree.ask_token(NO_USER, json!({"scope": "read"})).await;
    assert_eq!(reply.refusal(), (404, "not_found", ""));
    assert_eq!(reply.body, absent.body);
}

#[tokio::test]
async fn deriving_writes_nothing_and_signs_once() {
    let tree = Tree::new().await;
    let user = tree.user("ann").await;
    tree.token(&user, "read").await;
    let before = tree.hallpass.items().await.len();
    tree.hallpass.dynamodb.reset();
    tree.hallpass.kms.reset();
    tree.token(&user, "read").await;
    assert_eq!(tree.hallpass.kms.count("Sign"), 1);
    for write in ["PutItem", "UpdateItem", "TransactWriteItems", "DeleteItem"] {
        assert_eq!(tree.hallpass.dynamodb.count(write), 0);
    }
    // The key, and the user; nobody is in a group here.
    assert_eq!(tree.hallpass.dynamodb.calls().len(), 2);
    assert_eq!(tree.hallpass.items().await.len(), before);
}

#[tokio::test]
async fn a_token_is_for_the_folders_that_are_named() {
    let tree = Tree::new().await;
    let (folder, path) = tree.folder(None).await;
    let (inner, inner_path) = tree.folder(Some(&folder)).await;
    let (other, other_path) = tree.folder(None).await;
    let (beside, _) = tree.folder(None).await;
    let user = tree.user("ann").await;
    tree.give(&folder, &user, "manage").await;
    tree.give(&other, &user, "read").await;
    let ask = async |folders: Value| {
        let body = json!({"scope": "write", "folders": folders});
        tree.ask_token(&user, body).await
    };
    let token = text(&ask(json!([inner, other])).await.body, "user_token");
    let home = format!("folder/{user}");
    for (place, levels) in [
        (&inner_path, vec!["read", "write"]),
        (&other_path, vec!["read"]),
        (&path, vec![]),
        (&home, vec![]),
    ] {
        assert_eq!(tree.levels(&token, place).await, levels, "{place}");
    }
    let token = text(&ask(json!([user])).await.body, "user_token");
    assert_eq!(tree.levels(&token, &home).await, ["read", "write"]);
    assert!(tree.levels(&token, &path).await.is_empty());
    for (folders, code) in [
        (json!([folder, beside]), "nothing_reachable"),
        (json!([folder, "public"]), "nothing_reachable"),
        (json!([crate::folders::NO_FOLDER]), "nothing_reachable"),
        (json!([NO_USER]), "nothing_reachable"),
        (json!([]), "empty_list"),
        (json!(vec![&folder; 101]), "too_many"),
        (Value::Null, "invalid_field"),
    ] {
        let reply = ask(folders.clone()).await;
        assert_eq!(reply.refusal(), (422, code, "folders"), "{folders}");
        let last = folders.as_array().and_then(|it| it.last()).cloned();
        if code == "nothing_reachable" {
            let detail = text(&reply.body, "detail");
            let named = format!("`{}`", last.unwrap().as_str().unwrap());
            assert!(detail.contains(&named), "{detail}");
        }
    }
}

/// A token holds a level, and no place: it does not grow with what its user reaches.
#[tokio::test]
async fn a_user_who_reaches_2_000_folders_gets_a_token_and_a_list_in_pages() {
    let tree = Tree::new().await;
    let user = tree.user("ann").await;
    let mut folders = Vec::new();
    for _ in 0..3 {
        folders.push(tree.folder(None).await);
    }
    let (_, below) = tree.folder(Some(&folders[0].0)).await;
    let is_users = |item: &hallpass_tests::Item| {
        let pk = item["pk"].as_s().unwrap();
        pk.starts_with("PRINCIPAL#")
            && pk.ends_with(&user)
            && item["sk"].as_s().unwrap() == "RECORD"
    };
    let mut row = tree
        .hallpass
        .items()
        .await
        .into_iter()
        .find(is_users)
        .unwrap();
    let absent = (0..1_997).map(|number| format!("folder/fld_{number:022}"));
    let places = absent.chain(folders.iter().map(|(_, path)| path.clone()));
    let level = || AttributeValue::S("write".to_owned());
    let access = places.map(|place| (place, level())).collect();
    row.insert("access".to_owned(), AttributeValue::M(access));
    let put = tree.hallpass.dynamodb_client.put_item();
    let put = put.table_name(&tree.hallpass.table).set_item(Some(row));
    put.send().await.unwrap();
    let token = tree.token(&user, "write").await;
    assert!(token.len() < 2_000, "{}", token.len());
    for path in [&folders[0].1, &folders[2].1, &below] {
        assert_eq!(tree.levels(&token, path).await, ["read", "write"]);
    }
    assert!(tree.levels(&token, "folder").await.is_empty());
    // Each page is one batch of the folders it shows; what does not exist is left out.
    let (mut seen, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let path = format!("/v1/folders?limit=100{cursor}");
        let call = tree.hallpass.get(&path).header("user_token", &token);
        let (reply, cost) = tree.hallpass.cost(call).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        pages += 1;
        assert!(cost.len() <= 3, "{cost:?}");
        let page = reply.body["folders"].as_array().unwrap();
        seen.extend(page.iter().map(|folder| text(folder, "id")));
        match reply.body["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let mut expected: Vec<String> = folders
        .into_iter()
        .map(|(id, _)| id)
        .chain([user])
        .collect();
    seen.sort();
    expected.sort();
    assert_eq!((seen, pages), (expected, 20));
}
