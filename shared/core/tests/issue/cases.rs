//! The cases: what the making token is, what it asks for, and the answer.

use super::{ACCOUNT, SECOND, SERVICE_ACCOUNT, USER};
use serde_json::{Value, json};

/// One case: what the maker is, what it asks for, and what every way answers.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) maker: Value,
    pub(super) asks: Value,
    pub(super) answer: &'static str,
}

fn case(name: &'static str, maker: Value, asks: Value, answer: &'static str) -> Case {
    Case {
        name,
        maker,
        asks,
        answer,
    }
}

#[expect(clippy::too_many_lines, reason = "one table, a case a row")]
pub(super) fn cases() -> Vec<Case> {
    let unbound = || json!({});
    vec![
        case(
            "held",
            json!({"scopes": ["floor:write"]}),
            json!({"scopes": ["floor:write"]}),
            "ok",
        ),
        case(
            "implied",
            json!({"scopes": ["floor:write"]}),
            json!({"scopes": ["floor:read"]}),
            "ok",
        ),
        case(
            "below",
            json!({"scopes": ["floor:write@a"]}),
            json!({"scopes": ["floor:write@a/b"]}),
            "ok",
        ),
        case(
            "s21 wider action",
            json!({"scopes": ["floor:read"]}),
            json!({"scopes": ["floor:write"]}),
            "scope",
        ),
        case(
            "s21 one of two",
            json!({"scopes": ["floor:read"]}),
            json!({"scopes": ["floor:read", "plan:read"]}),
            "scope",
        ),
        case(
            "s21 beside",
            json!({"scopes": ["floor:write@a"]}),
            json!({"scopes": ["floor:write@ab"]}),
            "scope",
        ),
        case(
            "s21 above",
            json!({"scopes": ["floor:write@a"]}),
            json!({"scopes": ["floor:write"]}),
            "scope",
        ),
        case(
            "s21 star",
            json!({"scopes": ["floor:write"]}),
            json!({"scopes": ["floor:*"]}),
            "scope",
        ),
        case(
            "same origin",
            json!({"origins": ["https://a.com"]}),
            json!({"origins": ["https://a.com"]}),
            "ok",
        ),
        case(
            "narrower origin",
            json!({"origins": ["https://*.a.com"]}),
            json!({"origins": ["https://b.a.com"]}),
            "ok",
        ),
        case(
            "new origin",
            unbound(),
            json!({"origins": ["https://a.com"]}),
            "ok",
        ),
        case(
            "s51 another origin",
            json!({"origins": ["https://a.com"]}),
            json!({"origins": ["https://b.com"]}),
            "origin",
        ),
        case(
            "s51 wider origin",
            json!({"origins": ["https://b.a.com"]}),
            json!({"origins": ["https://*.a.com"]}),
            "origin",
        ),
        case(
            "same block",
            json!({"ips": ["203.0.113.0/24"]}),
            json!({"ips": ["203.0.113.0/24"]}),
            "ok",
        ),
        case(
            "narrower block",
            json!({"ips": ["203.0.113.0/24"]}),
            json!({"ips": ["203.0.113.7/32"]}),
            "ok",
        ),
        case(
            "s51 wider block",
            json!({"ips": ["203.0.113.0/24"]}),
            json!({"ips": ["203.0.112.0/23"]}),
            "address",
        ),
        case(
            "s51 another block",
            json!({"ips": ["203.0.113.0/24"]}),
            json!({"ips": ["198.51.100.0/24"]}),
            "address",
        ),
        case(
            "s22 same expiry",
            json!({"expires_at": SECOND + 1_000}),
            json!({"lifetime": 1_000}),
            "ok",
        ),
        case(
            "s22 earlier",
            json!({"expires_at": SECOND + 1_000}),
            json!({"lifetime": 900}),
            "ok",
        ),
        case(
            "s22 a second later",
            json!({"expires_at": SECOND + 1_000}),
            json!({"lifetime": 1_001}),
            "expiry",
        ),
        case(
            "own principal",
            unbound(),
            json!({"principal": ACCOUNT}),
            "ok",
        ),
        case(
            "s51 another principal",
            unbound(),
            json!({"principal": USER}),
            "impersonation",
        ),
        case(
            "s51 another's service",
            unbound(),
            json!({"principal": SERVICE_ACCOUNT}),
            "impersonation",
        ),
        case(
            "impersonated",
            json!({"scopes": ["floor:write", "tokens:impersonate"]}),
            json!({"principal": USER, "scopes": ["floor:read"]}),
            "ok",
        ),
        case(
            "s21 impersonating widens nothing",
            json!({"scopes": ["floor:read", "tokens:impersonate"]}),
            json!({"principal": USER, "scopes": ["floor:write"]}),
            "scope",
        ),
        case(
            "s61 what its user may",
            json!({"principal": USER, "rights": ["floor:read"]}),
            json!({"scopes": ["floor:read"]}),
            "ok",
        ),
        case(
            "s61 what its user may no longer",
            json!({"principal": USER, "rights": ["plan:read"]}),
            json!({"scopes": ["floor:read"]}),
            "scope",
        ),
        case(
            "s61 what its service account may no longer",
            json!({"principal": SERVICE_ACCOUNT, "live": true, "rights": ["plan:read"]}),
            json!({"scopes": ["floor:read"]}),
            "scope",
        ),
    ]
}
