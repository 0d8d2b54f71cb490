//! Where a token lives: account and environment, and that nobody reaches out of their own.

use crate::mint::{management, mint, secret};
use hallpass_tests::{Hallpass, text, with};
use serde_json::{Value, json};

const NOBODY: &str = "acc_0000000000000000000001";

#[tokio::test]
async fn the_operator_mints_anywhere_and_the_rest_at_home() {
    let hallpass = Hallpass::start("archilogic").await;
    let scopes = json!(["tokens:mint", "tokens:impersonate", "floor:*"]);
    let (ours, customer) = hallpass.account("customer", scopes).await;
    let (theirs, _) = hallpass.account("another", json!(["tokens:read"])).await;
    hallpass.environment(&ours, "shop/test").await;
    let (root, operator) = (&hallpass.root, &hallpass.operator);
    let (account, place) = (
        Err((404, "not_found", "account")),
        Err((404, "not_found", "environment")),
    );
    for (maker, change, expected) in [
        (root, json!({}), Ok((operator, "default/live"))),
        (root, json!({"account": ours}), Ok((&ours, "default/live"))),
        (
            root,
            json!({"account": ours, "environment": "shop/test"}),
            Ok((&ours, "shop/test")),
        ),
        (root, json!({"environment": "shop/test"}), place),
        (
            root,
            json!({"account": theirs, "environment": "shop/test"}),
            place,
        ),
        (root, json!({"account": NOBODY}), place),
        (&customer, json!({}), Ok((&ours, "default/live"))),
        (
            &customer,
            json!({"account": ours, "environment": "default/live"}),
            Ok((&ours, "default/live")),
        ),
        (&customer, json!({"environment": "shop/test"}), place),
        (&customer, json!({"environment": "shop/nope"}), place),
        (&customer, json!({"environment": "Default/live"}), place),
        (&customer, json!({"account": theirs}), account),
        (&customer, json!({"account": operator}), account),
        (&customer, json!({"account": NOBODY}), account),
    ] {
        let mut body = secret(json!({"scopes": ["floor:export"]}));
        for (field, value) in change.as_object().unwrap() {
            body[field] = value.clone();
        }
        let reply = mint(&hallpass, maker, body).await;
        match expected {
            Ok((account, environment)) => {
                assert_eq!(reply.status, 201, "{change} {}", reply.body);
                assert_eq!(reply.body["account"], *account);
                assert_eq!(reply.body["principal"], *account);
                assert_eq!(reply.body["environment"], environment);
            }
            Err(expected) => assert_eq!(reply.refusal(), expected, "{change}"),
        }
    }
}

#[tokio::test]
async fn s29_what_is_anothers_answers_as_what_is_not_there() {
    let hallpass = Hallpass::start("archilogic").await;
    let (ours, customer) = hallpass
        .account("customer", json!(["tokens:mint", "floor:*"]))
        .await;
    let (theirs, _) = hallpass.account("another", json!(["tokens:read"])).await;
    hallpass.environment(&ours, "shop/test").await;
    hallpass.environment(&theirs, "shop/test").await;
    for changes in [
        [
            json!({"account": theirs}),
            json!({"account": hallpass.operator}),
            json!({"account": NOBODY}),
        ],
        [
            json!({"account": theirs, "environment": "shop/test"}),
            json!({"account": theirs, "environment": "shop/nope"}),
            json!({"account": NOBODY, "environment": "shop/test"}),
        ],
        [
            json!({"environment": "shop/test"}),
            json!({"environment": "shop/nope"}),
            json!({"account": ours, "environment": "shop/test"}),
        ],
        [
            json!({"principal": theirs}),
            json!({"principal": hallpass.operator}),
            json!({"principal": NOBODY}),
        ],
    ] {
        let mut replies: Vec<Value> = Vec::new();
        for change in changes {
            hallpass.dynamodb.reset();
            let body = with(secret(json!({"scopes": ["floor:export"]})), change);
            let reply = mint(&hallpass, &customer, body).await;
            assert!(reply.status.is_client_error());
            replies.push(reply.body);
            // Neither does the time tell: the table is asked about the caller alone.
            let asked: Vec<String> = hallpass
                .dynamodb
                .calls()
                .into_iter()
                .map(|call| call.operation)
                .collect();
            assert_eq!(asked, ["BatchGetItem"]);
        }
        assert_eq!(replies[0], replies[1]);
        assert_eq!(replies[0], replies[2]);
    }
}

#[tokio::test]
async fn a_token_of_an_environment_stays_in_it() {
    let hallpass = Hallpass::start("archilogic").await;
    let (account, _) = hallpass.account("customer", json!(["tokens:read"])).await;
    hallpass.environment(&account, "shop/test").await;
    let maker = management(json!({
        "account": account, "environment": "shop/test", "scopes": ["tokens:mint", "floor:export"],
    }));
    let maker = text(&hallpass.mint(maker).await, "token");
    let export = |change: Value| with(secret(json!({"scopes": ["floor:export"]})), change);
    let made = hallpass.mint_as(&maker, export(json!({}))).await;
    assert_eq!(made["environment"], "shop/test");
    let reply = mint(
        &hallpass,
        &maker,
        export(json!({"environment": "default/live"})),
    )
    .await;
    assert_eq!(reply.refusal(), (404, "not_found", "environment"));
}

#[tokio::test]
async fn s54_nothing_is_minted_in_what_is_closed() {
    let hallpass = Hallpass::start("archilogic").await;
    let (account, customer) = hallpass
        .account("customer", json!(["tokens:mint", "floor:*"]))
        .await;
    hallpass.environment(&account, "shop/test").await;
    let close = |body: Value| {
        hallpass
            .post("/v1/revocations", body)
            .bearer(&hallpass.root)
    };
    let minted_in = |environment: &str| {
        let body = secret(json!({"account": account, "environment": environment}));
        hallpass.post("/v1/tokens", body).bearer(&hallpass.root)
    };
    assert_eq!(
        close(json!({"account": account, "environment": "shop/test"}))
            .await
            .status,
        204
    );
    assert_eq!(
        minted_in("shop/test").await.outcome(),
        Err((409, "closed", ""))
    );
    assert_eq!(minted_in("default/live").await.outcome(), Ok(()));
    assert_eq!(close(json!({"account": account})).await.status, 204);
    assert_eq!(
        minted_in("default/live").await.outcome(),
        Err((409, "closed", ""))
    );
    let reply = mint(
        &hallpass,
        &customer,
        secret(json!({"scopes": ["floor:export"]})),
    )
    .await;
    assert_eq!(reply.outcome(), Err((401, "revoked", "")));
}
