//! Closing environments and accounts.

use crate::revoke::{assert_unchanged, child, revoke, revoked};
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};

/// An account with a second environment, and bodies that mint in each.
pub(super) async fn account(hallpass: &Hallpass, name: &str) -> (String, Value, Value) {
    let (account, _) = hallpass.account(name, json!(["asset:read"])).await;
    let path = format!("/v1/accounts/{account}/environments");
    let made = hallpass
        .post(&path, json!({"name": "app/test"}))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(made.status, 201);
    let live = json!({"account": account});
    let test = json!({"account": account, "environment": "app/test"});
    (account, live, test)
}

/// What minting here answers.
pub(super) async fn assert_closed(hallpass: &Hallpass, place: &Value, is_closed: bool) {
    for kind in ["secret", "apikey"] {
        let mut body = json!({"kind": kind, "name": "late", "scopes": ["asset:read"]});
        body.as_object_mut()
            .unwrap()
            .extend(place.as_object().unwrap().clone());
        let reply = hallpass
            .post("/v1/tokens", body)
            .bearer(&hallpass.root)
            .await;
        let expected = if is_closed {
            (409, "closed")
        } else {
            (201, "")
        };
        reply.assert(kind, expected.0, expected.1);
    }
}

#[tokio::test]
async fn s54_a_closed_environment_is_dead_and_its_neighbours_live() {
    let hallpass = Hallpass::start("default").await;
    let (account_id, live, test) = account(&hallpass, "acme").await;
    let (_, other_live, _) = account(&hallpass, "other").await;
    let (id, dead) = hallpass.secret_with(test.clone()).await;
    let dead_child = child(&hallpass, &dead).await;
    let (_, neighbour) = hallpass.secret_with(live.clone()).await;
    let (_, stranger) = hallpass.secret_with(other_live.clone()).await;
    revoked(&hallpass, test.clone()).await;
    assert_eq!(hallpass.code(&dead).await, "revoked");
    assert_eq!(hallpass.code(&dead_child).await, "parent_revoked");
    for living in [&neighbour, &stranger] {
        assert_eq!(hallpass.code(living).await, "active");
    }
    assert_closed(&hallpass, &test, true).await;
    assert_closed(&hallpass, &live, false).await;
    assert_closed(&hallpass, &other_live, false).await;
    let slots = |items: &crate::revoke::Items| {
        let prefix = format!("SLOTS#{account_id}#app/test#");
        items
            .iter()
            .filter(|item| item["pk"].as_s().unwrap().starts_with(&prefix))
            .count()
    };
    let before = hallpass.items().await;
    assert_eq!(slots(&before), 0, "places are freed");
    // Twice is as once, by every way there is to ask; and what it closed cannot be rotated.
    let path = format!("/v1/revocations/{account_id}/app/test");
    revoke(&hallpass, test)
        .bearer(&hallpass.root)
        .await
        .assert("again", 204, "");
    hallpass
        .get(&path)
        .bearer(&hallpass.root)
        .await
        .assert("asked", 204, "");
    let rotate = format!("/v1/tokens/{id}/rotate");
    let rotate = hallpass.post(&rotate, json!({"overlap_seconds": 0}));
    rotate
        .bearer(&hallpass.root)
        .await
        .assert("rotate", 409, "revoked");
    assert_unchanged("again", &hallpass, &before).await;
}

#[tokio::test]
async fn s54_a_closed_account_is_dead_in_all_its_environments() {
    let hallpass = Hallpass::start("default").await;
    for by in ["account", "principal"] {
        let (account_id, live, test) = account(&hallpass, by).await;
        let (_, stranger) = hallpass
            .account(&format!("{by}-2"), json!(["tokens:validate"]))
            .await;
        let mut dead = Vec::new();
        for place in [&live, &test] {
            let (_, token) = hallpass.secret_with(place.clone()).await;
            dead.push((child(&hallpass, &token).await, "parent_revoked"));
            dead.push((token, "revoked"));
        }
        revoked(&hallpass, json!({by: account_id})).await;
        for (token, code) in &dead {
            assert_eq!(hallpass.code(token).await, *code);
        }
        for place in [&live, &test] {
            assert_closed(&hallpass, place, true).await;
        }
        // Nothing is added to it; it is still to be seen.
        let path = format!("/v1/accounts/{account_id}/environments");
        let call = hallpass
            .post(&path, json!({"name": "app/late"}))
            .bearer(&hallpass.root);
        call.await.assert("environment", 409, "closed");
        let path = format!("/v1/accounts/{account_id}");
        let seen = hallpass.get(&path).bearer(&hallpass.root).await.body;
        assert_eq!(seen["closed_at"], 1_800_000_000);
        assert_eq!(
            hallpass
                .get("/v1/tokens/self")
                .bearer(&stranger)
                .await
                .status,
            200
        );
    }
}

/// A closing that is refused.
struct Refused<'a> {
    what: &'static str,
    caller: &'a str,
    body: Value,
    status: u16,
    code: &'static str,
}

/// A question about a closing, and the status of its answer.
struct Question<'a> {
    what: &'static str,
    caller: &'a str,
    path: String,
    status: u16,
}

#[tokio::test]
async fn who_may_close_what() {
    let hallpass = Hallpass::start("default").await;
    let scopes = json!(["tokens:revoke", "tokens:validate", "directory:write"]);
    let (account, customer) = hallpass.account("acme", scopes.clone()).await;
    let (other, stranger) = hallpass.account("other", scopes).await;
    let (_, weak) = hallpass
        .account("weak", json!(["tokens:validate", "directory:write"]))
        .await;
    // To end tokens is one thing, to close for good another.
    let (_, revoker) = hallpass.account("revoker", json!(["tokens:revoke"])).await;
    let own = json!({"environment": "default/live"});
    let operators = json!({"account": hallpass.operator});
    let root = hallpass.root.as_str();
    let before = hallpass.items().await;
    for Refused {
        what,
        caller,
        body,
        status,
        code,
    } in [
        Refused {
            what: "without the scope",
            caller: weak.as_str(),
            body: own.clone(),
            status: 403,
            code: "insufficient_scope",
        },
        Refused {
            what: "without the other",
            caller: &revoker,
            body: own.clone(),
            status: 403,
            code: "insufficient_scope",
        },
        Refused {
            what: "its own account",
            caller: &customer,
            body: json!({"account": account}),
            status: 404,
            code: "not_found",
        },
        Refused {
            what: "its own account",
            caller: &customer,
            body: json!({"principal": account}),
            status: 404,
            code: "not_found",
        },
        Refused {
            what: "another account",
            caller: &customer,
            body: json!({"account": other}),
            status: 404,
            code: "not_found",
        },
        Refused {
            what: "another environment",
            caller: &customer,
            body: json!({"environment": "app/test"}),
            status: 404,
            code: "not_found",
        },
        Refused {
            what: "another's environment",
            caller: &customer,
            body: json!({"account": other, "environment": "default/live"}),
            status: 404,
            code: "not_found",
        },
        Refused {
            what: "the operator's account",
            caller: &customer,
            body: operators.clone(),
            status: 404,
            code: "not_found",
        },
        Refused {
            what: "the operator itself",
            caller: root,
            body: operators.clone(),
            status: 409,
            code: "operator_account",
        },
        Refused {
            what: "the operator itself",
            caller: root,
            body: json!({"principal": hallpass.operator}),
            status: 409,
            code: "operator_account",
        },
        Refused {
            what: "the operator's environment",
            caller: root,
            body: own.clone(),
            status: 409,
            code: "operator_account",
        },
    ] {
        let reply = revoke(&hallpass, body).bearer(caller).await;
        reply.assert(what, status, code);
    }
    for Question {
        what,
        caller,
        path,
        status,
    } in [
        Question {
            what: "not begun",
            caller: root,
            path: format!("/v1/revocations/{account}"),
            status: 404,
        },
        Question {
            what: "not begun",
            caller: root,
            path: format!("/v1/revocations/{account}/default/live"),
            status: 404,
        },
        Question {
            what: "not begun",
            caller: &customer,
            path: format!("/v1/revocations/{account}/default/live"),
            status: 404,
        },
        Question {
            what: "another's",
            caller: &customer,
            path: format!("/v1/revocations/{other}/default/live"),
            status: 404,
        },
        Question {
            what: "its own account",
            caller: &customer,
            path: format!("/v1/revocations/{account}"),
            status: 404,
        },
        Question {
            what: "its own account, with the directory's scope",
            caller: &weak,
            path: format!("/v1/revocations/{account}"),
            status: 404,
        },
        Question {
            what: "no id",
            caller: root,
            path: "/v1/revocations/acme".to_owned(),
            status: 404,
        },
        Question {
            what: "no name",
            caller: root,
            path: format!("/v1/revocations/{account}/app/%20"),
            status: 404,
        },
        Question {
            what: "no account",
            caller: root,
            path: "/v1/revocations/acc_0000000000000000000000".to_owned(),
            status: 404,
        },
    ] {
        let reply = hallpass.get(&path).bearer(caller).await;
        assert_eq!(reply.status, status, "{what}: {}", reply.body);
    }
    assert_unchanged("refused", &hallpass, &before).await;
    // Its own environment, which ends the caller itself as well.
    revoke(&hallpass, own)
        .bearer(&customer)
        .await
        .assert("own", 204, "");
    assert_eq!(hallpass.code(&customer).await, "revoked");
    assert_eq!(hallpass.code(&stranger).await, "active");
}

/// Nobody could open it again, so it is refused to whoever asks: also to a token of the operator's
/// account that does not operate.
#[tokio::test]
async fn the_operators_own_environment_is_closed_by_nobody() {
    let hallpass = Hallpass::start("default").await;
    let scopes = json!(["tokens:revoke", "directory:write"]);
    let body = json!({"kind": "management", "name": "m", "scopes": scopes});
    let helper = text(&hallpass.mint(body).await, "token");
    let before = hallpass.items().await;
    for body in [
        json!({"environment": "default/live"}),
        json!({"environment": "default/live", "account": hallpass.operator}),
    ] {
        let reply = revoke(&hallpass, body).bearer(&helper).await;
        reply.assert("helper", 409, "operator_account");
    }
    assert_unchanged("refused", &hallpass, &before).await;
    assert_eq!(hallpass.code(&hallpass.root).await, "active");
}
