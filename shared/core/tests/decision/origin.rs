//! Kinds that require origins.

use super::{Jwt, Opaque, opaque};
use hallpass_core::DecisionCode;

#[test]
fn s37_a_kind_that_requires_origins_denies_a_token_without_one() {
    for origin in [None, Some("null"), Some("https://a.com")] {
        let mut case = Opaque::good();
        case.token = opaque("tweb", 1);
        case.row().kind = "web".into();
        case.row().origins.0.clear();
        case.asked.scopes = vec!["floor:view"];
        case.asked.origin = origin;
        assert_eq!(case.decide().code, DecisionCode::OriginDenied, "{origin:?}");

        let mut case = Jwt::good();
        case.claims.hallpass.kind = "embedded".into();
        case.claims.hallpass.origins.0.clear();
        case.asked.origin = origin;
        assert_eq!(case.decide().code, DecisionCode::OriginDenied, "{origin:?}");
    }
}

#[test]
fn a_jwt_that_requires_origins_may_come_from_a_parent_that_has_none() {
    for (origin, code) in [
        (Some("https://a.com"), DecisionCode::Active),
        (Some("https://b.com"), DecisionCode::OriginDenied),
        (None, DecisionCode::OriginDenied),
    ] {
        let mut case = Jwt::good();
        case.claims.hallpass.kind = "embedded".into();
        case.row().origins.0.clear();
        case.asked.origin = origin;
        assert_eq!(case.decide().code, code, "{origin:?}");
    }
}

#[test]
fn a_parent_that_requires_origins_and_has_none_denies_its_children() {
    let mut case = Jwt::good();
    case.row().kind = "web".into();
    case.row().origins.0.clear();
    assert_eq!(case.decide().code, DecisionCode::OriginDenied);
}
