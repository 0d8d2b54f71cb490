//! `{"recover": true}`: a lost or stolen management token is replaced, and dies.

use crate::bootstrap::{RECOVER, assert_runs, code, invoke, spawn, token};
use hallpass_bootstrap::BootstrapError;
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Hallpass, text};
use serde_json::json;

#[tokio::test]
async fn it_replaces_the_token_and_kills_the_old_one() {
    let hallpass = Hallpass::start("archilogic").await;
    let (account, customer) = hallpass.account("customer", json!(["tokens:read"])).await;
    let customers = hallpass
        .mint(json!({"kind": "secret", "name": "x", "account": account}))
        .await;
    let mut old = hallpass.root.clone();
    for _ in 0..3 {
        let made = invoke(&hallpass, RECOVER).await.unwrap();
        assert_eq!(made.account.to_string(), hallpass.operator);
        assert_eq!(code(&hallpass, &old).await, "revoked");
        let mint = hallpass.post("/v1/tokens", json!({"kind": "secret", "name": "x"}));
        assert_eq!(mint.bearer(&old).await.status, 401);
        assert_runs(&hallpass, token(&made)).await;
        old = token(&made).to_owned();
    }
    // It makes the operator no second account, and costs no customer a token.
    assert_eq!(hallpass.items_of("ACCOUNTS").await.len(), 2);
    assert_eq!(code(&hallpass, &customer).await, "active");
    assert_eq!(code(&hallpass, &text(&customers, "token")).await, "active");
    assert_eq!(hallpass.kms.count("CreateKey"), 0);
}

#[tokio::test]
async fn the_new_token_holds_what_the_first_one_held() {
    let hallpass = Hallpass::start("archilogic").await;
    let shown = |token: String| {
        let call = hallpass.get("/v1/tokens/self").bearer(&token);
        async move {
            let mut body = call.await.body;
            body["id"].take();
            body
        }
    };
    let first = shown(hallpass.root.clone()).await;
    let made = invoke(&hallpass, RECOVER).await.unwrap();
    assert_eq!(shown(token(&made).to_owned()).await, first);
}

#[tokio::test]
async fn an_old_token_that_is_revoked_or_gone_is_no_obstacle() {
    for case in ["revoked", "gone"] {
        let hallpass = Hallpass::start("archilogic").await;
        let id = format!("tok_{}", &hallpass.root["hpm_".len().."hpm_".len() + 22]);
        if case == "revoked" {
            let call = hallpass
                .delete(&format!("/v1/tokens/{id}"))
                .bearer(&hallpass.root);
            assert_eq!(call.await.status, 204);
        } else {
            let delete = hallpass
                .dynamodb_client
                .delete_item()
                .table_name(&hallpass.table);
            let key = |text: String| aws_sdk_dynamodb::types::AttributeValue::S(text);
            let pk = format!("TOKEN#{}", id.strip_prefix("tok_").unwrap());
            let delete = delete
                .key("pk", key(pk))
                .key("sk", key("RECORD".to_owned()));
            delete.send().await.unwrap();
        }
        let made = invoke(&hallpass, RECOVER).await.unwrap();
        assert_runs(&hallpass, token(&made)).await;
        let refused = code(&hallpass, &hallpass.root).await;
        assert_eq!(refused, if case == "gone" { "unknown" } else { "revoked" });
    }
}

#[tokio::test]
async fn of_two_at_once_one_wins_and_leaves_one_token() {
    let hallpass = Hallpass::start("archilogic").await;
    hallpass
        .dynamodb
        .inject(Fault::Stall.on("TransactWriteItems"));
    let both = [spawn(&hallpass, RECOVER), spawn(&hallpass, RECOVER)];
    hallpass.dynamodb.arrived("TransactWriteItems", 2).await;
    hallpass.dynamodb.heal();
    let [one, other] = both;
    let (made, refused) = match (one.await.unwrap(), other.await.unwrap()) {
        (Ok(made), Err(refused)) | (Err(refused), Ok(made)) => (made, refused),
        outcomes => panic!("{outcomes:?}"),
    };
    assert!(matches!(refused, BootstrapError::Raced), "{refused:?}");
    assert_eq!(code(&hallpass, &hallpass.root).await, "revoked");
    // The loser's token was never written.
    assert_eq!(hallpass.items_of("TOKEN#").await.len(), 2);
    assert_runs(&hallpass, token(&made)).await;
}

#[tokio::test]
async fn s45_a_lost_reply_leaves_one_living_token() {
    for fault in [
        Fault::LoseReply,
        Fault::HalfReply,
        Fault::TransactionConflict(1),
    ] {
        let hallpass = Hallpass::start("archilogic").await;
        hallpass
            .dynamodb
            .inject(fault.clone().on("TransactWriteItems").once());
        let made = invoke(&hallpass, RECOVER).await.unwrap();
        assert_eq!(
            hallpass.dynamodb.count("TransactWriteItems"),
            2,
            "{fault:?}"
        );
        assert_eq!(hallpass.items_of("TOKEN#").await.len(), 2, "{fault:?}");
        assert_eq!(code(&hallpass, &hallpass.root).await, "revoked");
        assert_runs(&hallpass, token(&made)).await;
    }
    // Where every reply is lost, the token nobody was shown can itself be replaced.
    let hallpass = Hallpass::start("archilogic").await;
    hallpass
        .dynamodb
        .inject(Fault::LoseReply.on("TransactWriteItems"));
    let lost = invoke(&hallpass, RECOVER).await.unwrap_err();
    assert!(matches!(lost, BootstrapError::Store(_)), "{lost:?}");
    hallpass.dynamodb.heal();
    assert_eq!(code(&hallpass, &hallpass.root).await, "revoked");
    let made = invoke(&hallpass, RECOVER).await.unwrap();
    assert_runs(&hallpass, token(&made)).await;
    let items = hallpass.items().await;
    let living = items
        .iter()
        .filter(|item| item.contains_key("secret_hash") && !item.contains_key("revoked_at"))
        .filter(|item| item["kind"].as_s().unwrap() == "management");
    assert_eq!(living.count(), 1);
}

#[tokio::test]
async fn an_outage_changes_nothing() {
    let hallpass = Hallpass::start("archilogic").await;
    for operation in ["Query", "GetItem", "TransactWriteItems"] {
        hallpass.dynamodb.inject(Fault::ServerError.on(operation));
        let error = invoke(&hallpass, RECOVER).await.unwrap_err();
        assert!(
            matches!(error, BootstrapError::Store(_) | BootstrapError::Key(_)),
            "{error:?}"
        );
        hallpass.dynamodb.heal();
        assert_eq!(code(&hallpass, &hallpass.root).await, "active");
    }
    assert_eq!(hallpass.items_of("TOKEN#").await.len(), 1);
}
