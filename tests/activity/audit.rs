//! The log of acts: who did what, when, from where, under which token.

use crate::activity::{START, read};
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};

#[tokio::test]
async fn a_row_says_who_did_what_when_from_where_and_under_which_token() {
    let hallpass = Hallpass::start("default").await;
    let scopes = json!([
        "tokens:mint",
        "tokens:revoke",
        "tokens:read",
        "activity:read",
        "asset:*",
        "configuration:*",
        "analytics:*"
    ]);
    let (account, manager) = hallpass.account("acme", scopes).await;
    let body = json!({"kind": "secret", "name": "a server"});
    let call = hallpass.post("/v1/tokens", body).bearer(&manager);
    let made = call.from("2001:db8::7").await;
    assert_eq!(made.status, 201);
    let id = text(&made.body, "id");
    let own = read(&hallpass, &manager, "/v1/tokens/self").await;
    let log = read(&hallpass, &manager, "/v1/audit").await;
    let acts = log["audit"].as_array().unwrap();
    let row = acts
        .iter()
        .find(|row| row["subject"] == id.as_str())
        .unwrap();
    let expected = json!({
        "id": row["id"], "at": START, "action": "mint", "subject": id,
        "by": own["id"], "kind": "management", "principal": account, "address": "2001:db8::7",
        "changes": {
            "kind": "secret", "name": "a server", "principal": account,
            "scopes": "analytics:* asset:* configuration:*",
        },
    });
    assert_eq!(*row, expected);
    // A JWT is shown with what it came from.
    let body = json!({
        "kind": "secret", "name": "ends itself", "scopes": ["asset:read"],
    });
    let parent = hallpass.mint_as(&manager, body).await;
    let derived = json!({"scopes": ["asset:read"]});
    let child = hallpass.derive(&text(&parent, "token"), derived).await;
    let ended = hallpass.post("/v1/revocations", json!({"token": child}));
    assert_eq!(ended.bearer(&child).await.status, 204);
    let log = read(&hallpass, &manager, "/v1/audit").await;
    let revoked = log["audit"].as_array().unwrap().iter();
    let revoked: Vec<&Value> = revoked.filter(|row| row["action"] == "revoke").collect();
    assert_eq!(revoked.len(), 1);
    assert_eq!(revoked[0]["parent"], parent["id"]);
    assert_eq!(revoked[0]["by"], revoked[0]["subject"]);
    assert!(text(revoked[0], "by").starts_with("jwt_"));
    assert_eq!(revoked[0]["address"], "192.0.2.7");
}

/// Verbs may be renamed; the log keeps what was written.
#[tokio::test]
async fn an_act_with_a_verb_of_another_version_is_shown_as_it_is() {
    let hallpass = Hallpass::start("default").await;
    let made = hallpass.mint(json!({"kind": "secret", "name": "a server"}));
    let id = text(&made.await, "id");
    let items = hallpass.items().await.into_iter();
    let mut of_mint =
        items.filter(|item| item.get("subject") == Some(&AttributeValue::S(id.clone())));
    let mut item = of_mint.next().unwrap();
    let verb = AttributeValue::S("issue".to_owned());
    let before = item.insert("action".to_owned(), verb);
    assert_eq!(before, Some(AttributeValue::S("mint".to_owned())));
    let put = hallpass.dynamodb_client.put_item();
    let put = put.table_name(&hallpass.table).set_item(Some(item));
    put.send().await.unwrap();
    let log = read(&hallpass, &hallpass.root, "/v1/audit").await;
    let acts = log["audit"].as_array().unwrap();
    let act = acts.iter().find(|act| act["subject"] == id.as_str());
    assert_eq!(act.unwrap()["action"], "issue");
}

/// Also within one millisecond, where all else is alike.
#[tokio::test]
async fn the_same_act_twice_is_two_rows() {
    let hallpass = Hallpass::start("default").await;
    let (id, _) = hallpass.secret_with(json!({})).await;
    let before = hallpass.items_of("AUDIT#").await.len();
    for _ in 0..3 {
        let path = format!("/v1/tokens/{id}/rotate");
        let rotated = hallpass.post(&path, json!({"overlap_seconds": 0}));
        assert_eq!(rotated.bearer(&hallpass.root).await.status, 200);
    }
    assert_eq!(hallpass.items_of("AUDIT#").await.len(), before + 3);
}

#[tokio::test]
async fn what_is_refused_or_was_done_already_leaves_no_row() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    let revoke = || {
        hallpass
            .delete(&format!("/v1/tokens/{id}"))
            .bearer(&hallpass.root)
    };
    assert_eq!(revoke().await.status, 204);
    let before = hallpass.items_of("AUDIT#").await;
    assert_eq!(revoke().await.status, 204);
    let body = json!({"kind": "nope", "name": "x"});
    let refused = hallpass
        .post("/v1/tokens", body)
        .bearer(&hallpass.root)
        .await;
    assert_eq!(refused.status, 422);
    assert_eq!(hallpass.code(&token).await, "revoked");
    read(&hallpass, &hallpass.root, "/v1/audit").await;
    assert_eq!(hallpass.items_of("AUDIT#").await, before);
}

/// The newest first, each act on one page, one Query a page but for the first, which seals before.
#[tokio::test]
async fn a_thousand_acts_are_ten_pages_of_one_query_each() {
    let hallpass = Hallpass::start("default").await;
    crate::activity::seal::forge_acts(&hallpass, 1_000).await;
    let (mut found, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        hallpass.dynamodb.reset();
        let page = read(
            &hallpass,
            &hallpass.root,
            &format!("/v1/audit?limit=100{cursor}"),
        )
        .await;
        if pages > 0 {
            assert_eq!(hallpass.dynamodb.operations(), ["BatchGetItem", "Query"]);
        }
        found.extend(page["audit"].as_array().unwrap().clone());
        pages += 1;
        match page["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    // Bootstrap's own act is the last one.
    assert_eq!((found.len(), pages), (1_001, 11));
    let ids: Vec<String> = found.iter().map(|row| text(row, "id")).collect();
    assert!(
        ids.is_sorted_by(|newer, older| newer > older),
        "newest first, each once"
    );
    assert_eq!(found[1_000]["by"], "iam");
}
