//! What can be asked, and how a refusal names what is wrong.

use super::ORIGIN;
use hallpass_tests::{Hallpass, text};
use serde_json::json;

const VALIDATE: &str = "/v1/tokens/validate";

#[tokio::test]
async fn a_scope_is_a_text_an_object_or_a_list_of_which_all_are_required() {
    let hallpass = Hallpass::start("archilogic").await;
    let body = json!({"kind": "secret", "name": "s", "scopes": ["floor:readPublic", "floor:update@floor/1"]});
    let (_, token) = hallpass.minted(body).await;
    let object = |action: &str| json!({"resource": "floor", "action": action});
    for (scope, code) in [
        (json!("floor:readPublic"), "active"),
        (json!("floor:readPublic@floor/9"), "active"),
        (object("readPublic"), "active"),
        (
            json!(["floor:readPublic", "floor:update@floor/1"]),
            "active",
        ),
        (
            json!([object("readPublic"), "floor:write@floor/1/room/2"]),
            "active",
        ),
        (json!("floor:write@floor/1"), "active"),
        (json!("floor:update"), "insufficient_scope"),
        (json!("floor:update@floor/12"), "insufficient_scope"),
        (json!("floor:readPrivate"), "insufficient_scope"),
        (object("update"), "insufficient_scope"),
        (
            json!(["floor:readPublic", "floor:readPrivate"]),
            "insufficient_scope",
        ),
        (
            json!(["floor:readPrivate", "floor:readPublic"]),
            "insufficient_scope",
        ),
        (
            json!(["floor:readPublic", object("archive")]),
            "insufficient_scope",
        ),
        (json!("tokens:mint"), "insufficient_scope"),
        (json!("platform:operate"), "insufficient_scope"),
    ] {
        let reply = hallpass
            .validate(json!({"token": token, "scope": scope}))
            .await;
        assert_eq!(reply["code"], code, "{scope}");
    }
}

#[tokio::test]
async fn a_field_that_is_wrong_or_unknown_is_named() {
    let hallpass = Hallpass::start("archilogic").await;
    let token = hallpass.secret().await;
    for (body, code, field) in [
        (json!({}), "invalid_field", Some("token")),
        (json!({"token": null}), "invalid_field", Some("token")),
        (json!({"token": 7}), "invalid_field", Some("token")),
        (
            json!({"token": token, "scope": []}),
            "empty_scopes",
            Some("scope"),
        ),
        (
            json!({"token": token, "scope": "floor:fly"}),
            "unknown_scope",
            Some("scope"),
        ),
        (
            json!({"token": token, "scope": ["floor:readPublic", "roof:read"]}),
            "unknown_scope",
            Some("scope"),
        ),
        (
            json!({"token": token, "scope": "floor"}),
            "invalid_field",
            Some("scope"),
        ),
        (
            json!({"token": token, "scope": ""}),
            "invalid_field",
            Some("scope"),
        ),
        (
            json!({"token": token, "scope": "floor:readPublic floor:update"}),
            "invalid_field",
            Some("scope"),
        ),
        (
            json!({"token": token, "scope": 7}),
            "invalid_field",
            Some("scope"),
        ),
        (
            json!({"token": token, "scope": {"resource": "floor"}}),
            "invalid_field",
            Some("scope.action"),
        ),
        (
            json!({"token": token, "scope": ["floor:readPublic", 7]}),
            "invalid_field",
            Some("scope[1]"),
        ),
        (
            json!({"token": token, "environment": "live"}),
            "invalid_field",
            Some("environment"),
        ),
        (
            json!({"token": token, "ip": "here"}),
            "invalid_field",
            Some("ip"),
        ),
        (
            json!({"token": token, "ip": "192.0.2.0/24"}),
            "invalid_field",
            Some("ip"),
        ),
        (
            json!({"token": token, "origin": 7}),
            "invalid_field",
            Some("origin"),
        ),
        (
            json!({"token": token, "scopes": ["floor:update"]}),
            "invalid_field",
            Some("scopes"),
        ),
        (
            json!({"token": token, "Origin": ORIGIN}),
            "invalid_field",
            Some("Origin"),
        ),
        (
            json!({"token": token, "account": hallpass.operator}),
            "invalid_field",
            Some("account"),
        ),
    ] {
        let reply = hallpass.post(VALIDATE, body).bearer(&hallpass.root).await;
        let shown = (
            reply.status.as_u16(),
            reply.code(),
            reply.body["field"].as_str(),
        );
        assert_eq!(shown, (422, code, field), "{}", reply.body);
        assert!(!reply.body.to_string().contains(&token), "{}", reply.body);
    }
}

#[tokio::test]
async fn an_origin_in_the_body_is_held_to_what_a_browser_would_send() {
    let hallpass = Hallpass::start("archilogic").await;
    let origins = json!([
        "https://a.example",
        "https://*.b.example",
        "http://localhost:3000",
        "https://bücher.example"
    ]);
    let page = json!({"kind": "publishable", "name": "page", "origins": origins});
    let (_, page) = hallpass.minted(page).await;
    for (origin, code) in [
        ("https://a.example", "active"),
        ("https://A.Example", "active"),
        ("https://a.example:443", "active"),
        ("https://x.b.example", "active"),
        ("https://x.y.b.example", "active"),
        ("http://localhost:3000", "active"),
        ("https://xn--bcher-kva.example", "active"),
        ("http://a.example", "origin_denied"),
        ("https://a.example:8443", "origin_denied"),
        ("https://a.example.", "origin_denied"),
        ("https://a.example/", "origin_denied"),
        ("https://a.example?x", "origin_denied"),
        ("https://user@a.example", "origin_denied"),
        ("https://a.example@evil.example", "origin_denied"),
        ("https://a.example\\@evil.example", "origin_denied"),
        ("https:a.example", "origin_denied"),
        ("https:///a.example", "origin_denied"),
        (" https://a.example", "origin_denied"),
        ("https://a.\texample", "origin_denied"),
        ("https://b.example", "origin_denied"),
        ("https://evil-a.example", "origin_denied"),
        ("https://a.example.evil.example", "origin_denied"),
        ("https://аexample", "origin_denied"),
        ("https://а.example", "origin_denied"), // a Cyrillic а
        ("https://localhost:3000", "origin_denied"),
        ("http://localhost", "origin_denied"),
        ("*", "origin_denied"),
        ("null", "origin_denied"),
        ("", "origin_denied"),
    ] {
        let reply = hallpass
            .validate(json!({"token": page, "origin": origin}))
            .await;
        assert_eq!(reply["code"], code, "{origin}");
    }
    let reply = hallpass.validate(json!({"token": page})).await;
    assert_eq!(reply["code"], "origin_denied", "none at all");
    // The asker's own Origin is not the token's.
    let call = hallpass
        .post(VALIDATE, json!({"token": page}))
        .bearer(&hallpass.root);
    assert_eq!(
        call.origin("https://a.example").await.body["code"],
        "origin_denied"
    );
    // A token that is bound to no origin can be used from each.
    let secret = hallpass.secret().await;
    for origin in ["null", "https://evil.example", "junk"] {
        let reply = hallpass
            .validate(json!({"token": secret, "origin": origin}))
            .await;
        assert_eq!(reply["code"], "active", "{origin}");
    }
}

#[tokio::test]
async fn an_address_is_the_one_asked_about_or_the_gateways_never_a_headers() {
    let hallpass = Hallpass::start("archilogic").await;
    let ips = json!(["192.0.2.0/25", "198.51.100.7", "2001:db8::/32"]);
    let body = json!({"kind": "secret", "name": "s", "ips": ips});
    let (_, token) = hallpass.minted(body).await;
    for (ip, good) in [
        ("192.0.2.0", true),
        ("192.0.2.127", true),
        ("192.0.2.128", false),
        ("198.51.100.7", true),
        ("198.51.100.8", false),
        ("2001:db8::1", true),
        ("2001:db9::1", false),
        ("::ffff:192.0.2.1", true),
        ("::ffff:203.0.113.1", false),
        ("127.0.0.1", false),
    ] {
        let code = if good { "active" } else { "ip_denied" };
        let reply = hallpass.validate(json!({"token": token, "ip": ip})).await;
        assert_eq!(reply["code"], code, "{ip}");
        // The caller's own address is the gateway's; what a header says of it is nothing.
        let call = hallpass.get("/v1/tokens/self").bearer(&token).from(ip);
        let call = call
            .header(
                "x-forwarded-for",
                if good { "203.0.113.1" } else { "192.0.2.1" },
            )
            .header("forwarded", "for=192.0.2.1")
            .header("x-real-ip", "192.0.2.1");
        let reply = call.await;
        assert_eq!(
            (reply.status == 200, text(&reply.body, "code")),
            (good, code.to_owned()),
            "{ip}"
        );
        assert_eq!(reply.status.as_u16(), if good { 200 } else { 403 });
    }
    let reply = hallpass.validate(json!({"token": token})).await;
    assert_eq!(reply["code"], "ip_denied", "no address named");
}
