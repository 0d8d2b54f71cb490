//! What is issued, and what it costs.

use super::{derive, issued};
use hallpass_tests::{Hallpass, jwt_claims, jwt_header, text};
use serde_json::json;

#[tokio::test]
async fn rfc_9068_says_what_stands_in_it() {
    let hallpass = Hallpass::start("archilogic").await;
    let parent = hallpass
        .mint(json!({"kind": "secret", "name": "a server"}))
        .await;
    let body = json!({"scopes": ["floor:readPrivate", "floor:readPublic@floor/1"], "durationSeconds": 900});
    let token = hallpass.derive(&text(&parent, "token"), body).await;
    let (header, claims) = (jwt_header(&token), jwt_claims(&token));
    let key = hallpass.platform.store.key_rows().await.unwrap().remove(0);
    assert_eq!(
        header,
        json!({"typ": "at+jwt", "alg": "ES256", "kid": key.kid})
    );
    assert_eq!(claims["client_id"], parent["id"]);
    assert_eq!(
        claims["https://hallpass.dev/claims"]["parent"],
        parent["id"]
    );
    assert_eq!(claims["sub"], parent["account"]);
    insta::with_settings!({sort_maps => true}, {
        insta::assert_json_snapshot!(claims, {
            ".client_id" => "[parent]",
            ".jti" => "[jti]",
            ".sub" => "[account]",
            r#"["https://hallpass.dev/claims"].account"# => "[account]",
            r#"["https://hallpass.dev/claims"].parent"# => "[parent]",
        }, @r#"
        {
          "aud": [
            "https://tokens.example",
            "https://api.example"
          ],
          "client_id": "[parent]",
          "exp": 1800000900,
          "https://hallpass.dev/claims": {
            "account": "[account]",
            "environment": "default/live",
            "iat_ms": 1800000000000,
            "kind": "temporary",
            "label": "operator_default_live",
            "parent": "[parent]"
          },
          "iat": 1800000000,
          "iss": "https://tokens.example",
          "jti": "[jti]",
          "scope": "floor:readPrivate floor:readPublic@floor/1",
          "sub": "[account]"
        }
        "#);
    });
    let again = hallpass
        .derive(
            &text(&parent, "token"),
            json!({"scopes": ["floor:readPublic"]}),
        )
        .await;
    assert_ne!(jwt_claims(&again)["jti"], claims["jti"]);
    assert!(text(&claims, "jti").starts_with("jwt_"));
}

#[tokio::test]
async fn s57_the_deployments_audience_is_named_only_where_offline_checks_suffice() {
    let hallpass = Hallpass::start("archilogic").await;
    let free = hallpass.secret().await;
    let bound = json!({"kind": "secret", "name": "one server", "ips": ["192.0.2.0/24"]});
    let bound = text(&hallpass.mint(bound).await, "token");
    let plain = json!({"scopes": ["floor:readPublic"]});
    let with_origins = json!({"scopes": ["floor:readPublic"], "origins": ["https://a.example"]});
    let ours = json!("https://tokens.example");
    let both = json!(["https://tokens.example", "https://api.example"]);
    for (parent, body, aud) in [
        (&free, &plain, &both),
        (&free, &with_origins, &ours),
        (&bound, &plain, &ours),
        (&bound, &with_origins, &ours),
    ] {
        let token = issued(&derive(&hallpass, parent, body.clone()).await);
        assert_eq!(&jwt_claims(&token)["aud"], aud, "{body}");
    }
}

#[tokio::test]
async fn deriving_costs_one_read_and_one_signature_and_writes_nothing() {
    let hallpass = Hallpass::start("archilogic").await;
    let secret = hallpass.secret().await;
    let body = json!({"scopes": ["floor:readPrivate"]});
    hallpass.derive(&secret, body.clone()).await;
    let before = hallpass.items().await.len();
    hallpass.dynamodb.reset();
    hallpass.kms.reset();
    for route in super::ROUTES {
        let call = hallpass.post(route, body.clone()).bearer(&secret);
        issued(&call.await);
    }
    let operations = |proxy: &hallpass_tests::proxy::Proxy| -> Vec<String> {
        proxy
            .calls()
            .into_iter()
            .map(|call| call.operation)
            .collect()
    };
    assert_eq!(
        operations(&hallpass.dynamodb),
        ["BatchGetItem", "BatchGetItem"]
    );
    assert_eq!(operations(&hallpass.kms), ["Sign", "Sign"]);
    assert_eq!(hallpass.items().await.len(), before);
    // What is refused is not signed.
    hallpass.kms.reset();
    let reply = derive(&hallpass, &secret, json!({"scopes": ["floor:export"]})).await;
    assert_eq!(reply.status, 422);
    assert!(hallpass.kms.calls().is_empty());
}
