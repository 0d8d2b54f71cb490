//! What lists cost, and what the acts cost that keep them.

use super::expect;
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the transactions since the last reset wrote and checked: how many rows of which partitions.
fn written(hallpass: &Hallpass) -> BTreeMap<String, usize> {
    let mut written = BTreeMap::new();
    for call in hallpass.dynamodb.calls() {
        if call.operation != "TransactWriteItems" {
            continue;
        }
        for item in call.body["TransactItems"].as_array().unwrap() {
            let (verb, write) = item.as_object().unwrap().iter().next().unwrap();
            let key = |name: &str| write[name]["pk"]["S"].as_str();
            let pk = key("Key").or(key("Item")).unwrap();
            let partition = pk.split('#').next().unwrap();
            // Noted once in half a minute.
            if partition != "UNSEALED" {
                *written.entry(format!("{verb} {partition}")).or_default() += 1;
            }
        }
    }
    written
}

fn rows<const N: usize>(rows: [(&str, usize); N]) -> BTreeMap<String, usize> {
    rows.map(|(row, count)| (row.to_owned(), count)).into()
}

#[tokio::test]
async fn a_token_is_listed_in_its_own_mint_and_a_change_of_it_changes_no_list() {
    let hallpass = Hallpass::start("default").await;
    hallpass.dynamodb.reset();
    let body = json!({"kind": "secret", "name": "a server"});
    let id = text(&hallpass.mint(body).await, "id");
    let minted = rows([
        ("Put TOKEN", 1),
        ("Put ENVIRONMENT", 1),
        ("Put LIST", 4),
        ("Put MADE", 1),
        ("Put SLOTS", 1),
        ("Put AUDIT", 1),
        ("ConditionCheck ACCOUNT", 2),
        ("ConditionCheck TOKEN", 1),
    ]);
    assert_eq!(written(&hallpass), minted);

    hallpass.dynamodb.reset();
    let path = format!("/v1/tokens/{id}");
    let rename = hallpass.call(http::Method::PATCH, &path);
    let rename = rename.json(json!({"name": "another", "enabled": false}));
    assert_eq!(rename.bearer(&hallpass.root).await.status, 200);
    let changed = rows([
        ("Update TOKEN", 1),
        ("Update ENVIRONMENT", 1),
        ("Put AUDIT", 1),
        ("ConditionCheck TOKEN", 1),
    ]);
    assert_eq!(written(&hallpass), changed);

    hallpass.dynamodb.reset();
    let revoke = hallpass.delete(&path).bearer(&hallpass.root).await;
    assert_eq!(revoke.status, 204);
    let revoked = rows([
        ("Update TOKEN", 1),
        ("Update ENVIRONMENT", 1),
        ("Update LIST", 4),
        ("Update MADE", 1),
        ("Delete SLOTS", 1),
        ("Put AUDIT", 1),
        ("ConditionCheck TOKEN", 1),
    ]);
    assert_eq!(written(&hallpass), revoked);
}

/// The first page also asks whether its environment is there, at the same time.
#[tokio::test]
async fn a_page_is_one_query_and_one_batch_whatever_is_asked_for() {
    let hallpass = Hallpass::start("default").await;
    for name in ["one", "two", "three"] {
        hallpass.mint(json!({"kind": "secret", "name": name})).await;
    }
    let operator = &hallpass.operator;
    for (query, found) in [
        (String::new(), 4),
        ("kind=secret&".to_owned(), 3),
        ("kind=management&".to_owned(), 1),
        (format!("principal={operator}&"), 4),
        (format!("principal={operator}&kind=secret&"), 3),
    ] {
        let call = |more: &str| {
            let path = format!("/v1/tokens?{query}{more}");
            hallpass.get(&path).bearer(&hallpass.root)
        };
        let (reply, mut paid) = hallpass.cost(call("limit=2")).await;
        paid.sort();
        let batch = format!("BatchGetItem {}", found.min(2));
        let mut expected = vec!["BatchGetItem 1", &batch, "GetItem", "Query"];
        expected.sort_unstable();
        assert_eq!(paid, expected, "{query}");
        if let Some(cursor) = reply.body["cursor"].as_str() {
            let batch = format!("BatchGetItem {}", found - 2);
            let paid = ["BatchGetItem 1", "Query", &batch];
            let next = call(&format!("limit=2&cursor={cursor}"));
            // What is spent does not depend on what else there is.
            let paid: &[&str] = &paid;
            expect(&hallpass, &query, next, 200, paid).await;
        }
    }
    let absent = hallpass.get("/v1/tokens?kind=publishable");
    let (reply, mut paid) = hallpass.cost(absent.bearer(&hallpass.root)).await;
    paid.sort();
    assert_eq!(reply.body["tokens"], Value::Array(vec![]));
    assert_eq!(paid, ["BatchGetItem 1", "GetItem", "Query"]);
}
