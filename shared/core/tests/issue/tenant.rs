//! What a request leaves out, and which tenants it reaches.

use super::ways::issued;
use super::{ACCOUNT, CATALOG, NOW, OTHER, SECOND, Sevens, maker, request};
use hallpass_core::{Catalog, IssueError, IssuedKind, Maker, Principal, prepare};
use serde_json::json;

#[test]
fn s51_what_a_request_leaves_out_is_the_makers_own() {
    let catalog = Catalog::parse("law.toml", CATALOG).unwrap();
    let bound = json!({
        "origins": ["https://a.com"], "ips": ["203.0.113.0/24"], "expires_at": SECOND + 1_000,
    });
    let context = maker(&catalog, &bound);
    let made_by = Maker::Token(&context);
    let kind = IssuedKind::derived(&catalog, &made_by, None).unwrap();
    let prepared = prepare(&catalog, kind, request(&json!({})), made_by, NOW).unwrap();
    let issuer = "https://hallpass.test".parse().unwrap();
    let issuance = prepared.issue(&[]).unwrap();
    let audience = Some("https://api.test");
    let claims = issuance.into_claims(&issuer, audience, &Sevens).unwrap();
    let claims = serde_json::to_value(claims.claims()).unwrap();
    let ours = &claims["https://hallpass.dev/claims"];
    assert_eq!(ours["origins"], bound["origins"]);
    assert_eq!(ours["ips"], bound["ips"]);
    assert_eq!(claims["exp"], bound["expires_at"]);
    assert_eq!(claims["sub"], ACCOUNT);
    // s57: bound to origins, it is for the issuer alone.
    assert_eq!(claims["aud"], "https://hallpass.test");
}

#[test]
fn s29_s51_another_tenant_is_reached_by_the_operator_alone() {
    let catalog = Catalog::parse("law.toml", CATALOG).unwrap();
    let kind = || IssuedKind::minted(&catalog, &"server".into());
    for (asks, expected) in [
        (json!({"account": OTHER}), IssueError::UnknownAccount),
        (
            json!({"environment": "shop/test"}),
            IssueError::UnknownEnvironment,
        ),
    ] {
        let context = maker(&catalog, &json!({}));
        let refused = issued(&catalog, kind(), request(&asks), Maker::Token(&context));
        assert_eq!(refused, Err(expected));
        let operator: Principal = ACCOUNT.parse().unwrap();
        let Principal::Account(operator) = operator else {
            panic!("an account");
        };
        let made = issued(
            &catalog,
            kind(),
            request(&asks),
            Maker::Deployment(operator),
        );
        assert_eq!(made, Ok(()));
    }
}
