//! An account's name and API key.

use super::{PAGE, ROUTE, acme, exchange, key};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hallpass_tests::{Hallpass, jwt_claims, text, typo};
use http::Method;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn s31_a_wrong_name_and_a_wrong_key_answer_alike() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    let (_, good) = key(&hallpass, &manager, json!({})).await;
    let (id, revoked) = key(&hallpass, &manager, json!({})).await;
    let path = format!("/v1/tokens/{id}");
    assert_eq!(hallpass.delete(&path).bearer(&manager).await.status, 204);
    let (_, rival) = hallpass
        .account("rival", json!(["model:*", "tokens:mint"]))
        .await;
    let (_, of_rival) = key(&hallpass, &rival, json!({})).await;
    let typo = typo(&good, 1);
    let first = exchange(&hallpass, format!("nobody:{good}")).await;
    assert_eq!(first.answer(), (401, "invalid_credentials"));
    assert_eq!(first.header("www-authenticate"), "Basic realm=\"hallpass\"");
    for (name, key) in [
        ("acme", of_rival.as_str()),
        ("acme", &typo),
        ("acme", ""),
        ("acme", "x"),
        ("acme", "sesame:with:colons"),
        ("rival", &good),
        // What is known of a key is for its own account.
        ("rival", &revoked),
        ("operator", &good),
        ("not a name", &good),
        ("", &good),
        ("nobody", &revoked),
        ("nobody", "x"),
    ] {
        let reply = exchange(&hallpass, format!("{name}:{key}")).await;
        assert_eq!(
            reply.without_request_id(),
            first.without_request_id(),
            "{name}"
        );
    }
    assert_eq!(
        exchange(&hallpass, format!("acme:{good}")).await.status,
        200
    );
}

/// RFC 7617 §2: an empty user-id and password are a credential like any other; a scheme alone is none.
#[tokio::test]
async fn s34_a_colon_is_a_credential_and_an_empty_header_is_none() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    let (_, key) = key(&hallpass, &manager, json!({})).await;
    assert_eq!(
        exchange(&hallpass, ":").await.answer(),
        (401, "invalid_credentials")
    );
    let call = |header: &str| {
        let call = hallpass.call(Method::POST, ROUTE);
        call.header("authorization", header)
    };
    for (call, answer) in [
        (call(""), (401, "unauthenticated")),
        (call("  "), (401, "unauthenticated")),
        (call("Basic"), (400, "malformed_header")),
        (call("Basic  "), (400, "malformed_header")),
    ] {
        assert_eq!(call.await.answer(), answer);
    }
    // An empty one does not hide a good one.
    let good = exchange(&hallpass, format!("acme:{key}"));
    assert_eq!(good.header("authorization", " ").await.status, 200);
    // What `echo acme:key | base64` encodes.
    for broken in ["\n", "\r\n"] {
        let reply = exchange(&hallpass, format!("acme:{key}{broken}")).await;
        assert_eq!(reply.answer(), (400, "malformed_header"));
        let detail = text(&reply.body, "detail");
        assert!(detail.contains("ends in a line break"), "{detail}");
    }
}

#[tokio::test]
async fn a_dead_key_says_why_to_its_own_account() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    let (id, revoked) = key(&hallpass, &manager, json!({})).await;
    let path = format!("/v1/tokens/{id}");
    assert_eq!(hallpass.delete(&path).bearer(&manager).await.status, 204);
    let (_, expired) = key(&hallpass, &manager, json!({"expires_in": 60})).await;
    let (_, early) = key(&hallpass, &manager, json!({"not_before": 1_800_000_100})).await;
    hallpass.clock.advance(Duration::from_secs(60));
    for (key, code) in [
        (&revoked, "revoked"),
        (&expired, "expired"),
        (&early, "not_yet_valid"),
    ] {
        let reply = exchange(&hallpass, format!("acme:{key}")).await;
        assert_eq!(reply.answer(), (401, code));
        let challenge = reply.header("www-authenticate");
        assert_eq!(challenge, "Basic realm=\"hallpass\"");
    }
}

#[tokio::test]
async fn the_token_is_the_keys_and_dies_with_it() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    let (id, key) = key(&hallpass, &manager, json!({"ips": ["192.0.2.0/24"]})).await;
    let reply = exchange(&hallpass, format!("acme:{key}")).await;
    let claims = jwt_claims(&text(&reply.body, "token"));
    let own = &claims["https://hallpass.dev/claims"];
    assert_eq!(claims["client_id"], id);
    assert_eq!(own["parent"], id);
    assert_eq!(own["kind"], "access");
    assert_eq!(own["environment"], "default/live");
    assert_eq!(claims["sub"], own["account"]);
    assert_eq!(claims["scope"], "model:*");
    // s51, s57: what binds the key binds the token, and then its audience is the issuer alone.
    assert_eq!(own["ips"], json!(["192.0.2.0/24"]));
    assert_eq!(claims["aud"], "https://tokens.example");
    let token = text(&reply.body, "token");
    let code = async |token: &str, ip: &str| {
        let body = json!({"token": token, "ip": ip});
        text(&hallpass.validate(body).await, "code")
    };
    assert_eq!(code(&token, "192.0.2.9").await, "active");
    assert_eq!(code(&token, "198.51.100.1").await, "ip_denied");
    let reply = exchange(&hallpass, format!("acme:{key}"));
    let reply = reply.from("198.51.100.1").await;
    assert_eq!(reply.answer(), (403, "ip_denied"));
    let path = format!("/v1/tokens/{id}");
    assert_eq!(hallpass.delete(&path).bearer(&manager).await.status, 204);
    assert_eq!(code(&token, "192.0.2.9").await, "parent_revoked");
}

#[tokio::test]
async fn s51_a_narrow_key_gives_a_narrow_token() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    for (held, given) in [
        (json!(["model:view"]), "model:view"),
        (json!(["model:*@model/7"]), "model:*@model/7"),
        (
            json!(["model:list", "model:view@model/7"]),
            "model:list model:view@model/7",
        ),
    ] {
        let (_, key) = key(&hallpass, &manager, json!({"scopes": held})).await;
        let reply = exchange(&hallpass, format!("acme:{key}")).await;
        assert_eq!(reply.status, 200, "{held}: {}", reply.body);
        assert_eq!(jwt_claims(&text(&reply.body, "token"))["scope"], given);
    }
}

#[tokio::test]
async fn s22_two_hours_are_not_more_than_the_key_has_left() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    for (seconds, expected) in [
        (7_200, (200, "")),
        (7_199, (422, "parent_expires_first")),
        (60, (422, "parent_expires_first")),
    ] {
        let (_, key) = key(&hallpass, &manager, json!({"expires_in": seconds})).await;
        let reply = exchange(&hallpass, format!("acme:{key}")).await;
        assert_eq!(reply.answer(), expected, "{seconds}: {}", reply.body);
    }
}

#[tokio::test]
async fn headers_that_are_not_basic_are_400_or_401_with_a_sentence() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    let (_, key) = key(&hallpass, &manager, json!({})).await;
    let good = STANDARD.encode(format!("acme:{key}"));
    hallpass.dynamodb.reset();
    let malformed = (400, "malformed_header");
    let unauthenticated = (401, "unauthenticated");
    for (value, expected) in [
        ("Basic".to_owned(), malformed),
        ("Basic ".to_owned(), malformed),
        ("Basic ????".to_owned(), malformed),
        (format!("Basic {good} x"), malformed),
        (format!("Basic {good},Basic {good}"), malformed),
        (format!("Basic acme:{key}"), malformed),
        (format!("Basic {}", STANDARD.encode("nocolon")), malformed),
        (
            format!("Basic {}", STANDARD.encode(b"acme:\xff")),
            malformed,
        ),
        (
            format!("Basic {}", STANDARD.encode(format!("acme':'{key}"))),
            (400, "quoted_colon"),
        ),
        (
            format!("Basic {}", STANDARD.encode(format!("acme\":\"{key}"))),
            (400, "quoted_colon"),
        ),
        (
            format!("Basic {}", STANDARD.encode("acme:x")),
            (401, "invalid_credentials"),
        ),
        (format!("Bearer {key}"), unauthenticated),
        ("Digest username=\"acme\"".to_owned(), unauthenticated),
        (good.clone(), unauthenticated),
        (String::new(), unauthenticated),
    ] {
        let call = hallpass.call(Method::POST, ROUTE);
        let reply = call.header("authorization", &value).await;
        assert_eq!(
            reply.answer(),
            expected,
            "{}: {}",
            &value[..value.len().min(30)],
            reply.body
        );
        assert!(text(&reply.body, "detail").len() > 20);
        assert!(!reply.body.to_string().contains(&key));
        let challenge = reply.header("www-authenticate");
        assert_eq!(challenge.starts_with("Basic "), reply.status == 401);
    }
    let call = hallpass.call(Method::POST, ROUTE);
    assert_eq!(
        call.header("authorization", b"Basic \xff").await.answer(),
        malformed
    );
    let two =
        exchange(&hallpass, format!("acme:{key}")).header("authorization", format!("Basic {good}"));
    assert_eq!(two.await.answer(), (400, "ambiguous_credentials"));
    assert!(hallpass.dynamodb.calls().is_empty(), "junk costs nothing");
    for value in [
        format!("basic {good}"),
        format!("BASIC  {good}"),
        format!("Basic {}", STANDARD_NO_PAD.encode(format!("acme:{key}"))),
    ] {
        let call = hallpass.call(Method::POST, ROUTE);
        let reply = call.header("authorization", &value).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
}

#[tokio::test]
async fn tokens_that_are_no_api_keys_are_not_taken() {
    let hallpass = Hallpass::start("default").await;
    let root = &hallpass.root;
    let name = "operator";
    let secret = hallpass.secret().await;
    for token in [&secret, root] {
        let reply = exchange(&hallpass, format!("{name}:{token}")).await;
        assert_eq!(reply.answer(), (401, "wrong_presentation"));
    }
    let scopes = json!({"scopes": ["asset:read", "asset:write"]});
    let (_, key) = key(&hallpass, root, scopes).await;
    let reply = exchange(&hallpass, format!("{name}:{key}")).await;
    // A kind without default scopes gives what the key holds.
    assert_eq!(reply.status, 200, "{}", reply.body);
    let claims = jwt_claims(&text(&reply.body, "token"));
    assert_eq!(claims["scope"], "asset:write");
    let jwt = text(&reply.body, "token");
    let reply = exchange(&hallpass, format!("{name}:{jwt}")).await;
    assert_eq!(reply.answer(), (401, "wrong_presentation"));
}

#[tokio::test]
async fn it_costs_two_reads_and_one_signature_and_writes_nothing() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    let (_, key) = key(&hallpass, &manager, json!({})).await;
    // The first one reads which key signs.
    assert_eq!(exchange(&hallpass, format!("acme:{key}")).await.status, 200);
    let before = hallpass.items().await;
    hallpass.dynamodb.reset();
    hallpass.kms.reset();
    assert_eq!(exchange(&hallpass, format!("acme:{key}")).await.status, 200);
    assert_eq!(hallpass.dynamodb.operations(), ["BatchGetItem", "GetItem"]);
    assert_eq!(hallpass.kms.operations(), ["Sign"]);
    assert_eq!(hallpass.items().await.len(), before.len());
}

#[tokio::test]
async fn s42_pages_cannot_read_what_a_key_is_answered_unless_it_is_good() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    let (_, key) = key(&hallpass, &manager, json!({})).await;
    for (pair, named) in [
        (format!("acme:{key}"), PAGE),
        (format!("nobody:{key}"), ""),
        ("acme:x".to_owned(), ""),
        (format!("acme':'{key}"), ""),
    ] {
        let reply = exchange(&hallpass, pair).origin(PAGE).await;
        assert_eq!(reply.header("access-control-allow-origin"), named);
    }
}
