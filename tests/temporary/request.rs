//! What can be asked for, and how a refusal names what is wrong.

use super::{NOW, ROUTES, derive, issued, refused};
use hallpass_tests::{Hallpass, jwt_claims};
use serde_json::json;

#[tokio::test]
async fn both_routes_answer_alike() {
    let hallpass = Hallpass::start("archilogic").await;
    let secret = hallpass.secret().await;
    for route in ROUTES {
        let body = json!({"scopes": [{"resource": "floor", "action": "readPrivate"}], "durationSeconds": 3600});
        let reply = hallpass.post(route, body).bearer(&secret).await;
        let token = issued(&reply);
        let fields: Vec<&String> = reply.body.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["authorization", "expiresAt"]);
        assert_eq!(reply.body["expiresAt"], NOW + 3600);
        assert_eq!(hallpass.code(&token).await, "active");
        // s33
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        let reply = hallpass.get(route).bearer(&secret).await;
        assert_eq!(
            (reply.status.as_u16(), reply.header("allow")),
            (405, "POST")
        );
    }
}

#[tokio::test]
async fn s22_a_duration_is_900_to_86400_seconds_and_never_clamped() {
    let hallpass = Hallpass::start("archilogic").await;
    let secret = hallpass.secret().await;
    for route in ROUTES {
        for (duration, lives) in [
            (json!(900), 900),
            (json!(901), 901),
            // Whole numbers are those of JSON Schema.
            (json!(900.0), 900),
            (json!(86_400), 86_400),
        ] {
            let body = json!({"scopes": ["floor:readPublic"], "durationSeconds": duration});
            let reply = hallpass.post(route, body).bearer(&secret).await;
            let token = issued(&reply);
            assert_eq!(reply.body["expiresAt"], NOW + lives);
            let seen = hallpass.validate(json!({"token": token})).await;
            assert_eq!(seen["expires_at"], NOW + lives);
        }
        let absent = hallpass.post(route, json!({"scopes": ["floor:readPublic"]}));
        assert_eq!(absent.bearer(&secret).await.body["expiresAt"], NOW + 3_600);
        for (duration, code) in [
            (json!(899), "lifetime_out_of_range"),
            (json!(86_401), "lifetime_out_of_range"),
            (json!(0), "lifetime_out_of_range"),
            (json!(u64::MAX), "lifetime_out_of_range"),
            (json!(null), "invalid_field"),
            (json!("900"), "invalid_field"),
            (json!(900.5), "invalid_field"),
            (json!(-900.0), "invalid_field"),
            (json!(1e300), "invalid_field"),
            (json!(-1), "invalid_field"),
            (json!(-900), "invalid_field"),
            (json!(true), "invalid_field"),
            (json!([900]), "invalid_field"),
            (json!({}), "invalid_field"),
        ] {
            let body = json!({"scopes": ["floor:readPublic"], "durationSeconds": duration});
            let reply = hallpass.post(route, body).bearer(&secret).await;
            refused(&reply, 422, code, Some("durationSeconds"));
            // No client need know how this service names its numbers.
            assert!(!reply.body.to_string().contains("u64"), "{}", reply.body);
        }
    }
    assert_eq!(hallpass.kms.count("Sign"), 10, "nothing else was signed");
}

#[tokio::test]
async fn a_field_that_is_wrong_unknown_or_missing_is_named() {
    let hallpass = Hallpass::start("archilogic").await;
    let secret = hallpass.secret().await;
    let read = "floor:readPrivate";
    for (body, code, field) in [
        (json!({}), "missing_scopes", "scopes"),
        (json!({"scopes": null}), "invalid_field", "scopes"),
        (json!({"scopes": []}), "empty_scopes", "scopes"),
        (json!({"scopes": read}), "invalid_field", "scopes"),
        (
            json!({"scopes": {"resource": "floor", "action": "readPrivate"}}),
            "invalid_field",
            "scopes",
        ),
        (json!({"scopes": ["floor"]}), "invalid_field", "scopes[0]"),
        (json!({"scopes": [read, ""]}), "invalid_field", "scopes[1]"),
        (json!({"scopes": [7]}), "invalid_field", "scopes[0]"),
        (
            json!({"scopes": [{"resource": "floor"}]}),
            "invalid_field",
            "scopes[0].action",
        ),
        (json!({"scopes": ["floor:fly"]}), "unknown_scope", "scopes"),
        (json!({"scopes": ["roof:read"]}), "unknown_scope", "scopes"),
        (
            json!({"scopes": [read], "origins": []}),
            "empty_list",
            "origins",
        ),
        (
            json!({"scopes": [read], "origins": ["*"]}),
            "invalid_field",
            "origins[0]",
        ),
        (
            json!({"scopes": [read], "origins": ["https://*.co.uk"]}),
            "invalid_field",
            "origins[0]",
        ),
        (
            json!({"scopes": [read], "origins": "https://a.example"}),
            "invalid_field",
            "origins",
        ),
        (
            json!({"scopes": [read], "principal": null}),
            "invalid_field",
            "principal",
        ),
        // Nor is an origin that was left undefined none at all.
        (
            json!({"scopes": [read], "origins": null}),
            "invalid_field",
            "origins",
        ),
        (
            json!({"scopes": [read], "principal": "me"}),
            "invalid_field",
            "principal",
        ),
        // A typo must not make an unrestricted token.
        (
            json!({"scopes": [read], "origin": ["https://a.example"]}),
            "invalid_field",
            "origin",
        ),
        (
            json!({"scopes": [read], "Origins": ["https://a.example"]}),
            "invalid_field",
            "Origins",
        ),
        (
            json!({"scopes": [read], "ips": ["192.0.2.0/24"]}),
            "invalid_field",
            "ips",
        ),
        (
            json!({"scopes": [read], "duration": 900}),
            "invalid_field",
            "duration",
        ),
        (
            json!({"scopes": [read], "expires_in": 900}),
            "invalid_field",
            "expires_in",
        ),
        (
            json!({"scopes": [read], "environment": "default/live"}),
            "invalid_field",
            "environment",
        ),
        (
            json!({"scopes": [read], "kind": "secret"}),
            "unknown_kind",
            "kind",
        ),
        (
            json!({"scopes": [read], "constructor": 1}),
            "invalid_field",
            "constructor",
        ),
    ] {
        let reply = derive(&hallpass, &secret, body).await;
        refused(&reply, 422, code, Some(field));
    }
    let twice = br#"{"scopes":["floor:readPublic"],"durationSeconds":900,"durationSeconds":86400}"#;
    for (body, status, code) in [
        (&twice[..], 422, "invalid_field"),
        (
            b"[[\"floor:readPublic\"],900,null,null]",
            422,
            "invalid_body",
        ),
        (b"null", 422, "invalid_body"),
        (b"{\"scopes\":", 400, "malformed_json"),
        (
            b"{\"scopes\":[\"floor:readPublic\"]} {}",
            400,
            "malformed_json",
        ),
        (b"", 400, "missing_body"),
    ] {
        let call = hallpass
            .call(http::Method::POST, ROUTES[1])
            .bytes(body)
            .bearer(&secret);
        let reply = call.header("content-type", "application/json").await;
        assert_eq!(reply.answer(), (status, code), "{}", reply.body);
    }
    let call = hallpass
        .call(http::Method::POST, ROUTES[1])
        .bytes(r#"{"scopes":["floor:readPublic"]}"#);
    let reply = call
        .bearer(&secret)
        .header("content-type", "text/plain")
        .await;
    refused(&reply, 415, "unsupported_media_type", None);
    assert_eq!(hallpass.kms.count("Sign"), 0);
}

#[tokio::test]
async fn both_ways_to_write_a_scope_and_the_alias_mean_the_same() {
    let hallpass = Hallpass::start("archilogic").await;
    let secret = hallpass.secret().await;
    for scopes in [
        json!(["floor:update"]),
        json!(["floor:write"]),
        json!([{"resource": "floor", "action": "update"}]),
        json!([{"resource": "floor", "action": "write"}]),
        json!(["floor:update", {"resource": "floor", "action": "write"}]),
    ] {
        let token = issued(&derive(&hallpass, &secret, json!({"scopes": scopes})).await);
        let claims = jwt_claims(&token);
        assert_eq!(claims["scope"], "floor:update");
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_signed_names_what_is_long() {
    let hallpass = Hallpass::start("archilogic").await;
    let secret = hallpass.secret().await;
    let path = |n: usize| {
        format!(
            "floor:readPrivate@{}/{n}",
            vec!["x".repeat(64); 6].join("/")
        )
    };
    let scopes: Vec<String> = (0..20).map(path).collect();
    let reply = derive(&hallpass, &secret, json!({"scopes": scopes})).await;
    refused(&reply, 422, "token_too_large", Some("scopes"));
    let detail = reply.body["detail"].as_str().unwrap().to_owned();
    assert!(
        detail.contains("4096") && detail.contains("scopes"),
        "{detail}"
    );
    let origins: Vec<String> = (0..100)
        .map(|n| format!("https://{}.{n}.example.com", "o".repeat(60)))
        .collect();
    let body = json!({"scopes": ["floor:readPrivate"], "origins": origins});
    let reply = derive(&hallpass, &secret, body).await;
    refused(&reply, 422, "token_too_large", Some("origins"));
    let many = vec!["floor:readPrivate"; 201];
    let reply = derive(&hallpass, &secret, json!({"scopes": many})).await;
    refused(&reply, 422, "too_many", Some("scopes"));
    assert_eq!(
        hallpass.kms.count("Sign"),
        0,
        "KMS is not asked what it would refuse"
    );
    // The longest that fits is signed, and good for one of its places.
    let mut longest = None;
    for many in 1..20 {
        let reply = derive(&hallpass, &secret, json!({"scopes": scopes[..many]})).await;
        if reply.status != 200 {
            break;
        }
        longest = Some((issued(&reply), scopes[many - 1].clone()));
    }
    let (token, scope) = longest.unwrap();
    assert!(token.len() > 3_500, "{}", token.len());
    let seen = hallpass
        .validate(json!({"token": token, "scope": scope}))
        .await;
    assert_eq!(seen["code"], "active");
}
