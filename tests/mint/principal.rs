//! Who a token speaks for: its maker's own principal, unless the maker may impersonate.

use crate::mint::{management, mint, outcome, secret, told};
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};

const NOBODY: &str = "svc_0000000000000000000004";
const INVALID: u16 = 422;

/// Who there is besides the account.
struct People {
    /// A service account.
    shop: String,
    /// One of another environment.
    abroad: String,
    /// One that was removed.
    closed: String,
    /// A user, who may read tokens.
    user: String,
}

async fn with_principals(catalog: &str) -> (Hallpass, People) {
    let hallpass = Hallpass::start(catalog).await;
    let root = hallpass.root.clone();
    let environments = format!("/v1/accounts/{}/environments", hallpass.operator);
    let made = hallpass.post(&environments, json!({"name": "shop/test"}));
    assert_eq!(made.bearer(&root).await.status, 201);
    let service_account = async |name: &str, environment: &str| {
        let body = json!({"name": name, "environment": environment});
        hallpass.made(&root, "/v1/service-accounts", body).await
    };
    let people = People {
        shop: service_account("shop", "default/live").await,
        abroad: service_account("shop", "shop/test").await,
        closed: service_account("closed", "default/live").await,
        user: hallpass
            .made(
                &root,
                "/v1/users",
                json!({"username": "a user", "scopes": ["tokens:read"]}),
            )
            .await,
    };
    let gone = hallpass.delete(&format!("/v1/service-accounts/{}", people.closed));
    assert_eq!(gone.bearer(&root).await.status, 204);
    (hallpass, people)
}

/// A management token of the account or of one of its principals.
async fn maker(hallpass: &Hallpass, principal: &str, scopes: Value) -> String {
    let body = management(json!({"principal": principal, "scopes": scopes}));
    text(&hallpass.mint(body).await, "token")
}

#[tokio::test]
async fn s51_another_principal_needs_tokens_impersonate() {
    let (hallpass, people) = with_principals("default").await;
    let operator = hallpass.operator.clone();
    let (shop, closed, abroad) = (&*people.shop, &*people.closed, &*people.abroad);
    let plain = json!(["tokens:mint", "asset:*"]);
    let impersonating = json!(["tokens:mint", "tokens:impersonate", "asset:*"]);
    let not_allowed = Err((403, "insufficient_scope", "principal"));
    let unknown = Err((INVALID, "unknown_principal", "principal"));
    for (of, scopes, principal, expected) in [
        (&*operator, &plain, &*operator, Ok(())),
        (&operator, &plain, shop, not_allowed),
        (&operator, &plain, NOBODY, not_allowed),
        (&operator, &impersonating, shop, Ok(())),
        (&operator, &impersonating, NOBODY, unknown),
        (&operator, &impersonating, closed, unknown),
        (&operator, &impersonating, abroad, unknown),
        // The account is somebody else to its own service account.
        (shop, &plain, shop, Ok(())),
        (shop, &plain, &operator, not_allowed),
        (shop, &impersonating, &operator, Ok(())),
        (shop, &plain, closed, not_allowed),
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
    let (hallpass, people) = with_principals("default").await;
    for of in [&*hallpass.operator, &people.shop] {
        let maker = maker(&hallpass, of, json!(["tokens:mint", "asset:*"])).await;
        let body = secret(json!({"scopes": ["asset:read"]}));
        assert_eq!(hallpass.mint_as(&maker, body).await["principal"], of);
    }
}

#[tokio::test]
async fn s51_impersonation_is_given_only_by_those_who_hold_it() {
    let (hallpass, people) = with_principals("default").await;
    let maker = maker(&hallpass, &people.shop, json!(["tokens:mint", "asset:*"])).await;
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
            "a service account",
            Err((INVALID, "principal_not_for_kind", "principal")),
        ),
        (
            "archilogic",
            "secret",
            "a user",
            Err((INVALID, "principal_not_for_kind", "principal")),
        ),
        ("default", "secret", "a service account", Ok(())),
        (
            "default",
            "secret",
            "a user",
            Err((INVALID, "principal_not_for_kind", "principal")),
        ),
        (
            "default",
            "apikey",
            "a user",
            Err((INVALID, "principal_not_for_kind", "principal")),
        ),
        ("default", "management", "a user", Ok(())),
    ] {
        let (hallpass, people) = with_principals(catalog).await;
        let principal = match principal {
            "a user" => &people.user,
            _ => &people.shop,
        };
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
    let (hallpass, people) = with_principals("archilogic").await;
    let maker = maker(&hallpass, &people.shop, json!(["tokens:mint", "floor:*"])).await;
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
    let body = crate::mint::with(body, json!({"principal": hallpass.operator}));
    let reply = mint(&hallpass, &hallpass.root, body).await;
    assert_eq!(told(&reply), (INVALID, "unknown_principal", "principal"));
}
