//! Folders are made at the top and in one another, as deep as a place can be.

use crate::folders::{NO_FOLDER, World, told};
use hallpass_tests::text;
use serde_json::json;

#[tokio::test]
async fn a_folder_says_where_it_lies() {
    let world = World::new().await;
    let made = world.folder_as(&world.key, None).await;
    insta::assert_json_snapshot!(made, {".id" => "fld_…", ".path" => "folder/fld_…"}, @r#"
    {
      "created_at": 1800000000,
      "id": "fld_…",
      "name": "models",
      "path": "folder/fld_…"
    }
    "#);
    let id = text(&made, "id");
    assert_eq!(made["path"], json!(format!("folder/{id}")));
    let inner = world.folder_as(&world.key, Some(&id)).await;
    let inner_id = text(&inner, "id");
    assert_eq!(inner["path"], json!(format!("folder/{id}/{inner_id}")));
    assert_eq!(inner["parent"], json!(id));
    for folder in [&made, &inner] {
        let path = format!("/v1/folders/{}", text(folder, "id"));
        assert_eq!(&world.get(&world.key, &path).await.body, folder);
    }
    let public = world.get(&world.key, "/v1/folders/public").await.body;
    assert_eq!(
        public,
        json!({"id": "public", "name": "Public", "path": "folder/public"})
    );
    let inside = world.folder_as(&world.key, Some("public")).await;
    let id = text(&inside, "id");
    assert_eq!(inside["path"], json!(format!("folder/public/{id}")));
}

#[tokio::test]
async fn a_place_has_sixteen_segments_and_no_more() {
    let world = World::new().await;
    let mut parent: Option<String> = None;
    for _ in 0..15 {
        let (id, _) = world.folder(parent.as_deref()).await;
        parent = Some(id);
    }
    let parent = parent.unwrap();
    let body = json!({"name": "too deep", "parent": parent});
    let reply = world.post(&world.key, "/v1/folders", body).await;
    assert_eq!(told(&reply), (422, "too_deep", "parent"));
    // What is given at the deepest place is what a token holds there.
    let user = world.user("diver").await;
    world.give(&parent, &user, "manage").await;
    let token = world.token(&user, "write").await;
    let path = world.get(&token, &format!("/v1/folders/{parent}")).await;
    let path = text(&path.body, "path");
    assert_eq!(path.split('/').count(), 16);
    assert_eq!(world.levels(&token, &path).await, ["read", "write"]);
}

#[tokio::test]
async fn what_is_no_folder_is_no_parent() {
    let world = World::new().await;
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
        let reply = world.post(&world.key, "/v1/folders", body.clone()).await;
        assert_eq!(told(&reply), expected, "{body}");
    }
}

#[tokio::test]
async fn s29_a_folder_of_another_environment_is_not_there() {
    let world = World::new().await;
    let (folder, _) = world.folder(None).await;
    let user = world.user("ann").await;
    let scopes = json!(["directory:read", "directory:write", "folder:*"]);
    let (account, _) = world.hallpass.account("another", scopes.clone()).await;
    let path = format!("/v1/accounts/{}/environments", world.hallpass.operator);
    let made = world
        .post(&world.hallpass.root, &path, json!({"name": "app/test"}))
        .await;
    assert_eq!(made.status, 201);
    for body in [
        json!({"kind": "apikey", "name": "k", "account": account, "scopes": scopes}),
        json!({"kind": "apikey", "name": "k", "environment": "app/test", "scopes": scopes}),
    ] {
        let foreign = text(&world.hallpass.mint(body).await, "token");
        let get = world.get(&foreign, &format!("/v1/folders/{folder}")).await;
        assert_eq!(told(&get), (404, "not_found", ""));
        let children = world
            .get(&foreign, &format!("/v1/folders?parent={folder}"))
            .await;
        assert_eq!(told(&children), (404, "not_found", ""));
        let access = format!("/v1/folders/{folder}/access");
        assert_eq!(world.get(&foreign, &access).await.status, 404);
        let give = format!("{access}/users/{user}");
        let body = json!({"access": "read"});
        assert_eq!(world.put(&foreign, &give, body).await.status, 404);
        let inside = json!({"name": "x", "parent": folder});
        let inside = world.post(&foreign, "/v1/folders", inside).await;
        assert_eq!(told(&inside), (404, "not_found", "parent"));
        // Its own list knows nothing of it either, and its Public folder is another.
        let list = world.get(&foreign, "/v1/folders").await;
        assert_eq!(list.body, json!({"folders": []}));
    }
}

#[tokio::test]
async fn s26_the_same_key_makes_one_folder() {
    let world = World::new().await;
    let call = |body: serde_json::Value| {
        world
            .hallpass
            .post("/v1/folders", body)
            .header("api_key", &world.key)
            .header("idempotency-key", "once")
    };
    let made = call(json!({"name": "a"})).await;
    assert_eq!(made.status, 201);
    let again = call(json!({"name": "a"})).await;
    assert_eq!(
        (again.status.as_u16(), again.code()),
        (409, "already_created")
    );
    assert_eq!(again.body["id"], made.body["id"]);
    let other = call(json!({"name": "b"})).await;
    assert_eq!(
        told(&other),
        (422, "idempotency_key_reused", "Idempotency-Key")
    );
    let list = world.get(&world.key, "/v1/folders").await;
    assert_eq!(list.body["folders"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn every_act_is_written_down() {
    let world = World::new().await;
    let (folder, _) = world.folder(None).await;
    let user = world.user("ann").await;
    world.give(&folder, &user, "write").await;
    let path = crate::folders::place(&folder, &user);
    assert_eq!(world.delete(&world.key, &path).await.status, 204);
    // Nothing happens, so nothing is written down.
    assert_eq!(world.delete(&world.key, &path).await.status, 204);
    let items = world.hallpass.items().await;
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
            act("change_access", "none"),
            act("change_access", "write"),
            act("create_folder", "")
        ]
    );
}
