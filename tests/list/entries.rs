//! Entries say what the tokens are now, whatever happened to them.

use crate::list::{ids, one, page};
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_tests::{Hallpass, text};
use http::Method;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;

type Item = HashMap<String, AttributeValue>;

/// The entry of a token in the operator's list.
async fn entry(hallpass: &Hallpass, id: &str) -> Value {
    let body = page(hallpass, &hallpass.root, "").await;
    let tokens = body["tokens"].as_array().unwrap();
    let entry = tokens.iter().find(|token| token["id"] == id);
    entry
        .unwrap_or_else(|| panic!("{id} is not among {:?}", ids(tokens)))
        .clone()
}

/// A token's rows: its record first.
async fn rows(hallpass: &Hallpass, id: &str) -> Vec<Item> {
    let items = hallpass.items().await.into_iter();
    let of_token =
        items.filter(|item| item.get("id").and_then(|it| it.as_s().ok()) == Some(&id.to_owned()));
    let mut rows: Vec<Item> = of_token.collect();
    rows.sort_by_key(|row| row["sk"] != AttributeValue::S("RECORD".to_owned()));
    rows
}

/// A change of a token, and what its entry in the list then shows.
struct Change<'a> {
    what: &'static str,
    method: Method,
    path: &'a str,
    body: Value,
    field: &'static str,
    expected: Value,
}

#[tokio::test]
async fn an_entry_is_what_the_token_is_after_each_act() {
    let hallpass = Hallpass::start("default").await;
    let body = json!({
        "kind": "apikey", "name": "a key", "scopes": ["asset:read"], "expires_in": 3_600,
        "metadata": {"a": "b"},
    });
    let minted = hallpass.mint(body).await;
    let id = text(&minted, "id");
    let path = format!("/v1/tokens/{id}");
    let rotate = format!("{path}/rotate");
    for Change {
        what,
        method,
        path,
        body,
        field,
        expected,
    } in [
        Change {
            what: "rename",
            method: Method::PATCH,
            path: &path,
            body: json!({"name": "another"}),
            field: "name",
            expected: json!("another"),
        },
        Change {
            what: "pause",
            method: Method::PATCH,
            path: &path,
            body: json!({"enabled": false}),
            field: "enabled",
            expected: json!(false),
        },
        Change {
            what: "bind",
            method: Method::PATCH,
            path: &path,
            body: json!({"ips": ["192.0.2.0/24"]}),
            field: "ips",
            expected: json!(["192.0.2.0/24"]),
        },
        Change {
            what: "note",
            method: Method::PATCH,
            path: &path,
            body: json!({"metadata": {}}),
            field: "metadata",
            expected: json!({}),
        },
        Change {
            what: "rotate",
            method: Method::POST,
            path: &rotate,
            body: json!({"overlap_seconds": 60}),
            field: "enabled",
            expected: json!(false),
        },
        Change {
            what: "revoke",
            method: Method::DELETE,
            path: &path,
            body: json!({}),
            field: "revoked_at",
            expected: json!(1_800_000_000),
        },
    ] {
        let call = hallpass.call(method.clone(), path).bearer(&hallpass.root);
        let reply = if method == Method::DELETE {
            call.await
        } else {
            call.json(body).await
        };
        assert!(reply.status.is_success(), "{what}: {}", reply.body);
        let entry = entry(&hallpass, &id).await;
        assert_eq!(entry[field], expected, "{what}");
        let mut shown = one(&hallpass, &id).await;
        let more = shown.as_object_mut().unwrap();
        assert!(more.remove("previous").is_some());
        more.remove("last_used_at");
        assert_eq!(entry, shown, "{what}");
    }
}

/// A revoked token is listed for 30 days; then all of its rows go.
#[tokio::test]
async fn every_way_to_revoke_marks_the_entry_and_lets_it_go_with_the_record() {
    for way in ["id", "text", "environment", "account"] {
        let mut hallpass = Hallpass::start("default").await;
        hallpass.another_instance();
        let (account, customer) = hallpass
            .account("acme", json!(["tokens:mint", "tokens:read", "asset:*"]))
            .await;
        let body = json!({"kind": "secret", "name": "s", "scopes": ["asset:read"]});
        let minted = hallpass.mint_as(&customer, body).await;
        let id = text(&minted, "id");
        hallpass.clock.advance(Duration::from_secs(60));
        let target = match way {
            "id" => json!({"id": id}),
            "text" => json!({"token": minted["token"]}),
            "environment" => json!({"account": account, "environment": "default/live"}),
            _ => json!({"account": account}),
        };
        let reply = hallpass
            .post("/v1/revocations", target)
            .bearer(&hallpass.root);
        assert_eq!(reply.await.status, 204, "{way}");
        let rows = rows(&hallpass, &id).await;
        // Its record, its entries in its environment and among those that its maker made, and four
        // in lists.
        assert_eq!(rows.len(), 7, "{way}");
        let day = 24 * 60 * 60;
        for row in rows {
            let number = |text: u64| AttributeValue::N(text.to_string());
            assert_eq!(row["revoked_at"], number(1_800_000_060_000), "{way}");
            assert_eq!(row["ttl"], number(1_800_000_060 + 30 * day), "{way}");
        }
        let query = format!("?kind=secret&account={account}");
        let listed = page(&hallpass, &hallpass.root, &query).await;
        assert_eq!(listed["tokens"][0]["id"], json!(id), "{way}");
        assert_eq!(listed["tokens"][0]["revoked_at"], 1_800_000_060, "{way}");
    }
}

/// The table may delete the entry of an expired token before its record: no act hangs on that.
#[tokio::test]
async fn a_token_without_its_entry_is_revoked_all_the_same() {
    let hallpass = Hallpass::start("default").await;
    let body = json!({"kind": "secret", "name": "s", "scopes": ["asset:read"]});
    let minted = hallpass.mint(body).await;
    let id = text(&minted, "id");
    let rows_of = rows(&hallpass, &id).await;
    let in_list = |row: &&Item| row["pk"].as_s().unwrap().starts_with("ENVIRONMENT#");
    let entry = rows_of.iter().find(in_list).unwrap();
    let delete = hallpass.dynamodb_client.delete_item();
    let keys = ["pk", "sk"].map(|name| (name.to_owned(), entry[name].clone()));
    let delete = delete
        .table_name(&hallpass.table)
        .set_key(Some(keys.into()));
    delete.send().await.unwrap();
    let reply = hallpass.delete(&format!("/v1/tokens/{id}"));
    assert_eq!(reply.bearer(&hallpass.root).await.status, 204);
    assert_eq!(hallpass.code(&text(&minted, "token")).await, "revoked");
    // Nothing is written where it was, and its place is free.
    assert_eq!(rows(&hallpass, &id).await.len(), 6);
    let slots = hallpass.items().await;
    let is_slot = |item: &Item| item["pk"].as_s().unwrap().starts_with("SLOTS#");
    assert!(!slots.iter().any(is_slot));
}

/// The management token that a recovery replaces is listed as revoked.
#[tokio::test]
async fn a_recovered_token_is_listed_as_revoked() {
    let hallpass = Hallpass::start("default").await;
    let old = page(&hallpass, &hallpass.root, "").await;
    let old = text(&old["tokens"][0], "id");
    let request = serde_json::from_value(json!({"recover": true})).unwrap();
    let made = hallpass_bootstrap::bootstrap(&hallpass.platform, &hallpass.keys, request);
    let made = made.await.unwrap();
    let token = secrecy::ExposeSecret::expose_secret(&made.token).to_owned();
    let listed = page(&hallpass, &token, "").await;
    let listed = listed["tokens"].as_array().unwrap();
    assert_eq!(listed.len(), 2);
    for token in listed {
        assert_eq!(
            token["revoked_at"] == 1_800_000_000,
            token["id"] == json!(old)
        );
    }
}

#[tokio::test]
async fn s19_no_list_holds_a_text_or_a_hash() {
    let hallpass = Hallpass::start("default").await;
    let page_token = json!({"kind": "publishable", "name": "p", "origins": ["https://a.com"]});
    let public = text(&hallpass.mint(page_token).await, "token");
    let minted = hallpass.mint(json!({"kind": "secret", "name": "s"})).await;
    let rotated = format!("/v1/tokens/{}/rotate", text(&minted, "id"));
    let reply = hallpass.post(&rotated, json!({"overlap_seconds": 60}));
    let new = text(&reply.bearer(&hallpass.root).await.body, "token");
    let seen = page(&hallpass, &hallpass.root, "").await.to_string();
    let seen = seen + &one(&hallpass, &text(&minted, "id")).await.to_string();
    for item in hallpass.items().await {
        for name in ["secret_hash", "public_text"] {
            if let Some(AttributeValue::S(kept)) = item.get(name) {
                assert!(!seen.contains(kept.as_str()), "{name}");
            }
        }
    }
    for token in [public, text(&minted, "token"), new, hallpass.root.clone()] {
        // Neither the text nor the part of it that is secret.
        assert!(!seen.contains(&token));
        assert!(!seen.contains(&token[token.len() - 49..token.len() - 6]));
    }
}
