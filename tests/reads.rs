//! What each call costs, counted at the wire: one round trip for a validation, nothing
//! for junk, one read and one signature for a derivation, and never a scan.

mod consistency;
mod freshness;
mod junk;
mod lists;

use hallpass_tests::{Call, Hallpass, text};
use serde_json::{Value, json};
use std::time::Duration;

/// Asserts a call's status and cost; its reply's body.
async fn expect(hallpass: &Hallpass, what: &str, call: Call, status: u16, paid: &[&str]) -> Value {
    let (reply, cost) = hallpass.cost(call).await;
    assert_eq!(reply.status, status, "{what}: {}", reply.body);
    assert_eq!(cost, paid, "{what}");
    reply.body
}

fn validate(hallpass: &Hallpass, caller: &str, token: &str) -> Call {
    let body = json!({"token": token});
    hallpass.post("/v1/tokens/validate", body).bearer(caller)
}

/// A secret token of the default catalog that may validate, too.
async fn validating(hallpass: &Hallpass) -> String {
    let body =
        json!({"kind": "secret", "name": "a server", "scopes": ["asset:*", "tokens:validate"]});
    text(&hallpass.mint(body).await, "token")
}

/// Who validates what, and what it costs.
struct Validation<'a> {
    what: &'static str,
    caller: &'a str,
    token: &'a str,
    paid: &'static [&'static str],
}

#[tokio::test]
async fn s53_a_validation_is_one_batch_of_different_keys() {
    let hallpass = Hallpass::start("default").await;
    let parent = validating(&hallpass).await;
    let derived = async || {
        hallpass
            .derive(&parent, json!({"scopes": ["asset:read"]}))
            .await
    };
    let (child, sibling) = (derived().await, derived().await);
    let root = hallpass.root.as_str();
    let keys_read = &["Query", "BatchGetItem 3"];
    // The verification keys are cold for the first JWT, and only for that.
    for Validation {
        what,
        caller,
        token,
        paid,
    } in [
        Validation {
            what: "another opaque token",
            caller: root,
            token: parent.as_str(),
            paid: &["BatchGetItem 2"][..],
        },
        Validation {
            what: "itself, opaque",
            caller: root,
            token: root,
            paid: &["BatchGetItem 1"],
        },
        Validation {
            what: "a JWT, cold",
            caller: root,
            token: &child,
            paid: keys_read,
        },
        Validation {
            what: "a JWT, warm",
            caller: root,
            token: &child,
            paid: &["BatchGetItem 3"],
        },
        Validation {
            what: "another JWT of the same key",
            caller: root,
            token: &sibling,
            paid: &["BatchGetItem 3"],
        },
        Validation {
            what: "a parent its own child",
            caller: &parent,
            token: &child,
            paid: &["BatchGetItem 2"],
        },
    ] {
        let reply = expect(
            &hallpass,
            what,
            validate(&hallpass, caller, token),
            200,
            paid,
        )
        .await;
        assert_eq!(reply["code"], "active", "{what}");
    }
    let of_self = |token: &str| hallpass.get("/v1/tokens/self").bearer(token);
    expect(
        &hallpass,
        "self, opaque",
        of_self(root),
        200,
        &["BatchGetItem 1"],
    )
    .await;
    expect(
        &hallpass,
        "self, JWT",
        of_self(&child),
        200,
        &["BatchGetItem 2"],
    )
    .await;
    // Its parent's row is asked for by both of them, and its own revocation as well.
    let call = validate(&hallpass, &child, &child);
    expect(&hallpass, "a JWT itself", call, 403, &["BatchGetItem 2"]).await;
    let call = validate(&hallpass, &child, &sibling);
    expect(
        &hallpass,
        "a JWT its sibling",
        call,
        403,
        &["BatchGetItem 3"],
    )
    .await;
}

#[tokio::test]
async fn verification_keys_are_read_anew_after_300_seconds() {
    let hallpass = Hallpass::start("default").await;
    let parent = validating(&hallpass).await;
    let child = hallpass
        .derive(&parent, json!({"scopes": ["asset:read"]}))
        .await;
    for (what, later, paid) in [
        ("cold", 0, &["Query", "BatchGetItem 2"][..]),
        ("warm", 299_999, &["BatchGetItem 2"]),
        ("old", 1, &["Query", "BatchGetItem 2"]),
        ("warm again", 1, &["BatchGetItem 2"]),
    ] {
        hallpass.clock.advance(Duration::from_millis(later));
        expect(
            &hallpass,
            what,
            validate(&hallpass, &parent, &child),
            200,
            paid,
        )
        .await;
    }
}

/// When and by which route a token is derived, and what it costs.
struct Derivation {
    what: &'static str,
    later: u64,
    route: &'static str,
    paid: &'static [&'static str],
}

#[tokio::test]
async fn deriving_is_one_read_and_one_signature() {
    let hallpass = Hallpass::start("default").await;
    let parent = validating(&hallpass).await;
    let body = json!({"scopes": ["asset:read"]});
    let warm = &["BatchGetItem 1", "Sign"][..];
    for Derivation {
        what,
        later,
        route,
        paid,
    } in [
        Derivation {
            what: "cold",
            later: 0,
            route: "/v1/tokens/temporary",
            paid: &["BatchGetItem 1", "Query", "Sign"][..],
        },
        Derivation {
            what: "warm",
            later: 0,
            route: "/v1/tokens/temporary",
            paid: warm,
        },
        // A signer looks every minute whether its key is still the current one.
        Derivation {
            what: "as documented",
            later: 59_999,
            route: "/v2/temporary-access-token/create",
            paid: warm,
        },
        Derivation {
            what: "old",
            later: 1,
            route: "/v1/tokens/temporary",
            paid: &["BatchGetItem 1", "Query", "Sign"],
        },
    ] {
        hallpass.clock.advance(Duration::from_millis(later));
        let call = hallpass.post(route, body.clone()).bearer(&parent);
        expect(&hallpass, what, call, 200, paid).await;
    }
    // What is refused is not signed.
    let wider = json!({"scopes": ["configuration:save"]});
    let call = hallpass.post("/v1/tokens/temporary", wider).bearer(&parent);
    expect(&hallpass, "wider", call, 422, &["BatchGetItem 1"]).await;
}

/// What is minted, the status of the answer, and what it costs.
struct Mint {
    what: &'static str,
    body: Value,
    status: u16,
    paid: &'static [&'static str],
}

#[tokio::test]
async fn minting_is_one_transaction_and_for_limited_kinds_one_query() {
    let hallpass = Hallpass::start("default").await;
    let limited = json!({"kind": "secret", "name": "a server"});
    let unlimited = json!({"kind": "apikey", "name": "a key", "scopes": ["asset:read"]});
    let written = &["BatchGetItem 1", "TransactWriteItems"][..];
    for Mint {
        what,
        body,
        status,
        paid,
    } in [
        Mint {
            what: "limited",
            body: limited.clone(),
            status: 201,
            paid: &["BatchGetItem 1", "Query", "TransactWriteItems"][..],
        },
        Mint {
            what: "unlimited",
            body: unlimited.clone(),
            status: 201,
            paid: written,
        },
        Mint {
            what: "no such kind",
            body: json!({"kind": "nope", "name": "x"}),
            status: 422,
            paid: &["BatchGetItem 1"],
        },
        Mint {
            what: "a wrong body",
            body: json!({"kind": "secret"}),
            status: 422,
            paid: &["BatchGetItem 1"],
        },
    ] {
        let call = hallpass.post("/v1/tokens", body).bearer(&hallpass.root);
        expect(&hallpass, what, call, status, paid).await;
    }
    for (what, body, paid) in [
        (
            "limited",
            limited,
            &["BatchGetItem 1", "Query", "TransactWriteItems"][..],
        ),
        ("unlimited", unlimited, written),
    ] {
        let call = hallpass.post("/v1/tokens", body).bearer(&hallpass.root);
        let call = call.header("idempotency-key", what);
        expect(&hallpass, what, call.clone(), 201, paid).await;
        // The repetition is found out by the condition, and looked up once.
        let paid = [paid, &["GetItem"]].concat();
        expect(&hallpass, what, call, 409, &paid).await;
    }
}

/// A call that changes a token, the status of its answer, and what it costs.
struct Change {
    what: &'static str,
    call: Call,
    status: u16,
    paid: &'static [&'static str],
}

#[tokio::test]
async fn revoking_and_rotating_are_one_read_and_one_transaction() {
    let hallpass = Hallpass::start("default").await;
    let body = json!({"kind": "secret", "name": "a server"});
    let [first, second, third] = [
        hallpass.mint(body.clone()).await,
        hallpass.mint(body.clone()).await,
        hallpass.mint(body).await,
    ];
    let parent = text(&third, "token");
    let child = hallpass
        .derive(&parent, json!({"scopes": ["asset:read"]}))
        .await;
    hallpass.code(&child).await;
    let by_id = format!("/v1/tokens/{}", text(&first, "id"));
    let by_text = json!({"token": second["token"]});
    let rotate = format!("/v1/tokens/{}/rotate", text(&third, "id"));
    let read = &["BatchGetItem 1", "GetItem", "TransactWriteItems"][..];
    for Change {
        what,
        call,
        status,
        paid,
    } in [
        Change {
            what: "rotate",
            call: hallpass.post(&rotate, json!({"overlap_seconds": 0})),
            status: 200,
            paid: read,
        },
        Change {
            what: "revoke by id",
            call: hallpass.delete(&by_id),
            status: 204,
            paid: read,
        },
        // The row comes with the caller's own.
        Change {
            what: "revoke by text",
            call: hallpass.post("/v1/revocations", by_text),
            status: 204,
            paid: &["BatchGetItem 2", "TransactWriteItems"],
        },
        Change {
            what: "revoke a JWT",
            call: hallpass.post("/v1/revocations", json!({"token": child})),
            status: 204,
            paid: &["BatchGetItem 3", "TransactWriteItems"],
        },
    ] {
        expect(&hallpass, what, call.bearer(&hallpass.root), status, paid).await;
    }
}
