//! What is taken from a user is gone from all that speaks for them, whoever made it and whatever its
//! kind.

use crate::principals::with_live_kind;
use hallpass_authorizer::{AuthorizerSources, Event, authorize};
use hallpass_tests::{Hallpass, text};
use http::Method;
use serde_json::{Value, json};

async fn change(hallpass: &Hallpass, user: &str, scopes: Value) {
    let call = hallpass.patch(&format!("/v1/users/{user}"), json!({"scopes": scopes}));
    call.bearer(&hallpass.root).await.assert("change", 200, "");
}

/// Whether the platform's own API lets a token write.
async fn lets_in(hallpass: &Hallpass, method: &str, path: &str, token: &str) -> bool {
    let event: Event = serde_json::from_value(json!({
        "version": "2.0", "type": "REQUEST", "routeArn": "arn:aws:execute-api:x", "identitySource": [],
        "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "headers": {"authorization": format!("Bearer {token}")},
        "requestContext": {
            "stage": "$default", "http": {"method": method, "path": path, "sourceIp": "192.0.2.7"},
        },
    }))
    .unwrap();
    let sources = AuthorizerSources::default();
    let answer = authorize(&hallpass.platform, &sources, event).await;
    let answer = answer.unwrap();
    serde_json::to_value(answer).unwrap()["isAuthorized"] == true
}

/// Bob makes a management token, which never expires and makes another one. Then an administrator
/// takes his scopes.
#[tokio::test]
async fn s61_a_demotion_reaches_every_token_that_a_users_token_made() {
    for (catalog, kind, method, path) in [
        ("threekit", "private", "DELETE", "/api/assets/7"),
        ("default", "management", "PUT", "/v1/assets/7"),
    ] {
        let hallpass = Hallpass::start(catalog).await;
        let scopes = json!(["asset:*", "tokens:mint", "tokens:read", "tokens:validate"]);
        let bob = hallpass.user("bob", scopes.clone()).await;
        let management =
            json!({"kind": "management", "name": "for ever", "scopes": scopes, "principal": bob});
        let mut first = management.clone();
        first["kind"] = json!(kind);
        let (_, first) = hallpass.minted(first).await;
        // He names nobody: what he makes is his own.
        let mut own = management.clone();
        own.as_object_mut().unwrap().remove("principal");
        let (_, second) = hallpass.minted_as(&first, own).await;
        let (_, third) = hallpass.minted_as(&second, management.clone()).await;
        let tokens = [&first, &second, &third];
        let all = async |may: bool| {
            let (asset, list) = if may {
                ("active", 200)
            } else {
                ("insufficient_scope", 403)
            };
            for (number, token) in tokens.into_iter().enumerate() {
                let what = format!("{catalog}, token {number}, while he may: {may}");
                assert_eq!(
                    hallpass.code_for(token, "asset:write").await,
                    asset,
                    "{what}"
                );
                assert_eq!(lets_in(&hallpass, method, path, token).await, may, "{what}");
                let listed = hallpass.get("/v1/tokens").bearer(token).await;
                assert_eq!(listed.status, list, "{what}");
                let body = json!({"token": token});
                let asked = hallpass.post("/v1/tokens/validate", body).bearer(token);
                assert_eq!(asked.await.status, list, "{what}");
                // The token itself lives on, and does nothing.
                assert_eq!(hallpass.code(token).await, "active", "{what}");
            }
        };
        all(true).await;
        change(&hallpass, &bob, Value::Null).await;
        all(false).await;
        for token in tokens {
            let made = hallpass
                .post("/v1/tokens", management.clone())
                .bearer(token);
            made.await.assert(catalog, 403, "insufficient_scope");
        }
        // What is given back is there again, and nothing more.
        change(&hallpass, &bob, json!(["asset:read"])).await;
        for token in tokens {
            assert_eq!(hallpass.code_for(token, "asset:read").await, "active");
            let write = hallpass.code_for(token, "asset:write").await;
            assert_eq!(write, "insufficient_scope");
        }
        change(&hallpass, &bob, scopes).await;
        all(true).await;
    }
}

/// The same of a JWT that a server derived for a user, who loses a scope or a group.
#[tokio::test]
async fn s61_a_users_jwt_does_what_its_user_may_now() {
    let mut hallpass = Hallpass::start("default").await;
    hallpass.with_catalog(with_live_kind());
    let user = hallpass.user("ann", json!(["asset:write"])).await;
    let group = hallpass.group("editors").await;
    hallpass.join(&group, &user).await;
    crate::principals::give(&hallpass, &hallpass.operator, &group, "folder/7", "manage").await;
    let (_, server) = hallpass
        .secret_with(json!({"scopes": ["asset:*", "tokens:impersonate"]}))
        .await;
    let scopes = json!(["asset:write", "asset:manage@folder/7"]);
    let jwt = hallpass
        .derive(&server, json!({"scopes": scopes, "principal": user}))
        .await;
    let managed = "asset:manage@folder/7/x";
    assert_eq!(hallpass.code_for(&jwt, "asset:write").await, "active");
    assert_eq!(hallpass.code_for(&jwt, managed).await, "active");
    assert!(lets_in(&hallpass, "PUT", "/v1/assets/7", &jwt).await);
    change(&hallpass, &user, json!(["asset:read"])).await;
    let refused = "insufficient_scope";
    assert_eq!(hallpass.code_for(&jwt, "asset:write").await, refused);
    assert!(!lets_in(&hallpass, "PUT", "/v1/assets/7", &jwt).await);
    assert!(lets_in(&hallpass, "GET", "/v1/assets/7", &jwt).await);
    assert_eq!(hallpass.code_for(&jwt, managed).await, "active");
    let out = hallpass_tests::membership(&group, &user);
    let left = hallpass.delete(&out).bearer(&hallpass.root).await;
    left.assert("leave", 204, "");
    assert_eq!(hallpass.code_for(&jwt, managed).await, refused);
    assert_eq!(hallpass.code(&jwt).await, "active");
}

/// A user's token makes, rotates and changes tokens of the same user alone, also with
/// `tokens:impersonate`.
#[tokio::test]
async fn s61_a_users_token_makes_and_changes_its_own_users_tokens_alone() {
    let hallpass = Hallpass::start("threekit").await;
    let scopes = json!(["asset:*", "tokens:mint", "tokens:impersonate"]);
    let bob = hallpass.user("bob", scopes.clone()).await;
    let ann = hallpass.user("ann", scopes.clone()).await;
    let shop = hallpass.service_account("shop").await;
    let private = |principal: &str| json!({"kind": "private", "name": "k", "scopes": scopes, "principal": principal});
    let (_, bobs) = hallpass.minted(private(&bob)).await;
    let (of_bob, _) = hallpass.minted(private(&bob)).await;
    let (of_ann, _) = hallpass.minted(private(&ann)).await;
    let management = json!({"kind": "management", "name": "m", "scopes": ["asset:read"]});
    let (of_account, _) = hallpass.minted(management.clone()).await;
    for (principal, expected) in [
        (&bob, (201, "", "")),
        (&ann, (422, "outside_bounds", "principal")),
        (&shop, (422, "outside_bounds", "principal")),
        (&hallpass.operator, (422, "outside_bounds", "principal")),
    ] {
        let mut body = management.clone();
        body["principal"] = json!(principal);
        let reply = hallpass.post("/v1/tokens", body).bearer(&bobs).await;
        assert_eq!(reply.refusal(), expected, "{principal}");
    }
    for (id, expected) in [
        (&of_bob, (200, "")),
        (&of_ann, (403, "outside_bounds")),
        (&of_account, (403, "outside_bounds")),
    ] {
        let path = format!("/v1/tokens/{id}");
        let rotate = hallpass.post(&format!("{path}/rotate"), json!({"overlap_seconds": 0}));
        let update = hallpass
            .call(Method::PATCH, &path)
            .json(json!({"name": "n"}));
        for call in [rotate, update] {
            let reply = call.bearer(&bobs).await;
            assert_eq!(reply.answer(), expected, "{id}: {}", reply.body);
        }
    }
    // Without `tokens:impersonate` the answer is what it always was.
    let (_, plain) = hallpass
        .minted(json!({
            "kind": "private", "name": "k", "scopes": ["asset:*", "tokens:mint"], "principal": bob,
        }))
        .await;
    let mut body = management;
    body["principal"] = json!(ann);
    let reply = hallpass.post("/v1/tokens", body).bearer(&plain).await;
    assert_eq!(reply.refusal(), (403, "insufficient_scope", "principal"));
    assert!(text(&reply.body, "detail").contains("tokens:impersonate"));
}
