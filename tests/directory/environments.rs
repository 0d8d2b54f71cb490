//! Environments: made by the operator, inside an account.

use crate::directory::NOBODY;
use hallpass_tests::{Hallpass, environments, text};
use insta::assert_json_snapshot;
use serde_json::json;
use tokio::task::JoinSet;

#[tokio::test]
async fn an_environment_is_made_read_and_listed() {
    let hallpass = Hallpass::start("archilogic").await;
    let (account, _) = hallpass.account("customer", json!(["tokens:read"])).await;
    let path = environments(&account);
    let made = hallpass
        .post(&path, json!({"name": "shop/test"}))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(made.status, 201);
    assert_eq!(made.body["account"], account);
    assert_json_snapshot!(made.body, {".account" => "[account]"}, @r#"
    {
      "account": "[account]",
      "created_at": 1800000000,
      "name": "shop/test"
    }
    "#);
    let read = hallpass
        .get(&format!("{path}/shop/test"))
        .bearer(&hallpass.root)
        .await;
    assert_eq!((read.status.as_u16(), &read.body), (200, &made.body));
    hallpass.environment(&account, "app.1/Live_2").await;
    let listed = hallpass.get(&path).bearer(&hallpass.root).await;
    let names = listed.body["environments"].as_array().unwrap().iter();
    let names: Vec<&str> = names.map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["app.1/Live_2", "default/live", "shop/test"]);
}

#[tokio::test]
async fn the_list_comes_in_pages_of_one_query_and_shows_others_their_own() {
    let hallpass = Hallpass::start("archilogic").await;
    let (account, customer) = hallpass
        .account("customer", json!(["directory:read"]))
        .await;
    let mut expected = vec!["default/live".to_owned()];
    for number in 1..=4 {
        let name = format!("shop/test{number}");
        hallpass.environment(&account, &name).await;
        expected.push(name);
    }
    let first = format!("{}?limit=2", environments(&account));
    let (mut found, mut path) = (Vec::new(), first.clone());
    loop {
        hallpass.dynamodb.reset();
        let page = hallpass.get(&path).bearer(&hallpass.root).await.body;
        assert_eq!(hallpass.dynamodb.operations(), ["BatchGetItem", "Query"]);
        let names = page["environments"].as_array().unwrap();
        assert!(names.len() <= 2);
        found.extend(names.iter().map(|row| text(row, "name")));
        let Some(cursor) = page["cursor"].as_str() else {
            break;
        };
        path = format!("{first}&cursor={}", cursor.replace('/', "%2F"));
    }
    assert_eq!(found, expected);
    let own = hallpass
        .get(&environments(&account))
        .bearer(&customer)
        .await
        .body;
    assert_eq!(own["environments"].as_array().unwrap().len(), 1);
    assert_eq!(own["environments"][0]["name"], "default/live");
    for query in ["limit=0", "limit=101", "cursor=nowhere", "page=2"] {
        let path = format!("{}?{query}", environments(&account));
        let reply = hallpass.get(&path).bearer(&hallpass.root).await;
        assert_eq!(reply.refusal().0, 422, "{query}");
        assert_eq!(reply.code(), "invalid_query", "{query}");
    }
}

#[tokio::test]
async fn a_name_is_two_labels_and_new_in_its_account() {
    let hallpass = Hallpass::start("archilogic").await;
    let (ours, _) = hallpass.account("ours", json!(["tokens:read"])).await;
    let (theirs, _) = hallpass.account("theirs", json!(["tokens:read"])).await;
    let exists = Err((409, "exists", "name"));
    let invalid = Err((422, "invalid_field", "name"));
    let label = "l".repeat(64);
    for (account, name, expected) in [
        (&*ours, "default/live".to_owned(), exists),
        (&ours, "shop/live".to_owned(), Ok(())),
        (&ours, "shop/live".to_owned(), exists),
        (&ours, "Shop/live".to_owned(), Ok(())),
        (&theirs, "shop/live".to_owned(), Ok(())),
        (&ours, format!("{label}/{label}"), Ok(())),
        (&ours, format!("{label}l/live"), invalid),
        (&ours, format!("shop/{label}l"), invalid),
        (&ours, "shop".to_owned(), invalid),
        (&ours, "shop/".to_owned(), invalid),
        (&ours, "/live".to_owned(), invalid),
        (&ours, "a/b/c".to_owned(), invalid),
        (&ours, "../live".to_owned(), invalid),
        (&ours, "shop/li#ve".to_owned(), invalid),
        (&ours, "shöp/live".to_owned(), invalid),
        (NOBODY, "shop/live".to_owned(), Err((404, "not_found", ""))),
        (
            "acc_short",
            "shop/live".to_owned(),
            Err((404, "not_found", "")),
        ),
    ] {
        let before = hallpass.items().await.len();
        let body = json!({"name": name});
        let reply = hallpass
            .post(&environments(account), body)
            .bearer(&hallpass.root)
            .await;
        assert_eq!(reply.outcome(), expected, "{account} {name}");
        if expected.is_err() {
            assert_eq!(hallpass.items().await.len(), before, "{account} {name}");
        }
    }
    let body = json!({"name": "a/b", "account": theirs});
    let reply = hallpass
        .post(&environments(&ours), body)
        .bearer(&hallpass.root)
        .await;
    assert_eq!(reply.refusal(), (422, "invalid_field", "account"));
}

#[tokio::test]
async fn of_many_who_make_one_environment_one_does() {
    let hallpass = Hallpass::start("archilogic").await;
    let mut running = JoinSet::new();
    for _ in 0..10 {
        let call = hallpass.post(
            &environments(&hallpass.operator),
            json!({"name": "shop/live"}),
        );
        running.spawn(call.bearer(&hallpass.root).into_future());
    }
    let replies = running.join_all().await;
    assert_eq!(
        replies.iter().filter(|reply| reply.status == 201).count(),
        1
    );
    let refused = replies
        .iter()
        .filter(|reply| reply.refusal() == (409, "exists", "name"));
    assert_eq!(refused.count(), 9);
}

#[tokio::test]
async fn a_closed_environment_says_so() {
    let hallpass = Hallpass::start("archilogic").await;
    hallpass.environment(&hallpass.operator, "shop/test").await;
    let (account, _) = hallpass.account("customer", json!(["tokens:read"])).await;
    hallpass.environment(&account, "shop/test").await;
    let body = json!({"account": account, "environment": "shop/test"});
    assert_eq!(
        hallpass
            .post("/v1/revocations", body)
            .bearer(&hallpass.root)
            .await
            .status,
        204
    );
    for (account, closed_at) in [
        (&account, json!(1_800_000_000)),
        (&hallpass.operator, json!(null)),
    ] {
        let path = format!("{}/shop/test", environments(account));
        let read = hallpass.get(&path).bearer(&hallpass.root).await;
        assert_eq!(
            read.body["closed_at"], closed_at,
            "the other account's stays open"
        );
    }
    let body = json!({"name": "shop/test"});
    let again = hallpass
        .post(&environments(&account), body)
        .bearer(&hallpass.root)
        .await;
    assert_eq!(again.refusal(), (409, "exists", "name"));
}
