//! Junk costs nothing.

use crate::reads::{expect, validate};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hallpass_core::{OpaqueToken, TokenId};
use hallpass_runtime::SystemRandom;
use hallpass_tests::{Hallpass, text, typo};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use std::time::Duration;

/// A token of this prefix that nobody minted, with the right checksum.
fn forged(prefix: &str) -> String {
    let id = TokenId::generate(&SystemRandom).unwrap();
    let token = OpaqueToken::generate(prefix.parse().unwrap(), id, &SystemRandom).unwrap();
    token.text().expose_secret().to_owned()
}

/// The JWT with another header, and its signature as it was.
fn with_header(jwt: &str, header: &Value) -> String {
    let (_, rest) = jwt.split_once('.').unwrap();
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
}

#[tokio::test]
async fn junk_costs_no_read_beyond_the_callers() {
    let hallpass = Hallpass::start("default").await;
    let secret = hallpass.secret().await;
    let good = hallpass
        .derive(&secret, json!({"scopes": ["asset:read"]}))
        .await;
    // The verification keys are warm.
    assert_eq!(hallpass.code(&good).await, "active");
    let public = json!({"kind": "publishable", "name": "a page", "origins": ["https://a.com"]});
    let public = text(&hallpass.mint(public).await, "token");
    let header = |kid: &str| json!({"alg": "ES256", "typ": "at+jwt", "kid": kid});
    for (junk, code) in [
        (String::new(), "malformed"),
        ("junk".to_owned(), "malformed"),
        (secret[..secret.len() - 1].to_owned(), "malformed"),
        (format!("{secret}0"), "malformed"),
        (typo(&secret, 1), "malformed"),
        (typo(&secret, 20), "malformed"),
        (typo(&secret, 70), "malformed"),
        (secret.replacen("sk_", "ak_", 1), "malformed"),
        (typo(&public, 30), "malformed"),
        (forged("alsec"), "unknown"),
        (format!("sk_{}", "x".repeat(9_000)), "malformed"),
        ("a.b.c".to_owned(), "malformed"),
        (
            with_header(&good, &json!({"alg": "none", "typ": "at+jwt"})),
            "malformed",
        ),
        (with_header(&good, &header("another")), "unknown"),
        (typo(&good, 10), "unknown"),
    ] {
        let what = &junk[..junk.len().min(40)];
        let call = validate(&hallpass, &hallpass.root, &junk);
        let reply = expect(&hallpass, what, call, 200, &["BatchGetItem 1"]).await;
        assert_eq!(
            (&reply["active"], &reply["code"]),
            (&json!(false), &json!(code)),
            "{what}"
        );
        if !junk.is_empty() {
            // As the caller itself: nothing at all, on any route.
            for call in [
                hallpass.get("/v1/tokens/self"),
                hallpass.post("/v1/tokens", json!({"kind": "secret", "name": "x"})),
                hallpass.post("/v1/tokens/temporary", json!({})),
                hallpass.post("/v1/tokens/validate", json!({"token": "junk"})),
                hallpass.post("/v1/revocations", json!({"token": "junk"})),
                hallpass.delete("/v1/tokens/junk"),
            ] {
                expect(&hallpass, what, call.bearer(&junk), 401, &[]).await;
            }
        }
    }
}

#[tokio::test]
async fn only_a_well_formed_token_of_a_known_kind_is_looked_up() {
    let hallpass = Hallpass::start("default").await;
    let call = validate(&hallpass, &hallpass.root, &forged("sk"));
    let reply = expect(&hallpass, "nobody's", call, 200, &["BatchGetItem 2"]).await;
    assert_eq!(reply["code"], "unknown");
    for call in [
        hallpass.get("/v1/tokens/self"),
        hallpass.delete("/v1/tokens/junk"),
    ] {
        let call = call.bearer(&forged("sk"));
        expect(&hallpass, "nobody", call, 401, &["BatchGetItem 1"]).await;
    }
    // Without a credential nothing is read either, whatever the body holds.
    let call = hallpass.post("/v1/tokens/validate", json!({"token": hallpass.root}));
    expect(&hallpass, "anonymous", call, 401, &[]).await;
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_every_10_seconds_at_most() {
    let hallpass = Hallpass::start("default").await;
    let secret = hallpass.secret().await;
    let good = hallpass
        .derive(&secret, json!({"scopes": ["asset:read"]}))
        .await;
    let forged =
        |kid: &str| with_header(&good, &json!({"alg": "ES256", "typ": "at+jwt", "kid": kid}));
    for (kid, later, paid) in [
        ("one", 0, &["Query", "BatchGetItem 1"][..]),
        ("one", 0, &["BatchGetItem 1"]),
        ("two", 9_999, &["BatchGetItem 1"]),
        ("two", 1, &["Query", "BatchGetItem 1"]),
        ("one", 0, &["BatchGetItem 1"]),
    ] {
        hallpass.clock.advance(Duration::from_millis(later));
        let call = validate(&hallpass, &hallpass.root, &forged(kid));
        let reply = expect(&hallpass, kid, call, 200, paid).await;
        assert_eq!(reply["code"], "unknown");
    }
    // Many at once are one read.
    hallpass.clock.advance(Duration::from_secs(10));
    hallpass.dynamodb.reset();
    let calls: Vec<_> = (0..20)
        .map(|at| {
            tokio::spawn(
                validate(&hallpass, &hallpass.root, &forged(&at.to_string())).into_future(),
            )
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().body["code"], "unknown");
    }
    assert_eq!(hallpass.dynamodb.count("Query"), 1);
}
