//! Who a token speaks for: its maker's own principal, unless the maker may impersonate.

use crate::mint::{management, mint, secret};
use hallpass_tests::{Hallpass, Refusal, text, with};
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

/// Whose token mints with which scopes for whom, and what comes of it.
struct Case<'a> {
    of: &'a str,
    scopes: &'a Value,
    principal: &'a str,
    expected: Result<(), Refusal<'static>>,
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
    for Case {
        of,
        scopes,
        principal,
        expected,
    } in [
        Case {
            of: &operator,
            scopes: &plain,
            principal: &operator,
            expected: Ok(()),
        },
        Case {
            of: &operator,
            scopes: &plain,
            principal: shop,
            expected: not_allowed,
        },
        Case {
            of: &operator,
            scopes: &plain,
            principal: NOBODY,
            expected: not_allowed,
        },
        Case {
            of: &operator,
            scopes: &impersonating,
            principal: shop,
            expected: Ok(()),
        },
        Case {
            of: &operator,
            scopes: &impersonating,
            principal: NOBODY,
            expected: unknown,
        },
        Case {
            of: &operator,
            scopes: &impersonating,
            principal: closed,
            expected: unknown,
        },
        Case {
            of: &operator,
            scopes: &impersonating,
            principal: abroad,
            expected: unknown,
        },
        // The account is somebody else to its own service account.
        Case {
            of: shop,
            scopes: &plain,
            principal: shop,
            expected: Ok(()),
        },
        Case {
            of: shop,
            scopes: &plain,
            principal: &operator,
            expected: not_allowed,
        },
        Case {
            of: shop,
            scopes: &impersonating,
            principal: &operator,
            expected: Ok(()),
        },
        Case {
            of: shop,
            scopes: &plain,
            principal: closed,
            expected: not_allowed,
        },
    ] {
        let maker = maker(&hallpass, of, scopes.clone()).await;
        let body = secret(json!({"scopes": ["asset:read"], "principal": principal}));
        let reply = mint(&hallpass, &maker, body).await;
        assert_eq!(
            reply.outcome(),
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
    assert_eq!(reply.refusal(), (INVALID, "scope_not_held", "scopes"));
}

/// A kind of a catalog, the sort of principal that it is to speak for, and what comes of it.
struct Sort {
    catalog: &'static str,
    kind: &'static str,
    principal: &'static str,
    expected: Result<(), Refusal<'static>>,
}

#[tokio::test]
async fn a_kind_speaks_for_its_own_sorts_of_principal() {
    for Sort {
        catalog,
        kind,
        principal,
        expected,
    } in [
        Sort {
            catalog: "archilogic",
            kind: "secret",
            principal: "a service account",
            expected: Err((INVALID, "principal_not_for_kind", "principal")),
        },
        Sort {
            catalog: "archilogic",
            kind: "secret",
            principal: "a user",
            expected: Err((INVALID, "principal_not_for_kind", "principal")),
        },
        Sort {
            catalog: "default",
            kind: "secret",
            principal: "a service account",
            expected: Ok(()),
        },
        Sort {
            catalog: "default",
            kind: "secret",
            principal: "a user",
            expected: Err((INVALID, "principal_not_for_kind", "principal")),
        },
        Sort {
            catalog: "default",
            kind: "apikey",
            principal: "a user",
            expected: Err((INVALID, "principal_not_for_kind", "principal")),
        },
        Sort {
            catalog: "default",
            kind: "management",
            principal: "a user",
            expected: Ok(()),
        },
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
        assert_eq!(reply.outcome(), expected, "{catalog} {kind} {principal}");
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
        reply.refusal(),
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
    assert_eq!(reply.refusal(), (403, "insufficient_scope", "principal"));
    let reply = mint(&hallpass, &hallpass.root, body.clone()).await;
    assert_eq!(reply.outcome(), Ok(()));
    // Nobody speaks in one account for another one.
    let body = with(body, json!({"principal": hallpass.operator}));
    let reply = mint(&hallpass, &hallpass.root, body).await;
    assert_eq!(reply.refusal(), (INVALID, "unknown_principal", "principal"));
}
