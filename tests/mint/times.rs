//! Lifetimes and `not_before`: every boundary exact.

use crate::mint::{management, mint, secret};
use hallpass_core::Catalog;
use hallpass_tests::{Hallpass, text, with};
use serde_json::{Value, json};
use std::time::Duration;

const NOW: u64 = 1_800_000_000;
const HUNDRED_YEARS: u64 = 100 * 365 * 24 * 60 * 60;
const INVALID: u16 = 422;

/// A deployment whose `session` tokens live between 15 minutes and a day.
async fn with_sessions() -> Hallpass {
    let mut hallpass = Hallpass::start("archilogic").await;
    let catalog = Catalog::parse(
        "sessions.toml",
        r#"
            name = "sessions"
            [scopes]
            "floor:read" = { description = "Read" }
            [kinds.session]
            prefix = "ses"
            format = "opaque"
            exposure = "secret"
            scopes = ["floor:read"]
            default_scopes = ["floor:read"]
            lifetime = { default = 3600, min = 900, max = 86400 }
            origins = "none"
            presented = ["bearer"]
            principals = ["account"]
        "#,
    );
    hallpass.with_catalog(catalog.unwrap());
    hallpass
}

fn session(expires_in: Value) -> Value {
    let base = json!({"kind": "session", "name": "a session"});
    with(base, json!({"expires_in": expires_in}))
}

#[tokio::test]
async fn s22_a_kinds_range_is_exact_and_nothing_is_clamped() {
    let hallpass = with_sessions().await;
    for (asked, expected) in [
        (Value::Null, Ok(3_600)),
        (json!(900), Ok(900)),
        (json!(86_400), Ok(86_400)),
        (json!(899), Err(())),
        (json!(86_401), Err(())),
        (json!(0), Err(())),
        (json!(u64::MAX), Err(())),
    ] {
        let reply = mint(&hallpass, &hallpass.root, session(asked.clone())).await;
        match expected {
            Ok(lifetime) => assert_eq!(reply.body["expires_at"], NOW + lifetime, "{asked}"),
            Err(()) => {
                assert_eq!(
                    reply.refusal(),
                    (INVALID, "lifetime_out_of_range", "expires_in"),
                    "{asked}"
                );
                let detail = reply.body["detail"].as_str().unwrap();
                assert!(detail.contains("between 900 and 86400"), "{detail}");
            }
        }
    }
}

#[tokio::test]
async fn s22_an_absent_lifetime_is_the_default_or_what_its_maker_has_left() {
    let hallpass = with_sessions().await;
    for (left, expected) in [
        (3_601, Ok(3_600)),
        (3_600, Ok(3_600)),
        (3_599, Ok(3_599)),
        (900, Ok(900)),
        (899, Err((INVALID, "parent_expires_first", "expires_in"))),
    ] {
        let maker = json!({"scopes": ["tokens:mint", "floor:read"], "expires_in": left});
        let maker = text(&hallpass.mint(management(maker)).await, "token");
        let reply = mint(&hallpass, &maker, session(Value::Null)).await;
        match expected {
            Ok(lifetime) => assert_eq!(reply.body["expires_at"], NOW + lifetime, "{left} s left"),
            Err(expected) => assert_eq!(reply.refusal(), expected, "{left} s left"),
        }
    }
}

#[tokio::test]
async fn a_kind_that_never_expires_takes_any_expiry_up_to_a_century() {
    let hallpass = Hallpass::start("archilogic").await;
    for (asked, expected) in [
        (json!(1), Ok(())),
        (json!(HUNDRED_YEARS), Ok(())),
        (
            json!(HUNDRED_YEARS + 1),
            Err((INVALID, "lifetime_out_of_range", "expires_in")),
        ),
        (
            json!(0),
            Err((INVALID, "lifetime_out_of_range", "expires_in")),
        ),
        (
            json!(u64::MAX),
            Err((INVALID, "lifetime_out_of_range", "expires_in")),
        ),
    ] {
        let reply = mint(
            &hallpass,
            &hallpass.root,
            secret(json!({"expires_in": asked})),
        )
        .await;
        assert_eq!(reply.outcome(), expected, "{asked}");
        if expected.is_ok() {
            assert_eq!(reply.body["expires_at"], NOW + asked.as_u64().unwrap());
        }
    }
}

#[tokio::test]
async fn s30_an_expiry_is_exact_whether_or_not_the_row_is_there() {
    let hallpass = Hallpass::start("archilogic").await;
    let token = text(
        &hallpass.mint(secret(json!({"expires_in": 60}))).await,
        "token",
    );
    for (step, code) in [
        (0, "active"),
        (59_999, "active"),
        (1, "expired"),
        (1, "expired"),
    ] {
        hallpass.clock.advance(Duration::from_millis(step));
        assert_eq!(hallpass.code(&token).await, code);
    }
}

#[tokio::test]
async fn a_token_starts_when_it_says_and_before_it_ends() {
    let hallpass = Hallpass::start("archilogic").await;
    let late = Err((INVALID, "starts_too_late", "not_before"));
    for (change, expected) in [
        (
            json!({"not_before": NOW + 3_599, "expires_in": 3_600}),
            Ok(()),
        ),
        (
            json!({"not_before": NOW + 3_600, "expires_in": 3_600}),
            late,
        ),
        (
            json!({"not_before": NOW + 3_601, "expires_in": 3_600}),
            late,
        ),
        (json!({"not_before": u64::MAX, "expires_in": 3_600}), late),
        (json!({"not_before": NOW + 3_600}), Ok(())),
        (json!({"not_before": NOW + HUNDRED_YEARS - 1}), Ok(())),
        (json!({"not_before": NOW + HUNDRED_YEARS}), late),
        (json!({"not_before": u64::MAX}), late),
        (json!({"not_before": NOW}), Ok(())),
        (json!({"not_before": 0}), Ok(())),
    ] {
        let reply = mint(&hallpass, &hallpass.root, secret(change.clone())).await;
        assert_eq!(reply.outcome(), expected, "{change}");
    }
    // The end may be its maker's.
    let maker = management(json!({"scopes": ["tokens:mint", "floor:export"], "expires_in": 3_600}));
    let maker = text(&hallpass.mint(maker).await, "token");
    for (start, expected) in [(NOW + 3_599, Ok(())), (NOW + 3_600, late)] {
        let body = secret(json!({"scopes": ["floor:export"], "not_before": start}));
        assert_eq!(mint(&hallpass, &maker, body).await.outcome(), expected);
    }
    let token = hallpass.mint(secret(json!({"not_before": NOW + 60}))).await;
    assert_eq!(token["not_before"], NOW + 60);
    let token = text(&token, "token");
    // 5 s of leeway, and not a millisecond more.
    for (step, code) in [
        (0, "not_yet_valid"),
        (54_999, "not_yet_valid"),
        (1, "active"),
    ] {
        hallpass.clock.advance(Duration::from_millis(step));
        assert_eq!(hallpass.code(&token).await, code);
    }
}

#[tokio::test]
async fn s51_what_a_bounded_maker_makes_ends_with_it() {
    let hallpass = Hallpass::start("archilogic").await;
    let maker = management(json!({"scopes": ["tokens:mint", "floor:export"], "expires_in": 3_600}));
    let maker = text(&hallpass.mint(maker).await, "token");
    let asking =
        |expires_in: Value| secret(json!({"scopes": ["floor:export"], "expires_in": expires_in}));
    let first = Err((INVALID, "parent_expires_first", "expires_in"));
    for (asked, expected) in [
        (json!(3_599), Ok(())),
        (json!(3_600), Ok(())),
        (json!(3_601), first),
        (json!(HUNDRED_YEARS), first),
        (Value::Null, Ok(())),
    ] {
        let reply = mint(&hallpass, &maker, asking(asked.clone())).await;
        assert_eq!(reply.outcome(), expected, "{asked}");
        if expected.is_ok() {
            assert_eq!(
                reply.body["expires_at"],
                NOW + asked.as_u64().unwrap_or(3_600)
            );
        }
    }
    // Half a second later the same second counts, a whole one later no more.
    for (step, asked, expected) in [
        (500, 3_600, Ok(())),
        (500, 3_600, first),
        (0, 3_599, Ok(())),
    ] {
        hallpass.clock.advance(Duration::from_millis(step));
        let reply = mint(&hallpass, &maker, asking(json!(asked))).await;
        assert_eq!(reply.outcome(), expected);
        if expected.is_ok() {
            assert_eq!(reply.body["expires_at"], NOW + 3_600);
        }
    }
}
