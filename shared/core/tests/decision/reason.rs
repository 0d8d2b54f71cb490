//! Each reason, the sentence that says it, and which comes first.

use super::{Asked, Bytes, Jwt, NOW, Opaque, SECOND, account, opaque};
use hallpass_core::{Decision, DecisionCode, Malformed, TokenId, UnixMillis, UnixSeconds};
use serde_json::json;

/// The order in which `decide` checks.
const ORDER: [DecisionCode; 14] = [
    DecisionCode::Malformed,
    DecisionCode::Unknown,
    DecisionCode::Revoked,
    DecisionCode::Disabled,
    DecisionCode::Expired,
    DecisionCode::NotYetValid,
    DecisionCode::ParentRevoked,
    DecisionCode::ParentExpired,
    DecisionCode::ParentDisabled,
    DecisionCode::EnvironmentMismatch,
    DecisionCode::OriginDenied,
    DecisionCode::IpDenied,
    DecisionCode::InsufficientScope,
    DecisionCode::Active,
];

fn rank(code: DecisionCode) -> usize {
    ORDER.iter().position(|known| *known == code).unwrap()
}

/// One change to a good case, the code it leads to and a part of its sentence.
type Row<T> = (&'static str, fn(&mut T), DecisionCode, &'static str);

const OPAQUE: &[Row<Opaque>] = &[
    (
        "nothing wrong",
        |_| {},
        DecisionCode::Active,
        "good for this request",
    ),
    (
        "junk",
        |case| case.malformed = Some(Malformed::Checksum),
        DecisionCode::Malformed,
        "mistyped or cut off",
    ),
    (
        "s31 wrong secret",
        |case| case.token = opaque("tsec", 2),
        DecisionCode::Unknown,
        "there is no such token",
    ),
    (
        "s31 s53 no record",
        |case| case.record = None,
        DecisionCode::Unknown,
        "there is no such token",
    ),
    (
        "s29 the asker is confined to another account",
        |case| case.asked.account = Some(account(2)),
        DecisionCode::Unknown,
        "there is no such token",
    ),
    (
        "the operator asks",
        |case| case.asked.account = None,
        DecisionCode::Active,
        "good",
    ),
    (
        "its kind left the catalog",
        |case| case.row().kind = "gone".into(),
        DecisionCode::Unknown,
        "there is no such token",
    ),
    (
        "its kind is a JWT's now",
        |case| case.row().kind = "temporary".into(),
        DecisionCode::Unknown,
        "there is no such token",
    ),
    (
        "another kind's prefix",
        |case| case.token = opaque("tweb", 1),
        DecisionCode::Unknown,
        "there is no such token",
    ),
    (
        "a prefix that left the catalog",
        |case| case.token = opaque("told", 1),
        DecisionCode::Unknown,
        "there is no such token",
    ),
    (
        "the row of another token",
        |case| case.row().id = TokenId::generate(&Bytes(9)).unwrap(),
        DecisionCode::Unknown,
        "there is no such token",
    ),
    (
        "s27 revoked",
        |case| case.row().revoked_at = Some(UnixMillis(0)),
        DecisionCode::Revoked,
        "was revoked: mint another",
    ),
    (
        "revoked at a moment still ahead by this clock",
        |case| case.row().revoked_at = Some(UnixMillis(u64::MAX)),
        DecisionCode::Revoked,
        "was revoked",
    ),
    (
        "paused",
        |case| case.row().enabled = false,
        DecisionCode::Disabled,
        "set `enabled` to true",
    ),
    (
        "s30 expired, not yet deleted",
        |case| case.row().expires_at = Some(UnixSeconds(SECOND)),
        DecisionCode::Expired,
        "has expired: mint another",
    ),
    (
        "not valid yet",
        |case| case.row().not_before = Some(UnixSeconds(SECOND + 6)),
        DecisionCode::NotYetValid,
        "`not_before`",
    ),
    (
        "another environment",
        |case| case.asked.environment = Some("shop/test"),
        DecisionCode::EnvironmentMismatch,
        "belongs to another environment than `shop/test`",
    ),
    (
        "any environment",
        |case| case.asked.environment = None,
        DecisionCode::Active,
        "good",
    ),
    (
        "s37 another origin",
        |case| case.asked.origin = Some("https://b.com"),
        DecisionCode::OriginDenied,
        "may not be used from `https://b.com`",
    ),
    (
        "s37 no origin",
        |case| case.asked.origin = None,
        DecisionCode::OriginDenied,
        "the request names none",
    ),
    (
        "s37 the origin `null`",
        |case| case.asked.origin = Some("null"),
        DecisionCode::OriginDenied,
        "`null` or not one",
    ),
    (
        "bound to no origin, and none is named",
        |case| {
            case.row().origins.0.clear();
            case.asked.origin = None;
        },
        DecisionCode::Active,
        "good",
    ),
    (
        "bound to no origin, and `null` is named",
        |case| {
            case.row().origins.0.clear();
            case.asked.origin = Some("null");
        },
        DecisionCode::Active,
        "good",
    ),
    (
        "another address",
        |case| case.asked.ip = Some("203.0.114.7"),
        DecisionCode::IpDenied,
        "from the address `203.0.114.7`",
    ),
    (
        "no address",
        |case| case.asked.ip = None,
        DecisionCode::IpDenied,
        "pass `ip`",
    ),
    (
        "the address mapped into IPv6",
        |case| case.asked.ip = Some("::ffff:203.0.113.7"),
        DecisionCode::Active,
        "good",
    ),
    (
        "bound to no address, and none is named",
        |case| {
            case.row().ips.0.clear();
            case.asked.ip = None;
        },
        DecisionCode::Active,
        "good",
    ),
    (
        "a scope it does not hold",
        |case| case.asked.scopes = vec!["floor:view", "floor:write@floor/2"],
        DecisionCode::InsufficientScope,
        "lacks `floor:write@floor/2`; it holds `floor:view`, `floor:write@floor/1`",
    ),
    (
        "a wider place than it holds",
        |case| case.asked.scopes = vec!["floor:write"],
        DecisionCode::InsufficientScope,
        "lacks `floor:write`",
    ),
    (
        "s51 a management scope, and it holds `*`",
        |case| {
            case.row().scopes = serde_json::from_value(json!(["floor:*"])).unwrap();
            case.asked.scopes = vec!["tokens:read"];
        },
        DecisionCode::InsufficientScope,
        "lacks `tokens:read`; it holds `floor:*`",
    ),
    (
        "no scope is asked for",
        |case| case.asked.scopes.clear(),
        DecisionCode::Active,
        "good",
    ),
];

const JWT: &[Row<Jwt>] = &[
    (
        "nothing wrong",
        |_| {},
        DecisionCode::Active,
        "good for this request",
    ),
    (
        "junk",
        |case| case.malformed = Some(Malformed::JwtClaims),
        DecisionCode::Malformed,
        "claims are not what this service writes",
    ),
    (
        "s3 another issuer",
        |case| case.claims.iss = "https://evil.test".parse().unwrap(),
        DecisionCode::Unknown,
        "there is no such token",
    ),
    (
        "s2 another audience",
        |case| case.claims.aud.0 = vec!["https://evil.test".to_owned()],
        DecisionCode::Unknown,
        "there is no such token",
    ),
    (
        "s2 no audience",
        |case| case.claims.aud.0.clear(),
        DecisionCode::Unknown,
        "there is no such token",
    ),
    (
        "two audiences, ours among them",
        |case| case.claims.aud.0.insert(0, "https://api.test".to_owned()),
        DecisionCode::Active,
        "good",
    ),
    (
        "its kind left the catalog",
        |case| case.claims.hallpass.kind = "gone".into(),
        DecisionCode::Unknown,
        "there is no such token",
    ),
    (
        "its kind is opaque now",
        |case| case.claims.hallpass.kind = "secret".into(),
        DecisionCode::Unknown,
        "there is no such token",
    ),
    (
        "s18 its parent lives in another environment",
        |case| case.row().environment = "shop/test".parse().unwrap(),
        DecisionCode::Unknown,
        "there is no such token",
    ),
    (
        "its parent belongs to another account",
        |case| case.row().account = account(2),
        DecisionCode::Unknown,
        "there is no such token",
    ),
    (
        "the row of another parent",
        |case| case.row().id = TokenId::generate(&Bytes(9)).unwrap(),
        DecisionCode::Unknown,
        "there is no such token",
    ),
    (
        "s29 the asker is confined to another account",
        |case| case.asked.account = Some(account(2)),
        DecisionCode::Unknown,
        "there is no such token",
    ),
    (
        "the operator asks",
        |case| case.asked.account = None,
        DecisionCode::Active,
        "good",
    ),
    (
        "s27 revoked by its jti",
        |case| case.revoked = true,
        DecisionCode::Revoked,
        "was revoked: ask for another",
    ),
    (
        "expired",
        |case| case.claims.exp = UnixSeconds(SECOND - 5),
        DecisionCode::Expired,
        "has expired: ask for another",
    ),
    (
        "s4 not valid yet",
        |case| case.claims.nbf = Some(UnixSeconds(SECOND + 6)),
        DecisionCode::NotYetValid,
        "`nbf` lies ahead",
    ),
    (
        "issued in the future",
        |case| case.claims.iat = UnixSeconds(SECOND + 6),
        DecisionCode::NotYetValid,
        "time of issue",
    ),
    (
        "s53 its parent's row is gone",
        |case| case.parent = None,
        DecisionCode::ParentRevoked,
        "was revoked: derive it from another",
    ),
    (
        "its parent's kind left the catalog",
        |case| case.row().kind = "gone".into(),
        DecisionCode::ParentRevoked,
        "was revoked",
    ),
    (
        "s27 its parent was revoked",
        |case| case.row().revoked_at = Some(UnixMillis(0)),
        DecisionCode::ParentRevoked,
        "was revoked: derive it from another",
    ),
    (
        "issued before its parent's cut-off",
        |case| case.row().cut_off = Some(NOW),
        DecisionCode::ParentRevoked,
        "everything derived from its parent",
    ),
    (
        "s22 its parent has expired",
        |case| case.row().expires_at = Some(UnixSeconds(SECOND)),
        DecisionCode::ParentExpired,
        "derived from has expired",
    ),
    (
        "its parent is paused",
        |case| case.row().enabled = false,
        DecisionCode::ParentDisabled,
        "derived from is paused",
    ),
    (
        "another environment",
        |case| case.asked.environment = Some("shop/test"),
        DecisionCode::EnvironmentMismatch,
        "belongs to another environment than `shop/test`",
    ),
    (
        "s37 another origin",
        |case| case.asked.origin = Some("https://b.com"),
        DecisionCode::OriginDenied,
        "may not be used from `https://b.com`",
    ),
    (
        "s37 no origin",
        |case| case.asked.origin = None,
        DecisionCode::OriginDenied,
        "the request names none",
    ),
    (
        "bound to no origin itself, but its parent is",
        |case| {
            case.claims.hallpass.origins.0.clear();
            case.asked.origin = Some("https://b.com");
        },
        DecisionCode::OriginDenied,
        "may not be used from `https://b.com`",
    ),
    (
        "s21 its parent's origins were narrowed",
        |case| case.row().origins.0 = vec!["https://b.com".parse().unwrap()],
        DecisionCode::OriginDenied,
        "may not be used from `https://a.com`",
    ),
    (
        "another address",
        |case| case.asked.ip = Some("203.0.114.7"),
        DecisionCode::IpDenied,
        "from the address `203.0.114.7`",
    ),
    (
        "no address",
        |case| case.asked.ip = None,
        DecisionCode::IpDenied,
        "pass `ip`",
    ),
    (
        "s21 its parent's addresses were narrowed",
        |case| case.row().ips.0 = vec!["203.0.113.128/25".parse().unwrap()],
        DecisionCode::IpDenied,
        "from the address `203.0.113.7`",
    ),
    (
        "a scope it does not hold",
        |case| case.asked.scopes = vec!["floor:view", "floor:write@floor/2"],
        DecisionCode::InsufficientScope,
        "the token lacks `floor:write@floor/2`; it holds `floor:view`, `floor:write@floor/1`",
    ),
    (
        "s21 its parent's scopes were narrowed",
        |case| case.row().scopes = serde_json::from_value(json!(["floor:view"])).unwrap(),
        DecisionCode::InsufficientScope,
        "derived from lacks `floor:read@floor/1/room/2`; it holds `floor:view`",
    ),
    (
        "its parent's scopes were widened",
        |case| {
            case.row().scopes = serde_json::from_value(json!(["floor:*"])).unwrap();
            case.asked.scopes = vec!["floor:write@floor/2"];
        },
        DecisionCode::InsufficientScope,
        "the token lacks `floor:write@floor/2`",
    ),
];

#[test]
fn s21_s22_s27_s29_s31_s53_what_is_known_of_an_opaque_token_decides() {
    for (name, change, code, part) in OPAQUE {
        let mut case = Opaque::good();
        change(&mut case);
        let decision = case.decide();
        assert_eq!(decision.code, *code, "{name}: {}", decision.detail);
        assert!(
            decision.detail.contains(part),
            "{name}: {}",
            decision.detail
        );
        assert_eq!(
            decision.is_active(),
            *code == DecisionCode::Active,
            "{name}"
        );
    }
}

#[test]
fn s2_s3_s4_s21_s22_s27_s29_s53_what_is_known_of_a_jwt_decides() {
    for (name, change, code, part) in JWT {
        let mut case = Jwt::good();
        change(&mut case);
        let decision = case.decide();
        assert_eq!(decision.code, *code, "{name}: {}", decision.detail);
        assert!(
            decision.detail.contains(part),
            "{name}: {}",
            decision.detail
        );
        assert_eq!(
            decision.is_active(),
            *code == DecisionCode::Active,
            "{name}"
        );
    }
}

#[test]
fn s31_every_unknown_token_gets_the_same_answer() {
    let opaque = OPAQUE.iter().filter(|row| row.2 == DecisionCode::Unknown);
    let jwt = JWT.iter().filter(|row| row.2 == DecisionCode::Unknown);
    let answers: Vec<Decision> = opaque
        .map(|row| {
            let mut case = Opaque::good();
            row.1(&mut case);
            case.decide()
        })
        .chain(jwt.map(|row| {
            let mut case = Jwt::good();
            row.1(&mut case);
            case.decide()
        }))
        .collect();
    assert!(answers.len() > 10);
    for answer in &answers {
        assert_eq!(answer, answers.first().unwrap());
    }
}

/// The first row of each code but `active`, in the order of the rows.
fn one_fault_a_code<T>(rows: &[Row<T>]) -> Vec<&Row<T>> {
    let mut faults: Vec<&Row<T>> = Vec::new();
    for row in rows {
        if row.2 != DecisionCode::Active && faults.iter().all(|fault| fault.2 != row.2) {
            faults.push(row);
        }
    }
    faults
}

#[test]
fn of_two_faults_of_an_opaque_token_the_earlier_one_is_named() {
    let faults = one_fault_a_code(OPAQUE);
    let mut pairs = 0;
    for (one, first, code, _) in &faults {
        for (other, second, other_code, _) in &faults {
            let mut case = Opaque::good();
            first(&mut case);
            second(&mut case);
            let earlier = if rank(*code) <= rank(*other_code) {
                code
            } else {
                other_code
            };
            assert_eq!(case.decide().code, *earlier, "{one} and {other}");
            pairs += 1;
        }
    }
    // All codes but `active` and the three of parents.
    assert_eq!(pairs, 10 * 10);
}

#[test]
fn of_two_faults_of_a_jwt_the_earlier_one_is_named() {
    let faults: Vec<_> = one_fault_a_code(JWT);
    let mut pairs = 0;
    for (one, first, code, _) in &faults {
        for (other, second, other_code, _) in &faults {
            let mut case = Jwt::good();
            // Where the first fault takes the parent away, there is nothing to change about it.
            first(&mut case);
            if case.parent.is_none() {
                case = Jwt::good();
                case.row().revoked_at = Some(UnixMillis(0));
            }
            second(&mut case);
            let earlier = if rank(*code) <= rank(*other_code) {
                code
            } else {
                other_code
            };
            assert_eq!(case.decide().code, *earlier, "{one} and {other}");
            pairs += 1;
        }
    }
    // All codes but `active` and `disabled`, which a JWT cannot be.
    assert_eq!(pairs, 12 * 12);
}

#[test]
fn s53_a_missing_parent_denies_whatever_the_request_asks_for() {
    let changes: [fn(&mut Asked); 7] = [
        |_| {},
        |asked| asked.scopes.clear(),
        |asked| asked.account = None,
        |asked| asked.environment = None,
        |asked| asked.environment = Some("shop/test"),
        |asked| asked.origin = None,
        |asked| asked.ip = None,
    ];
    for change in changes {
        let mut case = Jwt::good();
        case.parent = None;
        case.claims.hallpass.origins.0.clear();
        case.claims.hallpass.ips.0.clear();
        change(&mut case.asked);
        assert_eq!(case.decide().code, DecisionCode::ParentRevoked);
    }
}

#[test]
fn the_codes_are_written_as_clients_know_them() {
    let written = "malformed unknown revoked disabled expired not_yet_valid parent_revoked \
        parent_expired parent_disabled environment_mismatch origin_denied ip_denied \
        insufficient_scope active";
    for (code, expected) in ORDER.into_iter().zip(written.split_whitespace()) {
        assert_eq!(code.as_str(), expected);
        assert_eq!(serde_json::to_value(code).unwrap(), expected);
    }
    assert_eq!(ORDER.len(), written.split_whitespace().count());
}
