//! `/v1/service-accounts`: what speaks for one outlives the people who made it.

use hallpass_tests::{Hallpass, text};
use serde_json::json;

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
