//! Names that people choose: one form of each, with nothing in it that cannot be seen.

use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_tests::{Hallpass, new_name, text, with};
use serde_json::{Value, json};

/// What has a name that people choose: the route, and the field of the name.
const NAMED: [(&str, &str); 3] = [
    ("/v1/users", "username"),
    ("/v1/groups", "name"),
    ("/v1/folders", "name"),
];

async fn status(hallpass: &Hallpass, path: &str, body: Value) -> (u16, String) {
    let reply = hallpass.post(path, body).bearer(&hallpass.root).await;
    let (status, code, _) = reply.refusal();
    (status, code.to_owned())
}

fn taken() -> (u16, String) {
    (409, "name_taken".to_owned())
}

#[tokio::test]
async fn s70_of_names_that_look_alike_one_is_taken() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    for (first, others) in [
        ("alice", &["alice", "Alice", "ALICE", "\u{ff41}lice"][..]),
        ("jos\u{e9}", &["jose\u{301}", "JOSE\u{301}"]),
        ("Stra\u{df}e", &["strasse"]),
    ] {
        hallpass.user(first, Value::Null).await;
        for other in others {
            let again = status(&hallpass, "/v1/users", json!({"username": other})).await;
            assert_eq!(again, taken(), "{other}");
        }
    }
    // Of another sort, it is another name.
    hallpass.service_account("alice").await;
    let other_case = json!({"name": "Alice"});
    let again = status(&hallpass, "/v1/service-accounts", other_case).await;
    assert_eq!(again, taken());
    // A name is kept in NFC, as it is written otherwise.
    for (path, field) in NAMED {
        let body = json!({field: "Rene\u{301}"});
        let made = hallpass.post(path, body).bearer(root).await;
        assert_eq!(made.body[field], "Ren\u{e9}", "{path}");
    }
}

/// A name can be written otherwise by who has it, and comes free by another one and with who is removed.
#[tokio::test]
async fn a_name_is_its_owners_in_every_spelling() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    let id = hallpass.user("alice", Value::Null).await;
    let one = format!("/v1/users/{id}");
    for name in ["Alice", "ALICE", "bob"] {
        let renamed = hallpass.patch(&one, json!({"username": name}));
        let renamed = renamed.bearer(root).await;
        assert_eq!(renamed.status, 200, "{}", renamed.body);
        assert_eq!(renamed.body["username"], name);
    }
    // The name that was given up is free, and the new one is not.
    let other = hallpass.user("alice", Value::Null).await;
    let again = status(&hallpass, "/v1/users", json!({"username": "Bob"})).await;
    assert_eq!(again, taken());
    let refused = hallpass.patch(&format!("/v1/users/{other}"), json!({"username": "BOB"}));
    let refused = refused.bearer(root).await;
    assert_eq!(refused.refusal(), (409, "name_taken", "username"));
    assert_eq!(hallpass.delete(&one).bearer(root).await.status, 204);
    hallpass.user("bob", Value::Null).await;
}

#[tokio::test]
async fn s70_what_cannot_be_seen_is_in_no_name() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    for (path, field) in NAMED {
        for name in [
            "\u{3164}",
            "\u{2800}",
            "alice\u{fe0f}",
            "al\u{200d}ice",
            "a\u{202e}b",
            "\u{3000}",
        ] {
            let (status, _) = status(&hallpass, path, json!({field: name})).await;
            assert_eq!(status, 422, "{path} {name:?}");
        }
        for name in [
            "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}",
            "\u{1f469}\u{200d}\u{1f4bb}",
            "\u{2764}\u{fe0f}",
        ] {
            hallpass.made(root, path, json!({field: name})).await;
        }
    }
    let token = |name: &str| hallpass.post("/v1/tokens", json!({"kind": "secret", "name": name}));
    assert_eq!(token("\u{3164}").bearer(root).await.status, 422);
    let made = token("jose\u{301} \u{1f469}\u{200d}\u{1f4bb}")
        .bearer(root)
        .await;
    assert_eq!(made.body["name"], "jos\u{e9} \u{1f469}\u{200d}\u{1f4bb}");
}

/// Names that look alike, the first of each taken.
const ALIKE: [(&str, &[&str]); 3] = [
    ("models", &["models", "Models", "MODELS", "\u{ff4d}odels"]),
    ("jos\u{e9}", &["jose\u{301}", "JOSE\u{301}"]),
    ("Stra\u{df}e", &["strasse"]),
];

#[tokio::test]
async fn s70_of_groups_that_look_alike_one_has_the_name() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    for (first, others) in ALIKE {
        let group = hallpass.group(first).await;
        let another = hallpass.group(&new_name()).await;
        for other in others {
            let body = json!({"name": other});
            let again = status(&hallpass, "/v1/groups", body.clone()).await;
            assert_eq!(again, taken(), "{other}");
            let renamed = hallpass.patch(&format!("/v1/groups/{another}"), body.clone());
            let renamed = renamed.bearer(root).await;
            assert_eq!(renamed.refusal(), (409, "name_taken", "name"), "{other}");
            // It is its own, in every spelling.
            let renamed = hallpass.patch(&format!("/v1/groups/{group}"), body);
            let renamed = renamed.bearer(root).await;
            assert_eq!(renamed.status, 200, "{}", renamed.body);
        }
    }
    // In another environment it is free, and where the group that has it gives it up or is removed.
    hallpass
        .environment(&hallpass.operator, "default/test")
        .await;
    let elsewhere = json!({"name": "Models", "environment": "default/test"});
    hallpass.made(root, "/v1/groups", elsewhere).await;
    let group = hallpass.group("villas").await;
    let path = format!("/v1/groups/{group}");
    let renamed = hallpass.patch(&path, json!({"name": "houses"}));
    assert_eq!(renamed.bearer(root).await.status, 200);
    hallpass.group("Villas").await;
    let again = status(&hallpass, "/v1/groups", json!({"name": "Houses"})).await;
    assert_eq!(again, taken());
    assert_eq!(hallpass.delete(&path).bearer(root).await.status, 204);
    hallpass.group("Houses").await;
}

#[tokio::test]
async fn s70_of_folders_that_lie_together_one_has_the_name() {
    let mut hallpass = Hallpass::start("3dverse").await;
    hallpass.with_demo();
    let root = hallpass.root.as_str();
    let folder = async |name: &str, parent: Option<&str>| {
        let body = with(json!({"name": name}), json!({"parent": parent}));
        hallpass.made(root, "/v1/folders", body).await
    };
    let parent = folder("parent", None).await;
    for (first, others) in ALIKE {
        for within in [None, Some("public"), Some(parent.as_str())] {
            folder(first, within).await;
            for other in others {
                let body = with(json!({"name": other}), json!({"parent": within}));
                let again = hallpass.post("/v1/folders", body).bearer(root).await;
                assert_eq!(again.refusal(), (409, "name_taken", "name"), "{other}");
                let path = match within {
                    Some(parent) => format!("/app/v1/folders/{parent}/folders"),
                    None => "/app/v1/folders".to_owned(),
                };
                let again = hallpass.post(&path, json!({"name": other}));
                let again = again.bearer(root).await;
                assert_eq!(again.refusal(), (409, "name_taken", "name"), "{path}");
            }
        }
    }
    // A group's name, and a folder's, are not each other's.
    hallpass.group("models").await;
}

/// What is asked for again by the same key is told what it made, and not that the name is taken.
#[tokio::test]
async fn a_repeated_creation_is_not_in_its_own_way() {
    let hallpass = Hallpass::start("default").await;
    for (path, field) in NAMED {
        let call = || {
            let call = hallpass.post(path, json!({field: "once"}));
            call.bearer(&hallpass.root).header("idempotency-key", path)
        };
        let made = call().await;
        assert_eq!(made.status, 201, "{path}: {}", made.body);
        let again = call().await;
        assert_eq!(again.answer(), (409, "already_created"), "{path}");
        assert_eq!(again.body["id"], made.body["id"], "{path}");
    }
}

/// One character of a name may be eighteen as names are compared, and a key has room for 2,048 bytes.
#[tokio::test]
async fn s70_a_name_that_is_long_as_it_is_compared_is_taken_too() {
    let hallpass = Hallpass::start("default").await;
    let (name, other) = ("\u{fdfa}".repeat(100), "\u{fdfa}".repeat(99) + "a");
    for (path, field) in NAMED {
        hallpass
            .made(&hallpass.root, path, json!({field: name}))
            .await;
        let again = status(&hallpass, path, json!({field: name})).await;
        assert_eq!(again, taken(), "{path}");
        hallpass
            .made(&hallpass.root, path, json!({field: other}))
            .await;
    }
}

/// Groups and folders from before have no row of a name: they are read, renamed and removed, and do
/// not keep others from their name.
#[tokio::test]
async fn groups_and_folders_from_before_stand_in_nobodys_way() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    let (group, twin) = (hallpass.group("staff").await, hallpass.group("twin").await);
    hallpass
        .made(root, "/v1/folders", json!({"name": "models"}))
        .await;
    for mut row in hallpass.items().await {
        let (client, table) = (&hallpass.dynamodb_client, &hallpass.table);
        let pk = row["pk"].as_s().unwrap().clone();
        if pk.starts_with("NAME#") {
            let delete = client.delete_item().table_name(table);
            let delete = delete.key("pk", row["pk"].clone());
            delete.key("sk", row["sk"].clone()).send().await.unwrap();
        } else if pk.starts_with("GROUP#") {
            row.remove("name_key");
            row.insert("name".to_owned(), AttributeValue::S("staff".to_owned()));
            let put = client.put_item().table_name(table).set_item(Some(row));
            put.send().await.unwrap();
        }
    }
    hallpass
        .made(root, "/v1/folders", json!({"name": "models"}))
        .await;
    let listed = hallpass.get("/v1/groups").bearer(root).await.body;
    let names = listed["groups"].as_array().unwrap().iter();
    assert!(names.clone().all(|group| group["name"] == "staff") && names.len() == 2);
    // One of them gets the name for itself by writing it otherwise.
    let rename = async |group: &str, name: &str| {
        let call = hallpass.patch(&format!("/v1/groups/{group}"), json!({"name": name}));
        call.bearer(root).await
    };
    assert_eq!(rename(&group, "Staff").await.status, 200);
    let refused = rename(&twin, "STAFF").await;
    assert_eq!(refused.refusal(), (409, "name_taken", "name"));
    let again = status(&hallpass, "/v1/groups", json!({"name": "staff"})).await;
    assert_eq!(again, taken());
    // The other one is removed without the name that it does not have.
    let path = format!("/v1/groups/{twin}");
    assert_eq!(hallpass.delete(&path).bearer(root).await.status, 204);
    let again = status(&hallpass, "/v1/groups", json!({"name": "staff"})).await;
    assert_eq!(again, taken());
}

/// Rows from when names were compared as they are written: whatever they hold is read, and their names
/// are not given again.
#[tokio::test]
async fn s70_a_name_from_before_is_taken() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    let user = hallpass.user("Ann", Value::Null).await;
    // As it was written: with a name that no one can have any more, under that name.
    let name = "Ann\u{fe0f}";
    for mut row in hallpass.items().await {
        let pk = row["pk"].as_s().unwrap().clone();
        let (client, table) = (&hallpass.dynamodb_client, &hallpass.table);
        if pk.starts_with("NAME#") {
            let delete = client.delete_item().table_name(table);
            let delete = delete
                .key("pk", row["pk"].clone())
                .key("sk", row["sk"].clone());
            delete.send().await.unwrap();
            let text = |text: String| AttributeValue::S(text);
            for written in [name, "Ben", "Mary-Ann Doe", "zo\u{eb}"] {
                let pk = format!("NAME#{}#default/live#user#{written}", hallpass.operator);
                let put = client.put_item().table_name(table).item("pk", text(pk));
                let put = put.item("sk", text("RECORD".to_owned()));
                put.item("id", text(user.clone())).send().await.unwrap();
            }
        } else if pk.ends_with(&user) && row["sk"].as_s().unwrap() == "RECORD" {
            row.remove("name_key");
            row.insert("name".to_owned(), AttributeValue::S(name.to_owned()));
            let put = client.put_item().table_name(table).set_item(Some(row));
            put.send().await.unwrap();
        }
    }
    let path = format!("/v1/users/{user}");
    let read = hallpass.get(&path).bearer(root).await;
    assert_eq!(
        (read.status.as_u16(), text(&read.body, "username")),
        (200, name.to_owned())
    );
    let listed = hallpass.get("/v1/users").bearer(root).await;
    assert_eq!(listed.body["users"][0]["username"], name);
    // They stand in the way in every usual spelling.
    for name in [
        "Ben",
        "ben",
        "BEN",
        "bEN",
        "MARY-ANN DOE",
        "mary-ann doe",
        "ZO\u{cb}",
    ] {
        let again = status(&hallpass, "/v1/users", json!({"username": name})).await;
        assert_eq!(again, taken(), "{name}");
    }
    // The name is freed with the user, and by another name.
    let renamed = hallpass
        .patch(&path, json!({"username": "Ann"}))
        .bearer(root)
        .await;
    assert_eq!(renamed.status, 200, "{}", renamed.body);
    assert_eq!(
        status(&hallpass, "/v1/users", json!({"username": "ann"})).await,
        taken()
    );
    let left = hallpass.items_of("NAME#").await;
    let left = left
        .iter()
        .filter(|row| row["pk"].as_s().unwrap().ends_with(name));
    assert_eq!(left.count(), 0);
}
