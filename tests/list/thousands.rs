//! 10,000 tokens in an account: what a page and a validation cost, counted at the wire: what they cost
//! where there are ten.

use crate::list::{ids, key, page};
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};

const MANY: usize = 10_000;

#[tokio::test]
async fn of_ten_thousand_tokens_a_page_is_one_query_and_a_validation_one_batch() {
    let hallpass = Hallpass::start("default").await;
    let original = key(&hallpass, "one of many").await;
    let mut expected = hallpass.copies(&text(&original, "id"), MANY - 1).await;
    expected.push(text(&original, "id"));
    expected.sort();
    let rare = hallpass
        .mint(json!({"kind": "secret", "name": "one"}))
        .await;

    let (mut found, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let call = hallpass
            .get(&format!("/v1/tokens?{cursor}"))
            .bearer(&hallpass.root);
        let (reply, mut paid) = hallpass.cost(call).await;
        let count = reply.body["tokens"].as_array().unwrap().len();
        // The first page asks at the same time whether there is such an environment.
        paid.retain(|it| !cursor.is_empty() || it != "GetItem");
        assert_eq!(
            paid,
            ["BatchGetItem 1", "Query", &format!("BatchGetItem {count}")]
        );
        found.extend(ids(reply.body["tokens"].as_array().unwrap()));
        pages += 1;
        match reply.body["cursor"].as_str() {
            Some(next) => cursor = format!("cursor={next}"),
            None => break,
        }
    }
    // The operator's own token is the second that is no copy.
    assert_eq!((found.len(), pages), (MANY + 2, 101));
    assert!(found.is_sorted());
    assert!(expected.iter().all(|id| found.binary_search(id).is_ok()));

    // Of a rare kind a page holds all there are.
    let call = hallpass
        .get("/v1/tokens?kind=secret")
        .bearer(&hallpass.root);
    let (reply, mut paid) = hallpass.cost(call).await;
    paid.retain(|it| it != "GetItem");
    assert_eq!(paid, ["BatchGetItem 1", "Query", "BatchGetItem 1"]);
    assert_eq!(
        ids(reply.body["tokens"].as_array().unwrap()),
        [text(&rare, "id")]
    );
    assert_eq!(reply.body["cursor"], Value::Null);

    let call = hallpass.get(&format!("/v1/tokens/{}", expected[MANY / 2]));
    let (reply, paid) = hallpass.cost(call.bearer(&hallpass.root)).await;
    assert_eq!(reply.body["name"], "one of many");
    assert_eq!(paid, ["BatchGetItem 1", "GetItem", "Query"]);

    for token in [text(&original, "token"), text(&rare, "token")] {
        let call = hallpass.post("/v1/tokens/validate", json!({"token": token}));
        let (reply, paid) = hallpass.cost(call.bearer(&hallpass.root)).await;
        assert_eq!(reply.body["code"], "active");
        assert_eq!(paid, ["BatchGetItem 2"]);
    }
}

/// Copies are what minting makes: the test above would say nothing of rows of another shape.
#[tokio::test]
async fn a_copy_is_a_token_as_minting_makes_it() {
    let hallpass = Hallpass::start("default").await;
    let original = key(&hallpass, "one of many").await;
    let copy = &hallpass.copies(&text(&original, "id"), 1).await[0];
    let another = key(&hallpass, "one of many").await;
    let shape = async |id: &str| {
        let items = hallpass.items().await.into_iter();
        let rows = items
            .filter(|item| item.get("id").and_then(|it| it.as_s().ok()) == Some(&id.to_owned()));
        let mut names: Vec<Vec<String>> = rows
            .map(|row| {
                let mut names: Vec<String> = row.into_keys().collect();
                names.sort();
                names
            })
            .collect();
        names.sort();
        names
    };
    assert_eq!(shape(copy).await, shape(&text(&another, "id")).await);
    let reply = hallpass.delete(&format!("/v1/tokens/{copy}"));
    assert_eq!(reply.bearer(&hallpass.root).await.status, 204);
    let listed = page(&hallpass, &hallpass.root, "").await;
    let revoked = |token: &&Value| !token["revoked_at"].is_null();
    let revoked: Vec<Value> = listed["tokens"]
        .as_array()
        .unwrap()
        .iter()
        .filter(revoked)
        .cloned()
        .collect();
    assert_eq!(ids(&revoked), [copy.as_str()]);
}
