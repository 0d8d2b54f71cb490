//! `/v1/service-accounts`: what speaks for one outlives the people who made it.

use hallpass_tests::{Hallpass, jwt_claims, text};
use serde_json::{Value, json};

#[tokio::test]
async fn a_service_account_is_made_read_listed_and_removed() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    let body = json!({"name": "shop-1"});
    let made = hallpass
        .post("/v1/service-accounts", body)
        .bearer(root)
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = text(&made.body, "id");
    let expected = json!({
        "id": id,
        "account": hallpass.operator,
        "environment": "default/live",
        "name": "shop-1",
        "created_at": 1_800_000_000,
    });
    assert_eq!(made.body, expected);
    let path = format!("/v1/service-accounts/{id}");
    assert_eq!(hallpass.get(&path).bearer(root).await.body, expected);
    let listed = hallpass.get("/v1/service-accounts").bearer(root).await.body;
    assert_eq!(listed, json!({"service_accounts": [expected]}));
    let mint = json!({"kind": "secret", "name": "a server", "principal": id});
    let token = text(&hallpass.mint(mint).await, "token");
    assert_eq!(hallpass.code(&token).await, "active");
    // A user is no service account, nor the other way round.
    for path in [
        format!("/v1/users/{id}"),
        format!(
            "/v1/service-accounts/{}",
            hallpass.user("u", json!(null)).await
        ),
    ] {
        assert_eq!(hallpass.get(&path).bearer(root).await.status, 404);
        assert_eq!(hallpass.delete(&path).bearer(root).await.status, 404);
    }
    assert_eq!(hallpass.delete(&path).bearer(root).await.status, 204);
    assert_eq!(hallpass.code(&token).await, "revoked");
    assert_eq!(hallpass.get(&path).bearer(root).await.status, 404);
    let listed = hallpass.get("/v1/service-accounts").bearer(root).await.body;
    assert_eq!(listed, json!({"service_accounts": []}));
}

#[tokio::test]
async fn its_name_has_no_spaces_or_special_characters() {
    let hallpass = Hallpass::start("default").await;
    for name in [
        "two words",
        "",
        "-a",
        "a/b",
        "a:b",
        "é",
        "a\t",
        &"x".repeat(65),
    ] {
        let body = json!({"name": name});
        let reply = hallpass
            .post("/v1/service-accounts", body)
            .bearer(&hallpass.root);
        let reply = reply.await;
        assert_eq!(reply.refusal(), (422, "invalid_field", "name"), "{name}");
    }
    let longest = "x".repeat(64);
    for name in ["a", "A.b_c-9", &longest] {
        let body = json!({"name": name});
        let reply = hallpass
            .post("/v1/service-accounts", body.clone())
            .bearer(&hallpass.root);
        assert_eq!(reply.await.status, 201, "{name}");
        let again = hallpass
            .post("/v1/service-accounts", body)
            .bearer(&hallpass.root);
        assert_eq!(again.await.refusal(), (409, "name_taken", "name"), "{name}");
    }
}

/// A token of a service account is the account's: it stays when the person who made it goes.
#[tokio::test]
async fn its_tokens_outlive_the_user_who_made_them() {
    let hallpass = crate::principals::live::start().await;
    let shop = json!({"name": "shop"});
    let shop = hallpass.made(&hallpass.root, "/v1/service-accounts", shop);
    let shop = shop.await;
    let manager = json!({
        "kind": "management", "name": "ann's", "scopes": ["tokens:mint", "tokens:impersonate", "asset:read"],
    });
    let ann = hallpass.user("ann", json!(["asset:read"])).await;
    let made = hallpass.mint(manager).await;
    let manager = text(&made, "token");
    let mint = async |principal: &str, kind: &str| {
        let body = json!({
            "kind": kind, "name": "k", "principal": principal, "scopes": ["asset:read"],
        });
        text(&hallpass.mint_as(&manager, body).await, "token")
    };
    let stays = mint(&shop, "apikey").await;
    let anns = crate::principals::live::private(&hallpass, &ann).await;
    for token in [&stays, &anns] {
        assert_eq!(hallpass.code(token).await, "active");
    }
    let gone = hallpass
        .delete(&format!("/v1/users/{ann}"))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(gone.status, 204, "{}", gone.body);
    let path = format!("/v1/tokens/{}", text(&made, "id"));
    let gone = hallpass.delete(&path).bearer(&hallpass.root).await;
    assert_eq!(gone.status, 204, "{}", gone.body);
    assert_eq!(hallpass.code(&stays).await, "active");
    assert_eq!(hallpass.code(&anns).await, "revoked");
}

async fn made_with(hallpass: &Hallpass, name: &str, scopes: Value) -> String {
    let body = json!({"name": name, "scopes": scopes});
    hallpass
        .made(&hallpass.root, "/v1/service-accounts", body)
        .await
}

async fn change(hallpass: &Hallpass, id: &str, scopes: Value) {
    let path = format!("/v1/service-accounts/{id}");
    let call = hallpass.patch(&path, json!({"scopes": scopes}));
    call.bearer(&hallpass.root).await.assert("change", 200, "");
}

#[tokio::test]
async fn s61_what_is_taken_from_a_service_account_is_gone_from_its_tokens() {
    let hallpass = Hallpass::start("default").await;
    let shop = made_with(&hallpass, "shop", json!(["asset:write", "tokens:mint"])).await;
    let body = |kind: &str| {
        json!({
            "kind": kind, "name": "k", "scopes": ["asset:read", "asset:write"], "principal": shop,
        })
    };
    let (_, secret) = hallpass.minted(body("secret")).await;
    let jwt = hallpass
        .derive(&secret, json!({"scopes": ["asset:read", "asset:write"]}))
        .await;
    let mut management = body("management");
    management["scopes"] = json!(["asset:write", "tokens:mint"]);
    let (_, first) = hallpass.minted(management).await;
    let (_, second) = hallpass.minted_as(&first, body("apikey")).await;
    let tokens = [&secret, &jwt, &first, &second];
    for (scopes, write) in [
        (None, "active"),
        (Some(json!(["asset:read"])), "insufficient_scope"),
        (Some(json!(["asset:manage", "tokens:mint"])), "active"),
    ] {
        if let Some(scopes) = scopes.clone() {
            change(&hallpass, &shop, scopes).await;
        }
        for (number, token) in tokens.into_iter().enumerate() {
            let code = hallpass.code_for(token, "asset:write").await;
            assert_eq!(code, write, "{number}, with {scopes:?}");
            assert_eq!(hallpass.code_for(token, "asset:read").await, "active");
            // More than it was made with, a token never has.
            let code = hallpass.code_for(token, "asset:manage").await;
            assert_eq!(code, "insufficient_scope", "{number}");
        }
    }
    // It costs one more round trip than a token of a service account without scopes.
    let own = hallpass.get("/v1/tokens/self").bearer(&second);
    let (_, cost) = hallpass.cost(own).await;
    assert_eq!(cost, ["BatchGetItem 1", "BatchGetItem 1"]);
    // A token is given no more than its service account has.
    let wider = json!({"kind": "secret", "name": "w", "scopes": ["asset:*"], "principal": shop});
    let refused = hallpass
        .post("/v1/tokens", wider)
        .bearer(&hallpass.root)
        .await;
    assert_eq!(refused.refusal(), (422, "not_the_users", "scopes"));
}

#[tokio::test]
async fn s61_a_service_accounts_scopes_are_given_when_it_is_made_and_added_to_none() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    let shop = made_with(&hallpass, "shop", json!(["asset:read"])).await;
    let path = format!("/v1/service-accounts/{shop}");
    let seen = hallpass.get(&path).bearer(root).await;
    assert_eq!(seen.body["scopes"], json!(["asset:read"]));
    let plain = hallpass.service_account("plain").await;
    let of_plain = format!("/v1/service-accounts/{plain}");
    for (path, body, expected) in [
        (
            &path,
            json!({"scopes": []}),
            (422, "empty_scopes", "scopes"),
        ),
        (
            &path,
            json!({"scopes": null}),
            (422, "invalid_field", "scopes"),
        ),
        (&path, json!({}), (422, "invalid_field", "scopes")),
        (
            &path,
            json!({"scopes": ["asset:paint"]}),
            (422, "unknown_scope", "scopes"),
        ),
        (
            &path,
            json!({"scopes": ["platform:operate"]}),
            (422, "operator_only", "scopes"),
        ),
        (
            &path,
            json!({"name": "other"}),
            (422, "invalid_field", "name"),
        ),
        (
            &of_plain,
            json!({"scopes": ["asset:read"]}),
            (409, "made_without_scopes", "scopes"),
        ),
    ] {
        let reply = hallpass.patch(path, body.clone()).bearer(root).await;
        assert_eq!(reply.refusal(), expected, "{body}");
    }
    let listed = hallpass.get("/v1/service-accounts").bearer(root).await.body;
    let scopes = |id: &str| {
        let all = listed["service_accounts"].as_array().unwrap().iter();
        let mut named = all.filter(|it| it["id"] == id);
        named.next().unwrap().get("scopes").cloned()
    };
    assert_eq!(scopes(&shop), Some(json!(["asset:read"])));
    assert_eq!(scopes(&plain), None);
    // Nobody gives what they do not hold.
    let (_, weak) = hallpass
        .minted(json!({
            "kind": "management", "name": "w", "scopes": ["directory:write", "asset:read"],
        }))
        .await;
    let body = json!({"name": "strong", "scopes": ["asset:write"]});
    let create = hallpass.post("/v1/service-accounts", body);
    let change = hallpass.patch(&path, json!({"scopes": ["asset:write"]}));
    for call in [create, change] {
        let reply = call.bearer(&weak).await;
        assert_eq!(reply.refusal(), (422, "scope_not_held", "scopes"));
    }
}

/// 3dverse's server: its key derives for users, within what it may do itself.
#[tokio::test]
async fn s61_a_service_accounts_key_derives_for_users_and_its_rights_count() {
    let hallpass = Hallpass::start("3dverse").await;
    let root = hallpass.root.as_str();
    for (name, scopes) in [
        ("scoped", json!(["folder:write", "tokens:impersonate"])),
        ("plain", Value::Null),
    ] {
        let server = hallpass_tests::with(json!({"name": name}), json!({"scopes": scopes}));
        let server = hallpass.made(root, "/v1/service-accounts", server).await;
        let user = hallpass.user(name, json!(["folder:manage@folder/7"])).await;
        let key = json!({
            "kind": "apikey", "name": "k", "principal": server,
            "scopes": ["folder:write", "tokens:impersonate"],
        });
        let (_, key) = hallpass.minted(key).await;
        let path = format!("/app/v1/users/{user}/tokens");
        let ask = async |level: &str| {
            let call = hallpass.post(&path, json!({"scope": level}));
            call.header("api_key", &key).await
        };
        let reply = ask("manage").await;
        assert_eq!(reply.refusal(), (422, "scope_not_held", "scope"), "{name}");
        let reply = ask("write").await;
        assert_eq!(reply.status, 200, "{name}: {}", reply.body);
        let jwt = text(&reply.body, "user_token");
        let claims = jwt_claims(&jwt);
        assert_eq!(claims["sub"], user.as_str());
        assert_eq!(
            claims["https://hallpass.dev/claims"]["via"],
            server.as_str()
        );
        let place = "folder:write@folder/7/x";
        let code = async || hallpass.code_for(&jwt, place).await;
        assert_eq!(code().await, "active", "{name}");
        // Its parent, its own revocation, its user, and the service account: still one batch.
        let own = hallpass.get("/v1/tokens/self").header("user_token", &jwt);
        let (_, cost) = hallpass.cost(own).await;
        assert_eq!(cost, ["BatchGetItem 4"], "{name}");
        // A key mints nothing for a user, and neither of the two may do more than the other.
        if name == "scoped" {
            change(
                &hallpass,
                &server,
                json!(["folder:read", "tokens:impersonate"]),
            )
            .await;
            assert_eq!(code().await, "insufficient_scope");
            let read = hallpass.code_for(&jwt, "folder:read@folder/7").await;
            assert_eq!(read, "active");
            change(
                &hallpass,
                &server,
                json!(["folder:write", "tokens:impersonate"]),
            )
            .await;
            assert_eq!(code().await, "active");
        }
        let path = format!("/v1/users/{user}");
        let less = hallpass.patch(&path, json!({"scopes": ["folder:read@folder/7"]}));
        less.bearer(root).await.assert("less", 200, "");
        assert_eq!(code().await, "insufficient_scope", "{name}");
        let gone = hallpass.delete(&format!("/v1/service-accounts/{server}"));
        gone.bearer(root).await.assert("gone", 204, "");
        assert_eq!(code().await, "parent_revoked", "{name}");
    }
}
