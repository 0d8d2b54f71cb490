//! Who a token speaks for: its maker's own principal, unless the maker may impersonate.

use crate::{management, mint, outcome, secret, told};
use aws_sdk_dynamodb::types::AttributeValue::S;
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};

const SHOP: &str = "svc_0000000000000000000001";
const ABROAD: &str = "svc_0000000000000000000002";
const CLOSED: &str = "svc_0000000000000000000003";
const NOBODY: &str = "svc_0000000000000000000004";
const USER: &str = "usr_0000000000000000000005";
const INVALID: u16 = 422;

/// Puts principals where the routes for users and service accounts will: there are none yet.
async fn with_principals(catalog: &str) -> Hallpass {
    let hallpass = Hallpass::start(catalog).await;
    let operator = &hallpass.operator;
    for (principal, environment, closed) in [
        (SHOP, "default/live", false),
        (CLOSED, "default/live", true),
        (ABROAD, "shop/test", false),
        (USER, "default/live", false),
    ] {
        let put = hallpass
            .dynamodb_client
            .put_item()
            .table_name(&hallpass.table)
            .item(
                "pk",
                S(format!("PRINCIPAL#{operator}#{environment}#{principal}")),
            )
            .item("sk", S("RECORD".to_owned()));
        let put = if closed {
            put.item("closed_at", S("now".to_owned()))
        } else {
            put
        };
        put.send().await.unwrap();
    }
    hallpass
}

/// A management token of the account or of one of its principals.
async fn maker(hallpass: &Hallpass, principal: &str, scopes: Value) -> String {
    let body = management(json!({"principal": principal, "scopes": scopes}));
    text(&hallpass.mint(body).await, "token")
}

#[tokio::test]
async fn s51_another_principal_needs_tokens_impersonate() {
    let hallpass = with_principals("default").await;
    let operator = hallpass.operator.clone();
    let plain = json!(["tokens:mint", "asset:*"]);
    let impersonating = json!(["tokens:mint", "tokens:impersonate", "asset:*"]);
    let not_allowed = Err((403, "insufficient_scope", "principal"));
    let unknown = Err((INVALID, "unknown_principal", "principal"));
    for (of, scopes, principal, expected) in [
        (&*operator, &plain, &*operator, Ok(())),
        (&operator, &plain, SHOP, not_allowed),
        (&operator, &plain, NOBODY, not_allowed),
        (&operator, &impersonating, SHOP, Ok(())),
        (&operator, &impersonating, NOBODY, unknown),
        (&operator, &impersonating, CLOSED, unknown),
        (&operator, &impersonating, ABROAD, unknown),
        // The account is somebody else to its own service account.
        (SHOP, &plain, SHOP, Ok(())),
        (SHOP, &plain, &operator, not_allowed),
        (SHOP, &impersonating, &operator, Ok(())),
        (SHOP, &plain, CLOSED, not_allowed),
    ] {
        let maker = maker(&hallpass, of, scopes.clone()).await;
        let body = secret(json!({"scopes": ["asset:read"], "principal": principal}));
        let reply = mint(&hallpass, &maker, body).await;
        assert_eq!(
            outcome(&reply),
            expected,
            "{of} for {principal}: {}",
            reply.body
        );
        if expected.is_ok() {
            assert_eq!(reply.body["principal"], principal);
        }
    }
}

#[tokio::test]
async fn s51_left_out_it_is_the_makers_own() {
    let hallpass = with_principals("default").await;
    for of in [hallpass.operator.as_str(), SHOP] {
        let maker = maker(&hallpass, of, json!(["tokens:mint", "asset:*"])).await;
        let body = secret(json!({"scopes": ["asset:read"]}));
        assert_eq!(hallpass.mint_as(&maker, body).await["principal"], of);
    }
}

#[tokio::test]
async fn s51_impersonation_is_given_only_by_those_who_hold_it() {
    let hallpass = with_principals("default").await;
    let maker = maker(&hallpass, SHOP, json!(["tokens:mint", "asset:*"])).await;
    let body = management(json!({"scopes": ["tokens:mint", "tokens:impersonate"]}));
    let reply = mint(&hallpass, &maker, body).await;
    assert_eq!(told(&reply), (INVALID, "scope_not_held", "scopes"));
}

#[tokio::test]
async fn a_kind_speaks_for_its_own_sorts_of_principal() {
    for (catalog, kind, principal, expected) in [
        (
            "archilogic",
            "secret",
            SHOP,
            Err((INVALID, "principal_not_for_kind", "principal")),
        ),
        (
            "archilogic",
            "secret",
            USER,
            Err((INVALID, "principal_not_for_kind", "principal")),
        ),
        ("default", "secret", SHOP, Ok(())),
        (
            "default",
            "secret",
            USER,
            Err((INVALID, "principal_not_for_kind", "principal")),
        ),
        (
            "default",
            "apikey",
            USER,
            Err((INVALID, "principal_not_for_kind", "principal")),
        ),
        ("default", "management", USER, Ok(())),
    ] {
        let hallpass = with_principals(catalog).await;
        let scope = match (catalog, kind) {
            (_, "management") => "tokens:read",
            ("archilogic", _) => "floor:export",
            _ => "asset:read",
        };
        let body = json!({"kind": kind, "name": "x", "scopes": [scope], "principal": principal});
        let reply = mint(&hallpass, &hallpass.root, body).await;
        assert_eq!(outcome(&reply), expected, "{catalog} {kind} {principal}");
    }
    // Also where it is the maker's own and left out.
    let hallpass = with_principals("archilogic").await;
    let maker = maker(&hallpass, SHOP, json!(["tokens:mint", "floor:*"])).await;
    let reply = mint(
        &hallpass,
        &maker,
        secret(json!({"scopes": ["floor:export"]})),
    )
    .await;
    assert_eq!(
        told(&reply),
        (INVALID, "principal_not_for_kind", "principal")
    );
}

#[tokio::test]
async fn s51_in_another_account_the_operator_impersonates() {
    let hallpass = Hallpass::start("archilogic").await;
    let (account, _) = hallpass.account("customer", json!(["tokens:read"])).await;
    let body = secret(json!({"account": account, "scopes": ["floor:export"]}));
    let operates = json!(["tokens:mint", "platform:operate", "floor:*"]);
    let without = maker(&hallpass, &hallpass.operator, operates).await;
    let reply = mint(&hallpass, &without, body.clone()).await;
    assert_eq!(told(&reply), (403, "insufficient_scope", "principal"));
    let reply = mint(&hallpass, &hallpass.root, body.clone()).await;
    assert_eq!(outcome(&reply), Ok(()));
    // Nobody speaks in one account for another one.
    let body = crate::with(body, json!({"principal": hallpass.operator}));
    let reply = mint(&hallpass, &hallpass.root, body).await;
    assert_eq!(told(&reply), (INVALID, "unknown_principal", "principal"));
}
