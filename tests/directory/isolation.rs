//! s29: an account sees itself alone, a token its environment alone, and what is another's answers
//! as what is not there.

use crate::directory::{NOBODY, token};
use hallpass_tests::{Hallpass, Reply, environments};
use http::HeaderMap;
use serde_json::{Value, json};

/// Everything a client can see of a reply but its request's id.
fn seen(reply: Reply) -> (u16, HeaderMap, Value) {
    let mut headers = reply.headers;
    headers.remove("x-request-id");
    (reply.status.as_u16(), headers, reply.body)
}

/// Two customers, each with `default/live` and `shop/test`, and a reader of the first one's
/// `default/live`.
async fn two() -> (Hallpass, String, String, String) {
    let hallpass = Hallpass::start("archilogic").await;
    let scopes = json!(["directory:read", "directory:write", "tokens:mint"]);
    let (ours, customer) = hallpass.account("ours", scopes.clone()).await;
    let (theirs, _) = hallpass.account("theirs", scopes).await;
    for account in [&ours, &theirs] {
        hallpass.environment(account, "shop/test").await;
    }
    (hallpass, ours, theirs, customer)
}

#[tokio::test]
async fn s29_another_account_answers_as_one_that_does_not_exist() {
    let (hallpass, ours, theirs, customer) = two().await;
    let own = hallpass
        .get(&format!("/v1/accounts/{ours}"))
        .bearer(&customer)
        .await;
    assert_eq!(
        (own.status.as_u16(), &own.body["name"]),
        (200, &json!("ours"))
    );
    let strangers = [
        &*theirs,
        &hallpass.operator,
        NOBODY,
        "acc_short",
        "acc_zzzzzzzzzzzzzzzzzzzzzz",
        "theirs",
        "ours",
        "%00",
        "%2F",
        "..%2Faccounts",
    ];
    for rest in [
        "",
        "/environments",
        "/environments/default/live",
        "/environments/shop/nope",
    ] {
        let expected = hallpass
            .get(&format!("/v1/accounts/{NOBODY}{rest}"))
            .bearer(&customer)
            .await;
        let expected = seen(expected);
        assert_eq!(expected.0, 404);
        for stranger in strangers {
            hallpass.dynamodb.reset();
            let path = format!("/v1/accounts/{stranger}{rest}");
            let reply = seen(hallpass.get(&path).bearer(&customer).await);
            assert_eq!(reply, expected, "{path}");
            assert_eq!(
                hallpass.dynamodb.calls().len(),
                1,
                "{path}: the caller alone is read"
            );
        }
    }
    for path in [theirs.as_str(), NOBODY, &ours].map(environments) {
        let reply = hallpass
            .post(&path, json!({"name": "shop/live"}))
            .bearer(&customer)
            .await;
        assert_eq!(reply.answer(), (403, "insufficient_scope"));
    }
}

#[tokio::test]
async fn s29_another_environment_answers_as_one_that_does_not_exist() {
    let (hallpass, ours, _, customer) = two().await;
    let inside = token(&hallpass, &ours, "shop/test", json!(["directory:read"])).await;
    let path = environments(&ours);
    for (caller, own, other) in [
        (&customer, "default/live", "shop/test"),
        (&inside, "shop/test", "default/live"),
    ] {
        let listed = hallpass.get(&path).bearer(caller).await;
        let names = listed.body["environments"].as_array().unwrap().iter();
        let names: Vec<&str> = names.map(|row| row["name"].as_str().unwrap()).collect();
        assert_eq!(names, [own]);
        let read = hallpass.get(&format!("{path}/{own}")).bearer(caller).await;
        assert_eq!(read.body["name"], own);
        let expected = seen(
            hallpass
                .get(&format!("{path}/not/there"))
                .bearer(caller)
                .await,
        );
        assert_eq!(expected.0, 404);
        for strange in [
            other,
            "a%20b/c",
            "default%2Flive/x",
            "..%2F/live",
            "Default/live",
        ] {
            hallpass.dynamodb.reset();
            let reply = seen(
                hallpass
                    .get(&format!("{path}/{strange}"))
                    .bearer(caller)
                    .await,
            );
            assert_eq!(reply, expected, "{strange}");
            assert_eq!(hallpass.dynamodb.calls().len(), 1, "{strange}");
        }
    }
}

#[tokio::test]
async fn s29_the_list_shows_an_account_itself_whatever_is_asked() {
    let (hallpass, ours, theirs, customer) = two().await;
    let before = "acc_0000000000000000000000";
    for query in [
        String::new(),
        "?limit=100".to_owned(),
        "?limit=1".to_owned(),
        format!("?cursor={before}"),
        format!("?cursor={theirs}&limit=2"),
        format!("?cursor={ours}"),
    ] {
        let reply = hallpass
            .get(&format!("/v1/accounts{query}"))
            .bearer(&customer)
            .await;
        let accounts = reply.body["accounts"].as_array().unwrap();
        assert_eq!(accounts.len(), 1, "{query}");
        assert_eq!(accounts[0]["id"], ours);
        assert_eq!(reply.body.get("cursor"), None);
    }
}

#[tokio::test]
async fn the_operator_sees_everything_and_only_what_is_there() {
    let (hallpass, ours, theirs, _) = two().await;
    for account in [&ours, &theirs] {
        for (path, status) in [
            (format!("/v1/accounts/{account}"), 200),
            (environments(account), 200),
            (format!("{}/shop/test", environments(account)), 200),
            (format!("{}/shop/nope", environments(account)), 404),
        ] {
            assert_eq!(
                hallpass.get(&path).bearer(&hallpass.root).await.status,
                status,
                "{path}"
            );
        }
    }
    let reply = hallpass
        .get(&format!("/v1/accounts/{NOBODY}"))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(reply.status, 404);
    let reply = hallpass
        .get(&environments(NOBODY))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(
        reply.status, 404,
        "no account, no list of environments: {}",
        reply.body
    );
}
