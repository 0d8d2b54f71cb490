//! Which kind is derived, where a token's kind derives several.

use super::{ROUTES, derive, issued, refused};
use hallpass_core::Catalog;
use hallpass_tests::{Hallpass, jwt_claims};
use serde_json::{Value, json};

/// The default catalog, whose servers also derive a kiosk's token: read-only, and up to 30 days.
fn catalog() -> Catalog {
    let kiosk = r#"
[kinds.kiosk]
format = "jwt"
exposure = "secret"
scopes = ["asset:read"]
default_scopes = ["asset:read"]
lifetime = { default = 86400, min = 60, max = 2592000 }
origins = "optional"
presented = ["bearer"]
principals = ["account"]

[shares]"#;
    let source = include_str!("../../infra/catalogs/default.toml")
        .replace(
            "derives = [\"temporary\"]",
            "derives = [\"temporary\", \"kiosk\"]",
        )
        .replace("\n[shares]", kiosk);
    Catalog::parse("kiosks.toml", &source).unwrap()
}

#[tokio::test]
async fn the_request_names_one_of_the_kinds_that_its_caller_derives() {
    let mut hallpass = Hallpass::start("default").await;
    hallpass.with_catalog(catalog());
    let secret = hallpass.secret().await;
    for route in ROUTES {
        for (kind, expected, lifetime) in [
            (Value::Null, "temporary", 3_600),
            (json!("temporary"), "temporary", 3_600),
            (json!("kiosk"), "kiosk", 86_400),
        ] {
            let mut body = json!({"scopes": ["asset:read"]});
            if !kind.is_null() {
                body["kind"] = kind;
            }
            let reply = hallpass.post(route, body).bearer(&secret).await;
            let token = issued(&reply);
            let claims = jwt_claims(&token);
            let shown = hallpass.validate(json!({"token": token})).await;
            assert_eq!(shown["kind"], expected);
            let lives = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
            assert_eq!(lives, lifetime);
        }
    }
    // What the kind may hold and how long it lives is its own.
    let kiosk = |more: Value| hallpass_tests::with(json!({"kind": "kiosk"}), more);
    let month = json!({"durationSeconds": 2_592_000});
    issued(&derive(&hallpass, &secret, kiosk(month)).await);
    for (more, code, field) in [
        (
            json!({"scopes": ["asset:write"]}),
            "scope_not_for_kind",
            "scopes",
        ),
        (
            json!({"durationSeconds": 2_592_001}),
            "lifetime_out_of_range",
            "durationSeconds",
        ),
    ] {
        let reply = derive(&hallpass, &secret, kiosk(more)).await;
        refused(&reply, 422, code, Some(field));
    }
}

#[tokio::test]
async fn a_kind_that_its_caller_does_not_derive_is_refused_by_name() {
    let mut hallpass = Hallpass::start("default").await;
    hallpass.with_catalog(catalog());
    let secret = hallpass.secret().await;
    for kind in ["secret", "publishable", "management", "nothing", ""] {
        let body = json!({"kind": kind, "scopes": ["asset:read"]});
        let reply = derive(&hallpass, &secret, body).await;
        refused(&reply, 422, "unknown_kind", Some("kind"));
        let detail = reply.body["detail"].as_str().unwrap();
        assert!(detail.contains("`temporary`, `kiosk`"), "{detail}");
    }
    let reply = derive(&hallpass, &secret, json!({"kind": null})).await;
    refused(&reply, 422, "invalid_field", Some("kind"));
    // Who derives nothing is told so, whatever the body names.
    let kiosk = derive(&hallpass, &secret, json!({"kind": "kiosk"})).await;
    let reply = derive(&hallpass, &issued(&kiosk), json!({"kind": "kiosk"})).await;
    refused(&reply, 403, "derives_nothing", None);
}
