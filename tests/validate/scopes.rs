//! Which scope covers what was asked for, and many scopes asked for at once.

use super::ORIGIN;
use hallpass_tests::Hallpass;
use serde_json::{Value, json};

const VALIDATE: &str = "/v1/tokens/validate";

#[tokio::test]
async fn the_scope_that_covers_each_one_asked_for_is_named() {
    let hallpass = Hallpass::start("archilogic").await;
    let held = json!(["floor:readPublic", "floor:update@floor/1"]);
    let body = json!({"kind": "secret", "name": "s", "scopes": held});
    let (_, token) = hallpass.minted(body).await;
    let public = json!({"kind": "publishable", "name": "page", "origins": [ORIGIN]});
    let (_, page) = hallpass.minted(public).await;
    for (token, scope, matched) in [
        (
            &token,
            json!("floor:readPublic@floor/9"),
            json!(["floor:readPublic"]),
        ),
        (
            &token,
            json!(["floor:write@floor/1/room/2", "floor:readPublic"]),
            json!(["floor:update@floor/1", "floor:readPublic"]),
        ),
        (&token, json!("floor:update"), Value::Null),
        (
            &token,
            json!(["floor:readPublic", "floor:readPrivate"]),
            Value::Null,
        ),
        (&token, Value::Null, Value::Null),
        (
            &page,
            json!("floor:readPublic@floor/9"),
            json!(["floor:readPublic"]),
        ),
        (&page, json!("floor:readPrivate@floor/9"), Value::Null),
    ] {
        let body = super::present(json!({"token": token, "scope": scope, "origin": ORIGIN}));
        let reply = hallpass.validate(body).await;
        assert_eq!(reply["matched"], matched, "{scope}");
        assert_eq!(reply.get("each"), None);
    }
}

#[tokio::test]
async fn each_scope_is_answered_by_itself_in_the_same_reads() {
    let hallpass = Hallpass::start("archilogic").await;
    let held = json!(["floor:readPublic", "floor:readPrivate@floor/7"]);
    let secret = hallpass.secret().await;
    let derived = hallpass.derive(&secret, json!({"scopes": held})).await;
    let floors: Vec<String> = (0..100)
        .map(|floor| format!("floor:readPrivate@floor/{floor}"))
        .collect();
    let ask = async |body: Value| {
        hallpass.dynamodb.reset();
        let reply = hallpass.post(VALIDATE, body).bearer(&hallpass.root).await;
        (reply, hallpass.dynamodb.calls().len())
    };
    ask(json!({"token": derived, "scope": "floor:readPublic"})).await;
    let (_, reads_of_one) = ask(json!({"token": derived, "scope": "floor:readPublic"})).await;
    let (reply, reads) = ask(json!({"token": derived, "scope": floors, "each": true})).await;
    assert_eq!((reads, reply.status.as_u16()), (reads_of_one, 200));
    assert_eq!(
        (&reply.body["active"], &reply.body["code"]),
        (&json!(false), &json!("insufficient_scope"))
    );
    let each = reply.body["each"].as_array().unwrap();
    assert_eq!(each.len(), 100);
    for (floor, answer) in each.iter().enumerate() {
        let scope = &floors[floor];
        let expected = if floor == 7 {
            json!({"scope": scope, "active": true, "code": "active", "matched": scope})
        } else {
            json!({"scope": scope, "active": false, "code": "insufficient_scope"})
        };
        assert_eq!(*answer, expected);
    }
    // Where all are covered, the whole is active; where the token is dead, none is.
    let both = json!(["floor:readPublic@floor/1", "floor:readPrivate@floor/7"]);
    let body = json!({"token": derived, "scope": both, "each": true});
    let (reply, _) = ask(body.clone()).await;
    let codes = |reply: &Value| -> Vec<Value> {
        let each = reply["each"].as_array().unwrap();
        each.iter().map(|it| it["code"].clone()).collect()
    };
    assert_eq!(reply.body["active"], true);
    assert_eq!(codes(&reply.body), ["active", "active"]);
    hallpass
        .post("/v1/revocations", json!({"token": secret}))
        .bearer(&hallpass.root)
        .await;
    let (reply, _) = ask(body).await;
    assert_eq!(reply.body["active"], false);
    assert_eq!(codes(&reply.body), ["parent_revoked", "parent_revoked"]);
    assert_eq!(reply.body.get("matched"), None);
}

#[tokio::test]
async fn what_another_account_may_not_see_is_not_matched() {
    let hallpass = Hallpass::start("archilogic").await;
    let token = hallpass.secret().await;
    let (_, foreign) = hallpass.account("acme", json!(["tokens:validate"])).await;
    let body = json!({"token": token, "scope": ["floor:readPublic"], "each": true});
    let reply = hallpass.post(VALIDATE, body).bearer(&foreign).await;
    let unknown = json!([{"scope": "floor:readPublic", "active": false, "code": "unknown"}]);
    assert_eq!(
        (&reply.body["each"], reply.body.get("matched")),
        (&unknown, None)
    );
}

#[tokio::test]
async fn each_needs_scopes_and_takes_a_hundred() {
    let hallpass = Hallpass::start("archilogic").await;
    let token = hallpass.secret().await;
    let scopes = |count: usize| vec!["floor:readPublic"; count];
    for (body, code, field) in [
        (
            json!({"token": token, "each": true}),
            "empty_scopes",
            "each",
        ),
        (
            json!({"token": token, "each": true, "scope": []}),
            "empty_scopes",
            "scope",
        ),
        (
            json!({"token": token, "each": true, "scope": scopes(101)}),
            "too_many",
            "scope",
        ),
        (
            json!({"token": token, "scope": scopes(201)}),
            "too_many",
            "scope",
        ),
        (
            json!({"token": token, "each": "yes", "scope": scopes(1)}),
            "invalid_field",
            "each",
        ),
        (
            json!({"token": token, "each": null, "scope": scopes(1)}),
            "invalid_field",
            "each",
        ),
    ] {
        let reply = hallpass.post(VALIDATE, body).bearer(&hallpass.root).await;
        let shown = (
            reply.status.as_u16(),
            reply.code(),
            reply.body["field"].as_str(),
        );
        assert_eq!(shown, (422, code, Some(field)), "{}", reply.body);
    }
    for body in [
        json!({"token": token, "scope": scopes(200)}),
        json!({"token": token, "scope": scopes(100), "each": true}),
        json!({"token": token, "scope": scopes(1), "each": false}),
        json!({"token": token, "each": false}),
    ] {
        assert_eq!(hallpass.validate(body).await["active"], true);
    }
}
