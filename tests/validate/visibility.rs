//! Who is told what: an account and environment are closed to everybody but the operator.

use super::{of_nobody, present, says_only};
use hallpass_tests::{Hallpass, Reply, text};
use serde_json::{Value, json};

async fn ask(hallpass: &Hallpass, caller: &str, body: Value) -> Reply {
    hallpass
        .post("/v1/tokens/validate", body)
        .bearer(caller)
        .await
}

#[tokio::test]
async fn s28_s29_another_accounts_token_is_unknown_to_all_but_the_operator() {
    let hallpass = Hallpass::start("default").await;
    let scopes = json!(["tokens:mint", "tokens:validate", "asset:*"]);
    let (a, of_a) = hallpass.account("a", scopes.clone()).await;
    let (_, of_b) = hallpass.account("b", scopes).await;
    let secret = json!({"kind": "secret", "name": "s", "scopes": ["asset:read"]});
    let made = hallpass.mint_as(&of_a, secret).await;
    let (id, token) = (text(&made, "id"), text(&made, "token"));
    let child = hallpass
        .derive(&token, json!({"scopes": ["asset:read"]}))
        .await;
    let page = json!({"kind": "publishable", "name": "p", "origins": ["https://a.example"]});
    let page = text(&hallpass.mint_as(&of_a, page).await, "token");
    let nobody = ask(&hallpass, &of_b, json!({"token": of_nobody(&token)})).await;
    says_only(&nobody.body, "unknown");
    let foreign = |extra: Value| {
        let (hallpass, nobody, of_b) = (&hallpass, &nobody, &of_b);
        let tokens = [
            token.clone(),
            child.clone(),
            page.clone(),
            of_a.clone(),
            hallpass.root.clone(),
        ];
        async move {
            for token in tokens {
                let mut body = extra.clone();
                body["token"] = json!(token);
                let reply = ask(hallpass, of_b, body).await;
                assert_eq!((reply.status, &reply.body), (nobody.status, &nobody.body));
            }
        }
    };
    // Whatever is wrong with it besides: nothing comes before `unknown`.
    foreign(json!({})).await;
    foreign(json!({"scope": "asset:manage", "origin": "null", "ip": "198.51.100.7"})).await;
    // Its own account and the operator see everything.
    for caller in [&of_a, &hallpass.root] {
        let seen = ask(&hallpass, caller, json!({"token": token})).await.body;
        assert_eq!(
            (&seen["id"], &seen["account"], &seen["code"]),
            (&json!(id), &json!(a), &json!("active"))
        );
        let seen = ask(&hallpass, caller, json!({"token": child})).await.body;
        assert_eq!(
            (&seen["parent"], &seen["code"]),
            (&json!(id), &json!("active"))
        );
    }
    super::revoke(&hallpass, &id).await;
    foreign(json!({})).await;
    let seen = ask(&hallpass, &of_a, json!({"token": token})).await.body;
    assert_eq!(
        (&seen["id"], &seen["code"]),
        (&json!(id), &json!("revoked"))
    );
    let seen = ask(&hallpass, &of_a, json!({"token": child})).await.body;
    assert_eq!(
        (&seen["parent"], &seen["code"]),
        (&json!(id), &json!("parent_revoked"))
    );
}

#[tokio::test]
async fn a_confined_caller_sees_its_own_environment_only() {
    let hallpass = Hallpass::start("default").await;
    let path = format!("/v1/accounts/{}/environments", hallpass.operator);
    let made = hallpass
        .post(&path, json!({"name": "default/test"}))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let confined = json!({"kind": "management", "name": "m", "scopes": ["tokens:validate"]});
    let (_, confined) = hallpass.minted(confined).await;
    let secret = |environment: &str| json!({"kind": "secret", "name": "s", "scopes": ["asset:read"], "environment": environment});
    let (_, live) = hallpass.minted(secret("default/live")).await;
    let (id, test) = hallpass.minted(secret("default/test")).await;
    let child = hallpass
        .derive(&test, json!({"scopes": ["asset:read"]}))
        .await;
    for (environment, token, code) in [
        (json!(null), &live, "active"),
        (json!("default/live"), &live, "active"),
        (json!(null), &test, "environment_mismatch"),
        (json!("default/live"), &test, "environment_mismatch"),
        (json!(null), &child, "environment_mismatch"),
    ] {
        let body = present(json!({"token": token, "environment": environment}));
        let reply = ask(&hallpass, &confined, body).await;
        assert_eq!(reply.body["code"], code, "{environment}");
        match code {
            "active" => assert_eq!(reply.body["environment"], "default/live"),
            _ => says_only(&reply.body, code),
        }
    }
    // It cannot ask for another: there or not there, the answer is the same.
    for environment in ["default/test", "default/nowhere"] {
        let reply = ask(
            &hallpass,
            &confined,
            json!({"token": test, "environment": environment}),
        )
        .await;
        let shown = (reply.status.as_u16(), reply.code(), &reply.body["field"]);
        assert_eq!(shown, (404, "not_found", &json!("environment")));
        assert!(!reply.body.to_string().contains(environment));
    }
    // The operator asks for any, and sees what it refuses.
    for (environment, code) in [
        (json!(null), "active"),
        (json!("default/test"), "active"),
        (json!("default/live"), "environment_mismatch"),
    ] {
        let reply = hallpass
            .validate(present(json!({"token": test, "environment": environment})))
            .await;
        assert_eq!((&reply["code"], &reply["id"]), (&json!(code), &json!(id)));
    }
}

#[tokio::test]
async fn a_caller_without_the_scope_learns_nothing_of_the_token_or_of_its_body() {
    let hallpass = Hallpass::start("default").await;
    let weak = json!({"kind": "management", "name": "m", "scopes": ["tokens:read", "asset:*"]});
    let (_, weak) = hallpass.minted(weak).await;
    let (_, token) = hallpass
        .minted(json!({"kind": "secret", "name": "s"}))
        .await;
    let mut bodies = Vec::new();
    for body in [
        json!({"token": token}),
        json!({"token": "junk"}),
        json!({"typo": 1}),
    ] {
        let reply = ask(&hallpass, &weak, body.clone()).await;
        assert_eq!(reply.answer(), (403, "insufficient_scope"));
        assert!(
            reply
                .header("www-authenticate")
                .contains("scope=\"tokens:validate\"")
        );
        bodies.push(reply.body);
        let reply = hallpass.post("/v1/tokens/validate", body).await;
        assert_eq!(reply.answer(), (401, "unauthenticated"));
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    // `asset:*` and a secret's `*` are no management scopes.
    let reply = ask(&hallpass, &token, json!({"token": token})).await;
    assert_eq!(reply.answer(), (403, "insufficient_scope"));
    // A secret that lists it validates, itself too, in one read.
    let body = json!({"kind": "secret", "name": "s", "scopes": ["asset:read", "tokens:validate"]});
    let (_, listed) = hallpass.minted(body).await;
    hallpass.dynamodb.reset();
    let reply = ask(&hallpass, &listed, json!({"token": listed})).await;
    assert_eq!(reply.body["code"], "active");
    assert_eq!(hallpass.dynamodb.calls().len(), 1);
}

#[tokio::test]
async fn what_is_shown_of_a_token_is_this() {
    let hallpass = Hallpass::start("archilogic").await;
    let body =
        json!({"kind": "secret", "name": "s", "scopes": ["floor:readPublic", "floor:update"]});
    let (id, token) = hallpass.minted(body).await;
    let child = hallpass
        .derive(&token, json!({"scopes": ["floor:readPublic"]}))
        .await;
    let of_token = hallpass.validate(json!({"token": token})).await;
    let of_child = hallpass.validate(json!({"token": child})).await;
    assert_eq!(
        (&of_token["id"], &of_child["parent"]),
        (&json!(id), &json!(id))
    );
    insta::with_settings!({sort_maps => true}, {
        insta::assert_json_snapshot!([&of_token, &of_child], {
            "[].id" => "[id]", "[].account" => "[account]", "[].principal" => "[account]", "[].parent" => "[parent]",
        }, @r#"
        [
          {
            "account": "[account]",
            "active": true,
            "code": "active",
            "detail": "the token is good for this request",
            "environment": "default/live",
            "expires_at": null,
            "id": "[id]",
            "kind": "secret",
            "label": "operator_default_live",
            "principal": "[account]",
            "scopes": [
              "floor:readPublic",
              "floor:update"
            ]
          },
          {
            "account": "[account]",
            "active": true,
            "code": "active",
            "detail": "the token is good for this request",
            "environment": "default/live",
            "expires_at": 1800003600,
            "id": "[id]",
            "kind": "temporary",
            "label": "operator_default_live",
            "parent": "[parent]",
            "principal": "[account]",
            "scopes": [
              "floor:readPublic"
            ]
          }
        ]
        "#);
    });
    // And the token itself is told the same of itself.
    for (token, seen) in [(&token, &of_token), (&child, &of_child)] {
        let mut own = hallpass.get("/v1/tokens/self").bearer(token).await.body;
        own["detail"] = seen["detail"].clone();
        assert_eq!(&own, seen);
    }
}
