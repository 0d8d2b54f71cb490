//! The claims: ours and nothing else, each of one strict type.

use crate::jwt::forge::Forge;
use hallpass_tests::{ISSUER, text};
use serde_json::{Value, json};
use std::time::Duration;

/// Where the clock of a test stands, in seconds.
const NOW: u64 = 1_800_000_000;

const NUMBERS: [&str; 4] = ["exp", "iat", "nbf", "hallpass.iat_ms"];

#[tokio::test]
async fn s2_an_audience_that_is_missing_or_not_ours_is_refused() {
    let forge = Forge::new().await;
    for (aud, code) in [
        (json!(ISSUER), "active"),
        (json!(["https://other.example", ISSUER]), "active"),
        (json!("https://other.example"), "unknown"),
        (json!(["https://other.example"]), "unknown"),
        (json!([]), "unknown"),
        (json!(""), "unknown"),
        (json!([""]), "unknown"),
        // The deployment's audience alone is for verifiers that read keys alone.
        (json!("https://api.example"), "unknown"),
        (json!(format!("{ISSUER}/")), "unknown"),
        (json!(format!("{ISSUER}.evil.example")), "unknown"),
        (json!(ISSUER.to_uppercase()), "unknown"),
        (json!(format!("https://other.example {ISSUER}")), "unknown"),
        (json!(null), "malformed"),
        (json!(7), "malformed"),
        (json!([7, ISSUER]), "malformed"),
        (json!([[ISSUER]]), "malformed"),
        (json!({"0": ISSUER}), "malformed"),
    ] {
        forge
            .expect(&forge.with_claim("aud", aud).await, code)
            .await;
    }
}

#[tokio::test]
async fn s3_s18_an_issuer_that_is_missing_or_not_ours_is_refused() {
    let forge = Forge::new().await;
    for (iss, code) in [
        (json!(ISSUER), "active"),
        (json!("https://other.example"), "unknown"),
        (json!(format!("{ISSUER}/")), "unknown"),
        (json!(ISSUER.to_uppercase()), "unknown"),
        (json!(format!("{ISSUER}@evil.example")), "unknown"),
        (json!(""), "unknown"),
        (json!(null), "malformed"),
        (json!([ISSUER]), "malformed"),
    ] {
        forge
            .expect(&forge.with_claim("iss", iss).await, code)
            .await;
    }
}

#[tokio::test]
async fn s2_s3_every_claim_is_required_and_no_other_is_taken() {
    let forge = Forge::new().await;
    let own = forge.claims["https://hallpass.dev/claims"]
        .as_object()
        .unwrap();
    let names = forge.claims.as_object().unwrap().keys().cloned();
    let own = own.keys().map(|name| format!("hallpass.{name}"));
    let names: Vec<String> = names.chain(own).collect();
    assert_eq!(names.len(), 15, "{names:?}");
    for name in names {
        let token = forge.without_claim(&name).await;
        // It informs only, and tokens of the time before there were labels have none.
        if name == "hallpass.label" {
            forge.expect(&token, "active").await;
        } else {
            forge.refused_unread(&token, "malformed").await;
        }
        let token = forge.with_claim(&name, Value::Null).await;
        forge.refused_unread(&token, "malformed").await;
    }
    for name in ["admin", "cnf", "act", "EXP"] {
        let token = forge.with_claim(name, json!("x")).await;
        forge.refused_unread(&token, "malformed").await;
    }
    // Among our own, one that is not known only informs: what restricts raises `v`.
    let token = forge.with_claim("hallpass.seen_as", json!("x")).await;
    forge.expect(&token, "active").await;
}

#[tokio::test]
async fn s4_s5_s46_what_lies_ahead_is_refused_one_second_past_the_leeway() {
    let forge = Forge::new().await;
    for (seconds, code) in [
        (NOW - 1, "active"),
        (NOW, "active"),
        (NOW + 5, "active"),
        (NOW + 6, "not_yet_valid"),
        (NOW + 60, "not_yet_valid"),
        (NOW + 3_000_000, "not_yet_valid"),
    ] {
        let starts = forge.with_claim("nbf", json!(seconds)).await;
        forge.expect(&starts, code).await;
        // Its two times of issue are one moment.
        let mut claims = forge.claims.clone();
        claims["iat"] = json!(seconds);
        claims["https://hallpass.dev/claims"]["iat_ms"] = json!(seconds * 1_000 + 999);
        let header = forge.header.to_string();
        let issued = forge.sign(&header, &claims.to_string()).await;
        forge.expect(&issued, code).await;
    }
    let token = forge.with_claim("nbf", json!(u64::MAX)).await;
    forge.expect(&token, "not_yet_valid").await;
    for iat_ms in [0, NOW * 1_000 - 1, NOW * 1_000 + 1_000, u64::MAX] {
        // A cut-off is compared in milliseconds: they cannot be of another second than `iat`.
        let token = forge.with_claim("hallpass.iat_ms", json!(iat_ms)).await;
        forge.refused_unread(&token, "malformed").await;
    }
    // To the millisecond: the start is 5,001 ms ahead, then 5,000.
    let token = forge.with_claim("nbf", json!(NOW + 6)).await;
    forge.hallpass.clock.advance(Duration::from_millis(999));
    forge.expect(&token, "not_yet_valid").await;
    forge.hallpass.clock.advance(Duration::from_millis(1));
    forge.expect(&token, "active").await;
}

#[tokio::test]
async fn s5_s46_expiry_has_a_leeway_of_five_seconds_to_the_millisecond() {
    let forge = Forge::new().await;
    let token = forge.with_claim("exp", json!(NOW + 100)).await;
    let clock = &forge.hallpass.clock;
    clock.advance(Duration::from_millis(104_999));
    forge.expect(&token, "active").await;
    clock.advance(Duration::from_millis(1));
    forge.expect(&token, "expired").await;
    clock.advance(Duration::from_secs(55));
    forge.expect(&token, "expired").await;
    for (exp, code) in [
        (NOW + 154, "expired"),
        (NOW + 155, "expired"),
        (NOW + 156, "active"),
    ] {
        // It is 160 s past.
        forge
            .expect(&forge.with_claim("exp", json!(exp)).await, code)
            .await;
    }
    forge
        .expect(&forge.with_claim("exp", json!(0)).await, "expired")
        .await;
}

#[tokio::test]
async fn s7_a_time_is_an_integer_and_nothing_that_could_be_read_as_one() {
    let forge = Forge::new().await;
    let claims = forge.claims.to_string();
    for name in NUMBERS {
        for value in [
            "1800003600.0",
            "1800003600.5",
            "1.8000036e9",
            "1e400",
            "\"1800003600\"",
            "\"\"",
            "-1",
            "-0",
            "true",
            "null",
            "[1800003600]",
            "{\"n\":1800003600}",
            "18446744073709551616",
            "0x6b49d200",
            "01800003600",
            "+1800003600",
            "NaN",
            "Infinity",
        ] {
            // The text itself, since a JSON library would tidy it up.
            let token = forge.with_claim(name, json!("THE VALUE")).await;
            let [header, with, _] = crate::jwt::forge::parts(&token);
            let with = String::from_utf8(crate::jwt::forge::decode(with)).unwrap();
            let with = with.replace("\"THE VALUE\"", value);
            assert_ne!(with, claims);
            let header = String::from_utf8(crate::jwt::forge::decode(header)).unwrap();
            let token = forge.sign(&header, &with).await;
            forge.refused_unread(&token, "malformed").await;
        }
    }
}

#[tokio::test]
async fn s7_every_other_claim_has_its_own_type_too() {
    let forge = Forge::new().await;
    let parent = text(&forge.claims, "client_id");
    for (name, value) in [
        ("sub", json!("anybody")),
        ("sub", json!("")),
        ("sub", json!([forge.claims["sub"]])),
        ("client_id", json!("tok_x")),
        ("client_id", json!("tok_0000000000000000000000")),
        ("jti", json!("x")),
        ("jti", json!(parent)),
        ("scope", json!("")),
        ("scope", json!(["floor:readPrivate"])),
        ("scope", json!("floor:readPrivate  floor:update")),
        ("scope", json!(" floor:readPrivate")),
        ("scope", json!("floor")),
        ("hallpass.account", json!(parent)),
        ("hallpass.environment", json!("default")),
        ("hallpass.environment", json!("../live")),
        ("hallpass.parent", json!("tok_0000000000000000000000")),
        ("hallpass.origins", json!(["*"])),
        ("hallpass.origins", json!("https://a.example")),
        ("hallpass.ips", json!(["everywhere"])),
        ("hallpass.ips", json!({})),
        ("https://hallpass.dev/claims", json!([])),
        ("https://hallpass.dev/claims", json!("{}")),
    ] {
        let token = forge.with_claim(name, value).await;
        forge.refused_unread(&token, "malformed").await;
    }
}

#[tokio::test]
async fn s8_a_claim_said_twice_is_refused_ours_included() {
    let forge = Forge::new().await;
    let (header, claims) = (forge.header.to_string(), forge.claims.to_string());
    let own = &forge.claims["https://hallpass.dev/claims"];
    let mut tokens = Vec::new();
    for (name, value) in forge.claims.as_object().unwrap() {
        // Before the right one and after it: a reader takes the first or the last.
        tokens.push(claims.replacen('{', &format!("{{\"{name}\":{value},"), 1));
        let rest = claims.strip_suffix('}').unwrap();
        tokens.push(format!("{rest},\"{name}\":{value}}}"));
    }
    for (name, value) in own.as_object().unwrap() {
        let (from, to) = (own.to_string(), own.to_string());
        let to = to.replacen('{', &format!("{{\"{name}\":{value},"), 1);
        let twice = claims.replace(&from, &to);
        assert_ne!(twice, claims);
        tokens.push(twice);
    }
    // The same name in another spelling of JSON.
    tokens.push(claims.replacen('{', "{\"\\u0065xp\":9999999999,", 1));
    for twice in tokens {
        assert!(serde_json::from_str::<Value>(&twice).is_ok(), "{twice}");
        let token = forge.sign(&header, &twice).await;
        forge.refused_unread(&token, "malformed").await;
    }
}

#[tokio::test]
async fn s18_what_names_another_place_than_its_parents_is_unknown() {
    let forge = Forge::new().await;
    let hallpass = &forge.hallpass;
    let (other, _) = hallpass.account("other", json!(["tokens:read"])).await;
    for (name, value, code) in [
        ("hallpass.environment", json!("default/other"), "unknown"),
        ("hallpass.account", json!(other), "unknown"),
        ("hallpass.kind", json!("secret"), "unknown"),
        ("hallpass.kind", json!("management"), "unknown"),
        ("hallpass.kind", json!("nothing"), "unknown"),
    ] {
        forge
            .expect(&forge.with_claim(name, value).await, code)
            .await;
    }
    // A parent there never was denies, and so does one that the two claims name differently.
    let mut claims = forge.claims.clone();
    let nobody = "tok_0000000000000000000001";
    claims["client_id"] = json!(nobody);
    let token = forge
        .sign(&forge.header.to_string(), &claims.to_string())
        .await;
    forge.refused_unread(&token, "malformed").await;
    claims["https://hallpass.dev/claims"]["parent"] = json!(nobody);
    let token = forge
        .sign(&forge.header.to_string(), &claims.to_string())
        .await;
    forge.expect(&token, "parent_revoked").await;
    let asked = json!({"token": forge.token, "environment": "default/other"});
    assert_eq!(
        hallpass.validate(asked).await["code"],
        "environment_mismatch"
    );
}

#[tokio::test]
async fn s21_a_claim_beyond_the_parents_scopes_grants_nothing() {
    let forge = Forge::new().await;
    let hallpass = &forge.hallpass;
    let scope = "floor:readPrivate floor:readPublic tokens:validate tokens:mint platform:operate";
    let token = forge.with_claim("scope", json!(scope)).await;
    for asked in ["tokens:validate", "tokens:mint", "platform:operate"] {
        let reply = hallpass
            .validate(json!({"token": token, "scope": asked}))
            .await;
        assert_eq!(reply["code"], "insufficient_scope", "{asked}");
    }
    // As a caller it is nobody: it neither validates nor mints, whatever it says.
    let body = json!({"token": forge.token});
    let reply = hallpass
        .post("/v1/tokens/validate", body)
        .bearer(&token)
        .await;
    assert_eq!(reply.answer(), (403, "insufficient_scope"));
    let body = json!({"kind": "secret", "name": "stolen"});
    let reply = hallpass.post("/v1/tokens", body).bearer(&token).await;
    assert_eq!(reply.answer(), (403, "insufficient_scope"));
}
