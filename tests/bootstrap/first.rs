//! The first invocation, and that it stays the only one.

use crate::bootstrap::{FIRST, RECOVER, assert_runs, code, empty, invoke, spawn, token};
use hallpass_bootstrap::{BootstrapError, BootstrapRequest};
use hallpass_tests::proxy::Fault;
use insta::assert_json_snapshot;
use serde_json::json;

#[tokio::test]
async fn it_makes_the_operator_its_token_and_a_signing_key() {
    let hallpass = empty().await;
    let made = invoke(&hallpass, FIRST).await.unwrap();
    let root = token(&made).to_owned();
    assert_runs(&hallpass, &root).await;
    let itself = hallpass.get("/v1/tokens/self").bearer(&root).await;
    assert_eq!(itself.body["id"], made.id.to_string());
    assert_eq!(itself.body["account"], made.account.to_string());
    assert_json_snapshot!(itself.body, {
        ".id" => "[id]", ".account" => "[account]", ".principal" => "[account]",
    }, @r#"
    {
      "account": "[account]",
      "active": true,
      "code": "active",
      "detail": "the token is good to be used from here",
      "environment": "default/live",
      "expires_at": null,
      "id": "[id]",
      "kind": "management",
      "label": "operator_default_live",
      "principal": "[account]",
      "scopes": [
        "activity:read",
        "customAttributeValues:*",
        "customAttributes:*",
        "directory:read",
        "directory:write",
        "extension:*",
        "floor:*",
        "platform:operate",
        "tokens:impersonate",
        "tokens:mint",
        "tokens:read",
        "tokens:revoke",
        "tokens:validate"
      ]
    }
    "#);
    let account = hallpass
        .get(&format!("/v1/accounts/{}", made.account))
        .bearer(&root)
        .await;
    assert_eq!(
        (&account.body["operator"], &account.body["name"]),
        (&json!(true), &json!("operator"))
    );
    // The reply is what whoever invoked it reads, and the only place the token is shown.
    assert_json_snapshot!(serde_json::to_value(&made).unwrap(), {
        ".id" => "[id]", ".account" => "[account]", ".token" => "[token]",
    }, @r#"
    {
      "account": "[account]",
      "id": "[id]",
      "token": "[token]"
    }
    "#);
    assert_eq!(serde_json::to_value(&made).unwrap()["token"], root);
    let secret = &root[root.len() - 49..root.len() - 6];
    assert!(
        !format!("{made:?}").contains(secret),
        "s19: a token is never printed"
    );
    let items = format!("{:?}", hallpass.items().await);
    assert!(!items.contains(secret), "s19: a token is never kept");
}

#[tokio::test]
async fn twice_is_refused_and_changes_nothing() {
    let hallpass = empty().await;
    let made = invoke(&hallpass, FIRST).await.unwrap();
    let before = hallpass.items().await.len();
    hallpass.kms.reset();
    for _ in 0..2 {
        let again = invoke(&hallpass, FIRST).await.unwrap_err();
        assert!(matches!(again, BootstrapError::Exists(account) if account == made.account));
        let told = again.to_string();
        assert!(
            told.contains(&made.account.to_string()) && told.contains(r#"{"recover": true}"#),
            "{told}"
        );
    }
    assert_eq!(hallpass.items().await.len(), before);
    assert_eq!(hallpass.kms.calls().len(), 0, "no second key");
    assert_eq!(code(&hallpass, token(&made)).await, "active");
}

#[tokio::test]
async fn there_is_nothing_to_recover_before_it() {
    let hallpass = empty().await;
    let error = invoke(&hallpass, RECOVER).await.unwrap_err();
    assert!(
        matches!(error, BootstrapError::NothingToRecover),
        "{error:?}"
    );
    assert_eq!(
        hallpass.items_of("TOKEN#").await.len() + hallpass.items_of("ACCOUNT").await.len(),
        0
    );
    let made = invoke(&hallpass, FIRST).await.unwrap();
    assert_runs(&hallpass, token(&made)).await;
}

#[tokio::test]
async fn of_two_at_once_one_makes_it_and_the_other_is_told() {
    let hallpass = empty().await;
    // The signing key first, so that the next write of both is the account.
    invoke(&hallpass, RECOVER).await.unwrap_err();
    hallpass.dynamodb.reset();
    hallpass
        .dynamodb
        .inject(Fault::Stall.on("TransactWriteItems"));
    let both = [spawn(&hallpass, FIRST), spawn(&hallpass, FIRST)];
    hallpass.dynamodb.arrived("TransactWriteItems", 2).await;
    hallpass.dynamodb.heal();
    let [one, other] = both;
    let (made, refused) = match (one.await.unwrap(), other.await.unwrap()) {
        (Ok(made), Err(refused)) | (Err(refused), Ok(made)) => (made, refused),
        outcomes => panic!("{outcomes:?}"),
    };
    assert!(
        matches!(refused, BootstrapError::Exists(account) if account == made.account),
        "{refused:?}"
    );
    assert_eq!(hallpass.items_of("TOKEN#").await.len(), 1);
    assert_eq!(hallpass.items_of("ACCOUNTS").await.len(), 1);
    assert_runs(&hallpass, token(&made)).await;
}

#[tokio::test]
async fn of_two_signing_keys_made_at_once_one_is_current() {
    let hallpass = empty().await;
    hallpass.dynamodb.reset();
    hallpass
        .dynamodb
        .inject(Fault::Stall.on("TransactWriteItems").times(2));
    let both = [spawn(&hallpass, FIRST), spawn(&hallpass, FIRST)];
    hallpass.dynamodb.arrived("TransactWriteItems", 2).await;
    hallpass.dynamodb.heal();
    let [one, other] = both;
    let made = [one.await.unwrap(), other.await.unwrap()];
    let made: Vec<_> = made.into_iter().filter_map(Result::ok).collect();
    assert_eq!(made.len(), 1);
    // The row that says which is current, and the one key.
    assert_eq!(hallpass.items_of("KEYS").await.len(), 2);
    assert_runs(&hallpass, token(&made[0])).await;
}

#[test]
fn an_invocation_says_exactly_what_it_wants() {
    let request = |text: &str| serde_json::from_str::<BootstrapRequest>(text);
    for (text, recovers) in [
        ("{}", false),
        (r#"{"recover":false}"#, false),
        (r#"{"recover":true}"#, true),
    ] {
        assert_eq!(request(text).unwrap().recover, recovers);
    }
    for text in [
        r#"{"recovery":true}"#,
        r#"{"Recover":true}"#,
        r#"{"recover":true,"account":"x"}"#,
        r#"{"recover":true,"recover":false}"#,
        r#"{"recover":"true"}"#,
        r#"{"recover":1}"#,
        r#"{"recover":null}"#,
        "null",
        r#""recover""#,
        "true",
    ] {
        assert!(request(text).is_err(), "{text}");
    }
    let unknown = request(r#"{"recovery":true}"#).unwrap_err().to_string();
    assert!(
        unknown.contains("unknown field `recovery`, expected `recover`"),
        "{unknown}"
    );
}
