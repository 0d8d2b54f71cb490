//! Who may derive, and for whom.

use super::{NOW, ROUTES, derive, issued, refused};
use hallpass_core::Catalog;
use hallpass_tests::{Call, Hallpass, jwt_claims, text};
use serde_json::json;
use std::time::Duration;

const ORIGIN: &str = "https://a.example";

fn body() -> serde_json::Value {
    json!({"scopes": ["floor:readPublic"]})
}

#[tokio::test]
async fn s24_a_temporary_a_public_and_a_management_token_derive_nothing() {
    let hallpass = Hallpass::start("archilogic").await;
    let secret = hallpass.secret().await;
    let temporary = hallpass.derive(&secret, body()).await;
    let publishable = json!({"kind": "publishable", "name": "a page", "origins": [ORIGIN]});
    let publishable = text(&hallpass.mint(publishable).await, "token");
    hallpass.kms.reset();
    for route in ROUTES {
        let with_query = format!("{route}?pubtoken={publishable}");
        for call in [
            hallpass.post(route, body()).bearer(&temporary),
            hallpass.post(route, body()).bearer(&hallpass.root),
            hallpass.post(&with_query, body()).origin(ORIGIN),
        ] {
            refused(&call.await, 403, "derives_nothing", None);
        }
        // A public token as if it were a secret one.
        let reply = hallpass
            .post(route, body())
            .bearer(&publishable)
            .origin(ORIGIN)
            .await;
        refused(&reply, 401, "wrong_presentation", None);
    }
    assert_eq!(hallpass.kms.count("Sign"), 0);
}

#[tokio::test]
async fn who_is_asked_before_what() {
    let hallpass = Hallpass::start("archilogic").await;
    let secret = hallpass.secret().await;
    let revoked = hallpass
        .mint(json!({"kind": "secret", "name": "ended"}))
        .await;
    let path = format!("/v1/tokens/{}", text(&revoked, "id"));
    assert_eq!(
        hallpass.delete(&path).bearer(&hallpass.root).await.status,
        204
    );
    let expired = json!({"kind": "secret", "name": "short", "expires_in": 900});
    let expired = text(&hallpass.mint(expired).await, "token");
    hallpass.clock.advance(Duration::from_secs(900));
    let foreign = Hallpass::start("archilogic").await.secret().await;
    // The body is wrong in every way, and nobody is told.
    let wrong = json!({"durationSeconds": "x", "typo": 1});
    for route in ROUTES {
        let ask = |call: Call, code| (call, code);
        let post = || hallpass.post(route, wrong.clone());
        for (call, code) in [
            ask(post(), "unauthenticated"),
            ask(post().bearer("junk"), "malformed"),
            ask(post().bearer(&foreign), "unknown"),
            ask(post().bearer(&text(&revoked, "token")), "revoked"),
            ask(post().bearer(&expired), "expired"),
            ask(
                post().header("authorization", "Basic YTpi"),
                "unauthenticated",
            ),
        ] {
            let reply = call.await;
            refused(&reply, 401, code, None);
            assert!(
                reply
                    .header("www-authenticate")
                    .starts_with("Bearer realm=")
            );
        }
        refused(
            &post().bearer(&secret).await,
            422,
            "invalid_field",
            Some("durationSeconds"),
        );
    }
}

#[tokio::test]
async fn a_token_speaks_for_its_parents_principal_and_nobody_else() {
    let hallpass = Hallpass::start("default").await;
    let secret = hallpass.secret().await;
    let itself = json!({"scopes": ["asset:read"], "principal": hallpass.operator});
    let claims = jwt_claims(&issued(&derive(&hallpass, &secret, itself).await));
    assert_eq!(claims["sub"], hallpass.operator);
    let (other, _) = hallpass.account("other", json!(["tokens:read"])).await;
    let body = json!({"scopes": ["asset:read"], "principal": other});
    let reply = derive(&hallpass, &secret, body).await;
    refused(&reply, 422, "unknown_principal", Some("principal"));
    for principal in ["usr_0000000000000000000001", "svc_0000000000000000000001"] {
        let body = json!({"scopes": ["asset:read"], "principal": principal});
        let reply = derive(&hallpass, &secret, body).await;
        refused(&reply, 403, "insufficient_scope", Some("principal"));
        assert!(
            reply
                .header("www-authenticate")
                .contains("tokens:impersonate")
        );
    }
    // In Archilogic's catalog a temporary token speaks for an account only.
    let archilogic = Hallpass::start("archilogic").await;
    let secret = archilogic.secret().await;
    let body = json!({"scopes": ["floor:readPublic"], "principal": "usr_0000000000000000000001"});
    let reply = derive(&archilogic, &secret, body).await;
    refused(&reply, 422, "principal_not_for_kind", Some("principal"));
}

/// A catalog whose servers' keys may impersonate, and be bound to origins.
fn impersonating() -> Catalog {
    let toml = r#"
name = "impersonating"
[scopes]
"asset:read" = { description = "Read" }
[kinds.apikey]
prefix = "ak"
format = "opaque"
exposure = "secret"
scopes = ["*", "tokens:impersonate"]
lifetime = "never"
origins = "optional"
presented = ["bearer"]
principals = ["account"]
derives = ["temporary"]
[kinds.temporary]
format = "jwt"
exposure = "secret"
scopes = ["*"]
lifetime = { default = 3600, min = 60, max = 86400 }
origins = "optional"
presented = ["bearer"]
principals = ["account", "user"]
[routes]
"#;
    Catalog::parse("impersonating.toml", toml).unwrap()
}

#[tokio::test]
async fn s51_an_impersonator_speaks_for_a_principal_that_exists_in_its_environment() {
    let mut hallpass = Hallpass::start("default").await;
    hallpass.with_catalog(impersonating());
    let key = |scopes: &[&str]| json!({"kind": "apikey", "name": "a server", "scopes": scopes});
    let may = hallpass
        .mint(key(&["asset:read", "tokens:impersonate"]))
        .await;
    let may_not = hallpass.mint(key(&["asset:read", "asset:*"])).await;
    let (other, _) = hallpass.account("other", json!(["tokens:read"])).await;
    let stranger = "usr_0000000000000000000001";
    let body = |principal: &str| json!({"scopes": ["asset:read"], "principal": principal});
    for stranger in [stranger, other.as_str()] {
        let reply = derive(&hallpass, &text(&may, "token"), body(stranger)).await;
        refused(&reply, 422, "unknown_principal", Some("principal"));
    }
    let user = json!({"username": "a user", "scopes": ["asset:read"]});
    let user = &*hallpass.made(&hallpass.root, "/v1/users", user).await;
    let reply = derive(&hallpass, &text(&may, "token"), body(user)).await;
    let token = issued(&reply);
    assert_eq!(jwt_claims(&token)["sub"], user);
    assert_eq!(
        hallpass.validate(json!({"token": token})).await["principal"],
        user
    );
    assert_eq!(reply.body["expiresAt"], NOW + 3_600);
    let reply = derive(&hallpass, &text(&may_not, "token"), body(user)).await;
    refused(&reply, 403, "insufficient_scope", Some("principal"));
}

#[tokio::test]
async fn s51_origins_and_addresses_are_inherited_and_can_only_be_narrowed() {
    let mut hallpass = Hallpass::start("default").await;
    hallpass.with_catalog(impersonating());
    let parent = json!({
        "kind": "apikey", "name": "a server", "scopes": ["asset:read"],
        "origins": ["https://*.a.example", "https://b.example:8443"], "ips": ["192.0.2.0/24"],
    });
    let parent = text(&hallpass.mint(parent).await, "token");
    let inside = "https://www.a.example";
    let derived = |origins: serde_json::Value| {
        let body = json!({"scopes": ["asset:read"], "origins": origins});
        derive(&hallpass, &parent, body).origin(inside)
    };
    let own = "https://hallpass.dev/claims";
    // None asked for: the parent's.
    let body = json!({"scopes": ["asset:read"]});
    let token = issued(&derive(&hallpass, &parent, body).origin(inside).await);
    let claims = jwt_claims(&token);
    assert_eq!(
        claims[own]["origins"],
        json!(["https://*.a.example", "https://b.example:8443"])
    );
    assert_eq!(claims[own]["ips"], json!(["192.0.2.0/24"]));
    // s57: bound to a place, so not for verifiers that read keys alone.
    assert_eq!(claims["aud"], "https://tokens.example");
    for (origins, code) in [
        (json!([inside]), "active"),
        (json!(["https://*.www.a.example"]), "origin_denied"),
        (json!(["https://b.example:8443"]), "origin_denied"),
        (
            json!(["https://*.a.example", "https://b.example:8443"]),
            "active",
        ),
    ] {
        let token = issued(&derived(origins.clone()).await);
        assert_eq!(jwt_claims(&token)[own]["origins"], origins);
        let ask = json!({"token": token, "origin": inside, "ip": "192.0.2.9"});
        assert_eq!(hallpass.validate(ask).await["code"], code, "{origins}");
        let ask = json!({"token": token, "origin": inside, "ip": "198.51.100.1"});
        let code = if code == "active" { "ip_denied" } else { code };
        assert_eq!(hallpass.validate(ask).await["code"], code, "{origins}");
    }
    for origins in [
        json!(["https://a.example"]),
        json!(["https://b.example"]),
        json!(["https://*.b.example:8443"]),
        json!(["https://c.example"]),
        json!(["http://localhost"]),
        json!([inside, "https://c.example"]),
    ] {
        let reply = derived(origins.clone()).await;
        refused(&reply, 422, "outside_bounds", Some("origins"));
        let last = origins
            .as_array()
            .unwrap()
            .last()
            .unwrap()
            .as_str()
            .unwrap();
        assert!(
            reply.body["detail"].as_str().unwrap().contains(last),
            "{}",
            reply.body
        );
    }
    // And the parent itself is bound.
    let body = json!({"scopes": ["asset:read"]});
    let reply = derive(&hallpass, &parent, body.clone()).await;
    refused(&reply, 403, "origin_denied", None);
    let reply = derive(&hallpass, &parent, body)
        .origin(inside)
        .from("198.51.100.1")
        .await;
    refused(&reply, 403, "ip_denied", None);
}
