//! What a request may look like.

use super::{MODEL, PAGE, ROUTE, acme, exchange, key};
use hallpass_tests::Hallpass;
use http::Method;
use serde_json::json;

#[tokio::test]
async fn nothing_presented_is_401_and_both_is_400() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    let (_, key) = key(&hallpass, &manager, json!({})).await;
    hallpass
        .made(&manager, "/v1/shares", json!({"model": MODEL}))
        .await;
    let before = hallpass.items().await.len();
    let bare = || hallpass.call(Method::POST, ROUTE);
    for call in [
        bare(),
        bare().json(json!({})),
        bare().json(json!({"password": null})),
    ] {
        let reply = call.origin(PAGE).await;
        assert_eq!(reply.answer(), (401, "unauthenticated"));
        let challenge = reply.header("www-authenticate");
        assert_eq!(challenge, "Basic realm=\"hallpass\"");
        assert_eq!(reply.header("access-control-allow-origin"), PAGE);
    }
    // A password beside a key is a second credential. Another body is looked at once the key is known.
    for (body, answer) in [
        (r#"{"password":"x"}"#, (400, "ambiguous_credentials")),
        (
            r#"{"modelId":"5f1e6d1b9c","password":"x"}"#,
            (400, "ambiguous_credentials"),
        ),
        (r#"{"nope":1}"#, (422, "invalid_field")),
        (r#"{"modelId":null}"#, (422, "invalid_field")),
        (r#"{"modelId":"a/b"}"#, (422, "invalid_field")),
        (r#"{"model":"a","modelId":"b"}"#, (422, "invalid_field")),
        ("[]", (422, "invalid_body")),
        ("null", (422, "invalid_body")),
        ("{", (400, "malformed_json")),
    ] {
        let call = |pair: String| {
            let call = exchange(&hallpass, pair).bytes(body);
            call.header("content-type", "application/json")
        };
        let reply = call(format!("acme:{key}")).await;
        assert_eq!(reply.answer(), answer, "{body}");
        if answer.1 != "ambiguous_credentials" {
            let reply = call("acme:nobody".to_owned()).await;
            assert_eq!(reply.answer(), (401, "invalid_credentials"), "{body}");
        }
    }
    assert_eq!(hallpass.items().await.len(), before);
}

#[tokio::test]
async fn s34_a_token_in_another_place_is_a_second_credential() {
    let hallpass = Hallpass::start("default").await;
    let by_key = || exchange(&hallpass, "acme:key");
    let by_model = |query: &str| {
        let body = json!({"model": MODEL, "password": "x"});
        hallpass.post(&format!("{ROUTE}{query}"), body)
    };
    hallpass.dynamodb.reset();
    for call in [
        by_key().header("api_key", "key"),
        by_model("").header("api_key", "x"),
        by_model("?pubtoken=x"),
    ] {
        let reply = call.await;
        assert_eq!(reply.answer(), (400, "ambiguous_credentials"));
    }
    assert!(hallpass.dynamodb.calls().is_empty());
}

#[tokio::test]
async fn what_is_wrong_with_a_body_is_named() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    let longest = "x".repeat(1_024);
    hallpass
        .made(
            &manager,
            "/v1/shares",
            json!({"model": MODEL, "password": longest}),
        )
        .await;
    hallpass.dynamodb.reset();
    let invalid = |field| (422, "invalid_field", field);
    for (body, expected) in [
        ("{".to_owned(), (400, "malformed_json", "")),
        ("[]".to_owned(), (422, "invalid_body", "")),
        ("null".to_owned(), (422, "invalid_body", "")),
        (json!({"password": "x"}).to_string(), invalid("modelId")),
        (
            json!({"model": "a", "modelId": "b"}).to_string(),
            invalid("modelId"),
        ),
        (json!({"modelId": "a/b"}).to_string(), invalid("modelId")),
        (json!({"modelid": "a"}).to_string(), invalid("modelid")),
        (json!({"model": null}).to_string(), invalid("model")),
        (json!({"model": 5}).to_string(), invalid("model")),
        (json!({"model": ""}).to_string(), invalid("model")),
        (json!({"model": "a/b"}).to_string(), invalid("model")),
        (json!({"model": "a#b"}).to_string(), invalid("model")),
        (json!({"model": ".."}).to_string(), invalid("model")),
        (
            json!({"model": "x".repeat(65)}).to_string(),
            invalid("model"),
        ),
        (
            json!({"model": MODEL, "password": 5}).to_string(),
            invalid("password"),
        ),
        (
            json!({"model": MODEL, "password": "x".repeat(1_025)}).to_string(),
            invalid("password"),
        ),
        (
            json!({"model": MODEL, "pasword": "x"}).to_string(),
            invalid("pasword"),
        ),
        (r#"{"model":"a","model":"b"}"#.to_owned(), invalid("model")),
    ] {
        let call = hallpass.call(Method::POST, ROUTE).bytes(body.clone());
        let reply = call.header("content-type", "application/json").await;
        let field = reply.body["field"].as_str().unwrap_or_default();
        assert_eq!(
            (reply.status.as_u16(), reply.code(), field),
            expected,
            "{body}"
        );
    }
    assert!(hallpass.dynamodb.calls().is_empty());
    let call = hallpass.call(Method::POST, ROUTE);
    let reply = call.bytes(json!({"model": MODEL}).to_string()).await;
    assert_eq!(reply.answer(), (415, "unsupported_media_type"));
    let large = hallpass.call(Method::POST, ROUTE).bytes(vec![b' '; 65_537]);
    assert_eq!(large.await.answer(), (413, "body_too_large"));
    let body = json!({"model": MODEL, "password": longest});
    assert_eq!(hallpass.post(ROUTE, body).await.status, 200);
}

#[tokio::test]
async fn a_platform_without_shares_says_so() {
    let hallpass = Hallpass::start("archilogic").await;
    let reply = hallpass.post(ROUTE, json!({"model": MODEL})).await;
    assert_eq!(reply.answer(), (422, "no_shares"));
}
