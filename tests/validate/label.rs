//! What a token's reply calls whom it speaks for.

use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_authorizer::{AuthorizerSources, Event, authorize};
use hallpass_tests::{Hallpass, jwt_claims, text};
use serde_json::{Value, json};

const OURS: &str = "https://hallpass.dev/claims";

async fn label(hallpass: &Hallpass, token: &str) -> Value {
    hallpass.validate(json!({"token": token})).await["label"].clone()
}

fn claimed(token: &str) -> Value {
    jwt_claims(token)[OURS]["label"].clone()
}

/// What an authorizer tells the API behind it.
async fn told(hallpass: &Hallpass, token: &str) -> Value {
    let event: Event = serde_json::from_value(json!({
        "version": "2.0", "type": "REQUEST", "routeKey": "$default", "rawPath": "/v1/assets/7",
        "routeArn": "arn:aws:execute-api:eu-west-1:123456789012:api/$default/GET/v1/assets/7",
        "headers": {"authorization": format!("Bearer {token}")},
        "requestContext": {"http": {"method": "GET", "sourceIp": "192.0.2.7"}},
    }))
    .unwrap();
    let answer = authorize(&hallpass.platform, &AuthorizerSources::default(), event).await;
    serde_json::to_value(answer.unwrap()).unwrap()["context"]["label"].clone()
}

#[tokio::test]
async fn the_account_and_its_service_accounts_are_called_by_account_app_and_environment() {
    let hallpass = Hallpass::start("default").await;
    assert_eq!(
        label(&hallpass, &hallpass.root).await,
        "operator_default_live"
    );
    let robot = hallpass.service_account("robot").await;
    for body in [
        json!({"kind": "secret", "name": "s"}),
        json!({"kind": "secret", "name": "s", "principal": robot}),
    ] {
        let (_, secret) = hallpass.minted(body).await;
        let derived = hallpass
            .derive(&secret, json!({"scopes": ["asset:read"]}))
            .await;
        assert_eq!(claimed(&derived), "operator_default_live");
        for token in [&secret, &derived] {
            assert_eq!(label(&hallpass, token).await, "operator_default_live");
            assert_eq!(told(&hallpass, token).await, "operator_default_live");
        }
    }
    // Made by somebody of another account, in an environment of its own.
    let (acme, _) = hallpass.account("acme", json!(["tokens:mint"])).await;
    hallpass.environment(&acme, "shop/test").await;
    for (environment, expected) in [
        ("default/live", "acme_default_live"),
        ("shop/test", "acme_shop_test"),
    ] {
        let body =
            json!({"kind": "secret", "name": "s", "account": acme, "environment": environment});
        let (_, secret) = hallpass.minted(body).await;
        assert_eq!(label(&hallpass, &secret).await, expected);
        let derived = hallpass
            .derive(&secret, json!({"scopes": ["asset:read"]}))
            .await;
        assert_eq!(claimed(&derived), expected);
    }
}

#[tokio::test]
async fn a_user_is_called_by_its_name_and_a_new_name_shows_at_the_next_issue() {
    let hallpass = Hallpass::start("default").await;
    let ann = hallpass.user("ann", json!(["asset:read"])).await;
    let secret = hallpass
        .secret_with(json!({"scopes": ["asset:*", "tokens:impersonate"]}))
        .await
        .1;
    let body = json!({"principal": ann, "scopes": ["asset:read"]});
    let before = hallpass.derive(&secret, body.clone()).await;
    assert_eq!(claimed(&before), "ann");
    let path = format!("/v1/users/{ann}");
    let renamed = hallpass
        .patch(&path, json!({"username": "Ann Lee"}))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(renamed.status, 200, "{}", renamed.body);
    let after = hallpass.derive(&secret, body).await;
    for (token, expected) in [(&before, "ann"), (&after, "Ann Lee")] {
        assert_eq!(label(&hallpass, token).await, expected);
        assert_eq!(told(&hallpass, token).await, expected);
    }
}

#[tokio::test]
async fn a_stored_token_of_a_user_is_called_so_too() {
    let hallpass = Hallpass::start("threekit").await;
    let ann = hallpass.user("ann", json!(["asset:read"])).await;
    let body = json!({"kind": "private", "name": "a script", "principal": ann});
    let private = text(&hallpass.mint(body).await, "token");
    assert_eq!(label(&hallpass, &private).await, "ann");
}

#[tokio::test]
async fn a_token_from_before_there_were_labels_works_and_has_none() {
    let hallpass = Hallpass::start("default").await;
    let (id, secret) = hallpass
        .minted(json!({"kind": "secret", "name": "s"}))
        .await;
    let pk = format!("TOKEN#{}", id.strip_prefix("tok_").unwrap());
    let update = hallpass
        .dynamodb_client
        .update_item()
        .table_name(&hallpass.table);
    let update = update
        .key("pk", AttributeValue::S(pk))
        .key("sk", AttributeValue::S("RECORD".to_owned()))
        .update_expression("REMOVE label")
        .condition_expression("attribute_exists(label)");
    update.send().await.unwrap();
    let derived = hallpass
        .derive(&secret, json!({"scopes": ["asset:read"]}))
        .await;
    for token in [&secret, &derived] {
        let reply = hallpass.validate(json!({"token": token})).await;
        assert_eq!((&reply["active"], reply.get("label")), (&json!(true), None));
    }
    assert_eq!(claimed(&derived), Value::Null);
}
