//! Folders are made at the top and in one another, as deep as a place can be.

use crate::folders::{NO_FOLDER, Tree};
use hallpass_tests::{access, text};
use serde_json::json;

#[tokio::test]
async fn a_folder_says_where_it_lies() {
    let tree = Tree::new().await;
    let made = tree.folder_as(&tree.key, None).await;
    insta::assert_json_snapshot!(made, {".id" => "fld_…", ".name" => "name-…", ".path" => "folder/fld_…"}, @r#"
    {
      "created_at": 1800000000,
      "id": "fld_…",
      "name": "name-…",
      "path": "folder/fld_…"
    }
    "#);
    let id = text(&made, "id");
    assert_eq!(made["path"], json!(format!("folder/{id}")));
    let inner = tree.folder_as(&tree.key, Some(&id)).await;
    let inner_id = text(&inner, "id");
    assert_eq!(inner["path"], json!(format!("folder/{id}/{inner_id}")));
    assert_eq!(inner["parent"], json!(id));
    for folder in [&made, &inner] {
        let path = format!("/v1/folders/{}", text(folder, "id"));
        assert_eq!(&tree.get(&tree.key, &path).await.body, folder);
    }
    let public = tree.get(&tree.key, "/v1/folders/public").await.body;
    assert_eq!(
        public,
        json!({"id": "public", "name": "Public", "path": "folder/public"})
    );
    let inside = tree.folder_as(&tree.key, Some("public")).await;
    let id = text(&inside, "id");
    assert_eq!(inside["path"], json!(format!("folder/public/{id}")));
}

#[tokio::test]
async fn a_place_has_sixteen_segments_and_no_more() {
    let tree = Tree::new().await;
    let mut parent: Option<String> = None;
    for _ in 0..15 {
        let (id, _) = tree.folder(parent.as_deref()).await;
        parent = Some(id);
    }
    let parent = parent.unwrap();
    let body = json!({"name": "too deep", "parent": parent});
    let reply = tree.post(&tree.key, "/v1/folders", body).await;
    assert_eq!(reply.refusal(), (422, "too_deep", "parent"));
    // What is given at the deepest place is what a token holds there.
    let user = tree.user("diver").await;
    tree.give(&parent, &user, "manage").await;
    let token = tree.token(&user, "write").await;
    let path = tree.get(&token, &format!("/v1/folders/{parent}")).await;
    let path = text(&path.body, "path");
    assert_eq!(path.split('/').count(), 16);
    assert_eq!(tree.levels(&token, &path).await, ["read", "write"]);
}

#[tokio::test]
async fn what_is_no_folder_is_no_parent() {
    let tree = Tree::new().await;
    for (body, expected) in [
        (
            json!({"name": "x", "parent": NO_FOLDER}),
            (404, "not_found", "parent"),
        ),
        (
            json!({"name": "x", "parent": "usr_0000000000000000000001"}),
            (404, "not_found", "parent"),
        ),
        (
            json!({"name": "x", "parent": "Public"}),
            (422, "invalid_field", "parent"),
        ),
        (
            json!({"name": "x", "parent": null}),
            (422, "invalid_field", "parent"),
        ),
        (json!({"name": ""}), (422, "invalid_field", "name")),
        (json!({}), (422, "invalid_field", "name")),
        (
            json!({"name": "x", "path": "folder/x"}),
            (422, "invalid_field", "path"),
        ),
    ] {
        let reply = tree.post(&tree.key, "/v1/folders", body.clone()).await;
        assert_eq!(reply.refusal(), expected, "{body}");
    }
}

#[tokio::test]
async fn s29_a_folder_of_another_environment_is_not_there() {
    let tree = Tree::new().await;
    let (folder, _) = tree.folder(None).await;
    let user = tree.user("ann").await;
    let scopes = json!(["directory:read", "directory:write", "folder:*"]);
    let (account, _) = tree.hallpass.account("another", scopes.clone()).await;
    let path = format!("/v1/accounts/{}/environments", tree.hallpass.operator);
    let made = tree
        .post(&tree.hallpass.root, &path, json!({"name": "app/test"}))
        .await;
    assert_eq!(made.status, 201);
    for body in [
        json!({"kind": "apikey", "name": "k", "account": account, "scopes": scopes}),
        json!({"kind": "apikey", "name": "k", "environment": "app/test", "scopes": scopes}),
    ] {
        let foreign = text(&tree.hallpass.mint(body).await, "token");
        let get = tree.get(&foreign, &format!("/v1/folders/{folder}")).await;
        assert_eq!(get.refusal(), (404, "not_found", ""));
        let children = tree
            .get(&foreign, &format!("/v1/folders?parent={folder}"))
            .await;
        assert_eq!(children.refusal(), (404, "not_found", ""));
        let access = format!("/v1/folders/{folder}/access");
        assert_eq!(tree.get(&foreign, &access).await.status, 404);
        let give = format!("{access}/users/{user}");
        let body = json!({"access": "read"});
        assert_eq!(tree.put(&foreign, &give, body).await.status, 404);
        let inside = json!({"name": "x", "parent": folder});
        let inside = tree.post(&foreign, "/v1/folders", inside).await;
        assert_eq!(inside.refusal(), (404, "not_found", "parent"));
        // Its own list knows nothing of it either, and its Public folder is another.
        let list = tree.get(&foreign, "/v1/folders").await;
        assert_eq!(list.body, json!({"folders": []}));
    }
}

#[tokio::test]
async fn s26_the_same_key_makes_one_folder() {
    let tree = Tree::new().await;
    let call = |body: serde_json::Value| {
        tree.hallpass
            .post("/v1/folders", body)
            .header("api_key", &tree.key)
            .header("idempotency-key", "once")
    };
    let made = call(json!({"name": "a"})).await;
    assert_eq!(made.status, 201);
    let again = call(json!({"name": "a"})).await;
    assert_eq!(again.answer(), (409, "already_created"));
    assert_eq!(again.body["id"], made.body["id"]);
    let other = call(json!({"name": "b"})).await;
    assert_eq!(
        other.refusal(),
        (422, "idempotency_key_reused", "Idempotency-Key")
    );
    let list = tree.get(&tree.key, "/v1/folders").await;
    assert_eq!(list.body["folders"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn every_act_is_written_down() {
    let tree = Tree::new().await;
    let (folder, _) = tree.folder(None).await;
    let user = tree.user("ann").await;
    tree.give(&folder, &user, "write").await;
    let path = access(&folder, &user);
    assert_eq!(tree.delete(&tree.key, &path).await.status, 204);
    // Nothing happens, so nothing is written down.
    assert_eq!(tree.delete(&tree.key, &path).await.status, 204);
    let items = tree.hallpass.items().await;
    let mut acts: Vec<(String, String)> = items
        .iter()
        .filter(|item| item["pk"].as_s().unwrap().starts_with("AUDIT#"))
        .filter(|item| item["subject"].as_s().unwrap() == &folder)
        .map(|item| {
            let changed = item
                .get("changes")
                .and_then(|it| it.as_m().ok()?.get("access"));
            let changed = changed.map_or("", |it| it.as_s().unwrap());
            (item["action"].as_s().unwrap().clone(), changed.to_owned())
        })
        .collect();
    acts.sort();
    let act = |action: &str, access: &str| (action.to_owned(), access.to_owned());
    assert_eq!(
        acts,
        [
            act("create_folder", ""),
            act("give_access", "write"),
            act("take_access", "")
        ]
    );
}
