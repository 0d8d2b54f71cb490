//! The decision as tables: what the rows and the request say, and the answer with its sentence.

#![cfg(test)]

use hallpass_core::{
    AccountId, Catalog, Claims, Code, Decision, EnvironmentName, Evidence, Facts, Issuer,
    Malformed, OpaqueToken, Parent, Prefix, PresentedOrigin, PreviousSecret, Random,
    RandomUnavailable, Scope, TokenId, TokenRecord, UnixMillis, UnixSeconds, decide,
};
use serde_json::json;

const CATALOG: &str = r#"
name = "test"

[scopes]
"floor:view" = { description = "See", public = true }
"floor:read" = { description = "Read" }
"floor:write" = { description = "Write" }

[implications]
"floor:write" = ["floor:read"]

[kinds.web]
prefix = "tweb"
format = "opaque"
exposure = "public"
scopes = ["floor:view"]
lifetime = "never"
origins = "required"
presented = ["query:token"]
principals = ["account"]

[kinds.secret]
prefix = "tsec"
format = "opaque"
exposure = "secret"
scopes = ["*"]
lifetime = "never"
origins = "optional"
presented = ["bearer"]
principals = ["account"]
derives = ["temporary", "embedded"]

[kinds.temporary]
format = "jwt"
exposure = "secret"
scopes = ["*"]
lifetime = { default = 60, min = 1, max = 3600 }
origins = "optional"
presented = ["bearer"]
principals = ["account"]

[kinds.embedded]
format = "jwt"
exposure = "secret"
scopes = ["*"]
lifetime = { default = 60, min = 1, max = 3600 }
origins = "required"
presented = ["bearer"]
principals = ["account"]
"#;

/// The present of every case that names no other.
const NOW: UnixMillis = UnixMillis(1_800_000_000_500);
/// The second it lies in.
const SECOND: u64 = 1_800_000_000;

/// The order of design §5.
const ORDER: [Code; 14] = [
    Code::Malformed,
    Code::Unknown,
    Code::Revoked,
    Code::Disabled,
    Code::Expired,
    Code::NotYetValid,
    Code::ParentRevoked,
    Code::ParentExpired,
    Code::ParentDisabled,
    Code::EnvironmentMismatch,
    Code::OriginDenied,
    Code::IpDenied,
    Code::InsufficientScope,
    Code::Active,
];

fn rank(code: Code) -> usize {
    ORDER.iter().position(|known| *known == code).unwrap()
}

#[derive(Debug)]
struct Bytes(u8);

impl Random for Bytes {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomUnavailable> {
        bytes.fill(self.0);
        Ok(())
    }
}

fn catalog() -> Catalog {
    Catalog::parse("test.toml", CATALOG).unwrap()
}

fn issuer() -> Issuer {
    "https://hallpass.test".parse().unwrap()
}

fn account(byte: u8) -> AccountId {
    AccountId::generate(&Bytes(byte)).unwrap()
}

fn opaque(prefix: &str, secret: u8) -> OpaqueToken {
    let prefix: Prefix = prefix.parse().unwrap();
    OpaqueToken::generate(
        prefix,
        TokenId::generate(&Bytes(1)).unwrap(),
        &Bytes(secret),
    )
    .unwrap()
}

/// A good record of kind `secret`, bound to an origin and a block of addresses.
fn record() -> TokenRecord {
    serde_json::from_value(json!({
        "id": TokenId::generate(&Bytes(1)).unwrap(),
        "kind": "secret",
        "account": account(1),
        "environment": "shop/live",
        "principal": account(1),
        "name": "test",
        "scopes": ["floor:write@floor/1", "floor:view"],
        "origins": ["https://a.com"],
        "ips": ["203.0.113.0/24"],
        "secret_hash": opaque("tsec", 1).secret.hash(),
        "created_at": 0,
        "enabled": true,
    }))
    .unwrap()
}

/// Good claims of kind `temporary`, derived from [`record`] this second.
fn claims() -> Claims {
    serde_json::from_value(json!({
        "iss": "https://hallpass.test",
        "sub": account(1),
        "aud": "https://hallpass.test",
        "client_id": record().id,
        "exp": SECOND + 60,
        "iat": SECOND,
        "jti": hallpass_core::JwtId::generate(&Bytes(3)).unwrap(),
        "scope": "floor:view floor:write@floor/1",
        "https://hallpass.dev/claims": {
            "kind": "temporary",
            "account": account(1),
            "environment": "shop/live",
            "parent": record().id,
            "origins": ["https://a.com"],
            "ips": ["203.0.113.0/24"],
            "iat_ms": NOW,
        },
    }))
    .unwrap()
}

/// What a request asks for; as it stands, what a good token allows.
struct Asked {
    account: Option<AccountId>,
    environment: Option<&'static str>,
    origin: Option<&'static str>,
    ip: Option<&'static str>,
    scopes: Vec<&'static str>,
    now: UnixMillis,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            account: Some(account(1)),
            environment: Some("shop/live"),
            origin: Some("https://a.com"),
            ip: Some("203.0.113.7"),
            scopes: vec!["floor:read@floor/1/room/2", "floor:view"],
            now: NOW,
        }
    }
}

impl Asked {
    fn decide(&self, evidence: &Evidence) -> Decision {
        let scopes: Vec<Scope> = self
            .scopes
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        let environment: Option<EnvironmentName> =
            self.environment.map(|name| name.parse().unwrap());
        let facts = Facts {
            scopes: &scopes,
            account: self.account,
            environment: environment.as_ref(),
            origin: PresentedOrigin::parse(self.origin),
            ip: self.ip.map(|ip| ip.parse().unwrap()),
        };
        decide(&catalog(), evidence, &facts, self.now)
    }
}

/// A presented opaque token and its row.
struct Opaque {
    malformed: Option<Malformed>,
    token: OpaqueToken,
    record: Option<TokenRecord>,
    asked: Asked,
}

impl Opaque {
    fn good() -> Self {
        Self {
            malformed: None,
            token: opaque("tsec", 1),
            record: Some(record()),
            asked: Asked::default(),
        }
    }

    fn row(&mut self) -> &mut TokenRecord {
        self.record.as_mut().unwrap()
    }

    fn decide(self) -> Decision {
        let evidence = match self.malformed {
            Some(reason) => Evidence::Malformed(reason),
            None => Evidence::of_opaque(&catalog(), &self.token, self.record, self.asked.now),
        };
        self.asked.decide(&evidence)
    }
}

/// A presented JWT whose signature was right, and its rows.
struct Jwt {
    malformed: Option<Malformed>,
    claims: Claims,
    revoked: bool,
    parent: Option<TokenRecord>,
    asked: Asked,
}

impl Jwt {
    fn good() -> Self {
        Self {
            malformed: None,
            claims: claims(),
            revoked: false,
            parent: Some(record()),
            asked: Asked::default(),
        }
    }

    fn row(&mut self) -> &mut TokenRecord {
        self.parent.as_mut().unwrap()
    }

    fn decide(self) -> Decision {
        let evidence = match self.malformed {
            Some(reason) => Evidence::Malformed(reason),
            None => Evidence::of_jwt(
                &catalog(),
                &issuer(),
                self.claims,
                self.revoked,
                self.parent.map(|parent| Parent::Token(Box::new(parent))),
                None,
            ),
        };
        self.asked.decide(&evidence)
    }
}

/// One change to a good case, the code it leads to and a part of its sentence.
type Row<T> = (&'static str, fn(&mut T), Code, &'static str);

/// One change to a row or to claims, the present in milliseconds and the code it leads to.
type Moment<T> = (fn(&mut T), u64, Code);

const OPAQUE: &[Row<Opaque>] = &[
    (
        "nothing wrong",
        |_| {},
        Code::Active,
        "good for this request",
    ),
    (
        "junk",
        |case| case.malformed = Some(Malformed::Checksum),
        Code::Malformed,
        "mistyped or cut off",
    ),
    (
        "s31 wrong secret",
        |case| case.token = opaque("tsec", 2),
        Code::Unknown,
        "there is no such token",
    ),
    (
        "s31 s53 no record",
        |case| case.record = None,
        Code::Unknown,
        "there is no such token",
    ),
    (
        "s29 the asker is confined to another account",
        |case| case.asked.account = Some(account(2)),
        Code::Unknown,
        "there is no such token",
    ),
    (
        "the operator asks",
        |case| case.asked.account = None,
        Code::Active,
        "good",
    ),
    (
        "its kind left the catalog",
        |case| case.row().kind = "gone".into(),
        Code::Unknown,
        "there is no such token",
    ),
    (
        "its kind is a JWT's by now",
        |case| case.row().kind = "temporary".into(),
        Code::Unknown,
        "there is no such token",
    ),
    (
        "another kind's prefix",
        |case| case.token = opaque("tweb", 1),
        Code::Unknown,
        "there is no such token",
    ),
    (
        "a prefix that left the catalog",
        |case| case.token = opaque("told", 1),
        Code::Unknown,
        "there is no such token",
    ),
    (
        "the row of another token",
        |case| case.row().id = TokenId::generate(&Bytes(9)).unwrap(),
        Code::Unknown,
        "there is no such token",
    ),
    (
        "s27 revoked",
        |case| case.row().revoked_at = Some(UnixMillis(0)),
        Code::Revoked,
        "was revoked: mint another",
    ),
    (
        "revoked at a moment still ahead by this clock",
        |case| case.row().revoked_at = Some(UnixMillis(u64::MAX)),
        Code::Revoked,
        "was revoked",
    ),
    (
        "paused",
        |case| case.row().enabled = false,
        Code::Disabled,
        "set `enabled` to true",
    ),
    (
        "s30 expired, not yet deleted",
        |case| case.row().expires_at = Some(UnixSeconds(SECOND)),
        Code::Expired,
        "has expired: mint another",
    ),
    (
        "not valid yet",
        |case| case.row().not_before = Some(UnixSeconds(SECOND + 6)),
        Code::NotYetValid,
        "`not_before`",
    ),
    (
        "another environment",
        |case| case.asked.environment = Some("shop/test"),
        Code::EnvironmentMismatch,
        "belongs to another environment than `shop/test`",
    ),
    (
        "any environment",
        |case| case.asked.environment = None,
        Code::Active,
        "good",
    ),
    (
        "s37 another origin",
        |case| case.asked.origin = Some("https://b.com"),
        Code::OriginDenied,
        "may not be used from `https://b.com`",
    ),
    (
        "s37 no origin",
        |case| case.asked.origin = None,
        Code::OriginDenied,
        "the request names none",
    ),
    (
        "s37 the origin `null`",
        |case| case.asked.origin = Some("null"),
        Code::OriginDenied,
        "`null` or not one",
    ),
    (
        "bound to no origin, and none is named",
        |case| {
            case.row().origins.0.clear();
            case.asked.origin = None;
        },
        Code::Active,
        "good",
    ),
    (
        "bound to no origin, and `null` is named",
        |case| {
            case.row().origins.0.clear();
            case.asked.origin = Some("null");
        },
        Code::Active,
        "good",
    ),
    (
        "another address",
        |case| case.asked.ip = Some("203.0.114.7"),
        Code::IpDenied,
        "from the address `203.0.114.7`",
    ),
    (
        "no address",
        |case| case.asked.ip = None,
        Code::IpDenied,
        "pass `ip`",
    ),
    (
        "the address mapped into IPv6",
        |case| case.asked.ip = Some("::ffff:203.0.113.7"),
        Code::Active,
        "good",
    ),
    (
        "bound to no address, and none is named",
        |case| {
            case.row().ips.0.clear();
            case.asked.ip = None;
        },
        Code::Active,
        "good",
    ),
    (
        "a scope it does not hold",
        |case| case.asked.scopes = vec!["floor:view", "floor:write@floor/2"],
        Code::InsufficientScope,
        "lacks `floor:write@floor/2`; it holds `floor:view`, `floor:write@floor/1`",
    ),
    (
        "a wider place than it holds",
        |case| case.asked.scopes = vec!["floor:write"],
        Code::InsufficientScope,
        "lacks `floor:write`",
    ),
    (
        "s51 a management scope, and it holds `*`",
        |case| {
            case.row().scopes = serde_json::from_value(json!(["floor:*"])).unwrap();
            case.asked.scopes = vec!["tokens:read"];
        },
        Code::InsufficientScope,
        "lacks `tokens:read`; it holds `floor:*`",
    ),
    (
        "no scope is asked for",
        |case| case.asked.scopes.clear(),
        Code::Active,
        "good",
    ),
];

const JWT: &[Row<Jwt>] = &[
    (
        "nothing wrong",
        |_| {},
        Code::Active,
        "good for this request",
    ),
    (
        "junk",
        |case| case.malformed = Some(Malformed::JwtClaims),
        Code::Malformed,
        "claims are not what this service writes",
    ),
    (
        "s3 another issuer",
        |case| case.claims.iss = "https://evil.test".parse().unwrap(),
        Code::Unknown,
        "there is no such token",
    ),
    (
        "s2 another audience",
        |case| case.claims.aud.0 = vec!["https://evil.test".to_owned()],
        Code::Unknown,
        "there is no such token",
    ),
    (
        "s2 no audience",
        |case| case.claims.aud.0.clear(),
        Code::Unknown,
        "there is no such token",
    ),
    (
        "two audiences, ours among them",
        |case| case.claims.aud.0.insert(0, "https://api.test".to_owned()),
        Code::Active,
        "good",
    ),
    (
        "its kind left the catalog",
        |case| case.claims.hallpass.kind = "gone".into(),
        Code::Unknown,
        "there is no such token",
    ),
    (
        "its kind is opaque by now",
        |case| case.claims.hallpass.kind = "secret".into(),
        Code::Unknown,
        "there is no such token",
    ),
    (
        "s18 its parent lives in another environment",
        |case| case.row().environment = "shop/test".parse().unwrap(),
        Code::Unknown,
        "there is no such token",
    ),
    (
        "its parent belongs to another account",
        |case| case.row().account = account(2),
        Code::Unknown,
        "there is no such token",
    ),
    (
        "the row of another parent",
        |case| case.row().id = TokenId::generate(&Bytes(9)).unwrap(),
        Code::Unknown,
        "there is no such token",
    ),
    (
        "s29 the asker is confined to another account",
        |case| case.asked.account = Some(account(2)),
        Code::Unknown,
        "there is no such token",
    ),
    (
        "the operator asks",
        |case| case.asked.account = None,
        Code::Active,
        "good",
    ),
    (
        "s27 revoked by its jti",
        |case| case.revoked = true,
        Code::Revoked,
        "was revoked: ask for another",
    ),
    (
        "expired",
        |case| case.claims.exp = UnixSeconds(SECOND - 5),
        Code::Expired,
        "has expired: ask for another",
    ),
    (
        "s4 not valid yet",
        |case| case.claims.nbf = Some(UnixSeconds(SECOND + 6)),
        Code::NotYetValid,
        "`nbf` lies ahead",
    ),
    (
        "issued in the future",
        |case| case.claims.iat = UnixSeconds(SECOND + 6),
        Code::NotYetValid,
        "time of issue",
    ),
    (
        "s53 its parent's row is gone",
        |case| case.parent = None,
        Code::ParentRevoked,
        "was revoked: derive it from another",
    ),
    (
        "its parent's kind left the catalog",
        |case| case.row().kind = "gone".into(),
        Code::ParentRevoked,
        "was revoked",
    ),
    (
        "s27 its parent was revoked",
        |case| case.row().revoked_at = Some(UnixMillis(0)),
        Code::ParentRevoked,
        "was revoked: derive it from another",
    ),
    (
        "issued before its parent's cut-off",
        |case| case.row().cut_off = Some(NOW),
        Code::ParentRevoked,
        "everything derived from its parent",
    ),
    (
        "s22 its parent has expired",
        |case| case.row().expires_at = Some(UnixSeconds(SECOND)),
        Code::ParentExpired,
        "derived from has expired",
    ),
    (
        "its parent is paused",
        |case| case.row().enabled = false,
        Code::ParentDisabled,
        "derived from is paused",
    ),
    (
        "another environment",
        |case| case.asked.environment = Some("shop/test"),
        Code::EnvironmentMismatch,
        "belongs to another environment than `shop/test`",
    ),
    (
        "s37 another origin",
        |case| case.asked.origin = Some("https://b.com"),
        Code::OriginDenied,
        "may not be used from `https://b.com`",
    ),
    (
        "s37 no origin",
        |case| case.asked.origin = None,
        Code::OriginDenied,
        "the request names none",
    ),
    (
        "bound to no origin itself, but its parent is",
        |case| {
            case.claims.hallpass.origins.0.clear();
            case.asked.origin = Some("https://b.com");
        },
        Code::OriginDenied,
        "may not be used from `https://b.com`",
    ),
    (
        "s21 its parent's origins were narrowed",
        |case| case.row().origins.0 = vec!["https://b.com".parse().unwrap()],
        Code::OriginDenied,
        "may not be used from `https://a.com`",
    ),
    (
        "another address",
        |case| case.asked.ip = Some("203.0.114.7"),
        Code::IpDenied,
        "from the address `203.0.114.7`",
    ),
    (
        "no address",
        |case| case.asked.ip = None,
        Code::IpDenied,
        "pass `ip`",
    ),
    (
        "s21 its parent's addresses were narrowed",
        |case| case.row().ips.0 = vec!["203.0.113.128/25".parse().unwrap()],
        Code::IpDenied,
        "from the address `203.0.113.7`",
    ),
    (
        "a scope it does not hold",
        |case| case.asked.scopes = vec!["floor:view", "floor:write@floor/2"],
        Code::InsufficientScope,
        "the token lacks `floor:write@floor/2`; it holds `floor:view`, `floor:write@floor/1`",
    ),
    (
        "s21 its parent's scopes were narrowed",
        |case| case.row().scopes = serde_json::from_value(json!(["floor:view"])).unwrap(),
        Code::InsufficientScope,
        "derived from lacks `floor:read@floor/1/room/2`; it holds `floor:view`",
    ),
    (
        "its parent's scopes were widened",
        |case| {
            case.row().scopes = serde_json::from_value(json!(["floor:*"])).unwrap();
            case.asked.scopes = vec!["floor:write@floor/2"];
        },
        Code::InsufficientScope,
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
        assert_eq!(decision.is_active(), *code == Code::Active, "{name}");
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
        assert_eq!(decision.is_active(), *code == Code::Active, "{name}");
    }
}

#[test]
fn s31_every_unknown_token_gets_the_same_answer() {
    let opaque = OPAQUE.iter().filter(|row| row.2 == Code::Unknown);
    let jwt = JWT.iter().filter(|row| row.2 == Code::Unknown);
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
        if row.2 != Code::Active && faults.iter().all(|fault| fault.2 != row.2) {
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
        assert_eq!(case.decide().code, Code::ParentRevoked);
    }
}

#[test]
fn s22_s30_an_opaque_tokens_times_are_exact_to_the_millisecond() {
    const AT: u64 = SECOND * 1_000;
    let expires = |row: &mut TokenRecord| row.expires_at = Some(UnixSeconds(SECOND));
    let starts = |row: &mut TokenRecord| row.not_before = Some(UnixSeconds(SECOND));
    let never = |row: &mut TokenRecord| row.expires_at = Some(UnixSeconds(u64::MAX));
    let cases: &[Moment<TokenRecord>] = &[
        (expires, AT - 1, Code::Active),
        (expires, AT, Code::Expired),
        (expires, AT + 1, Code::Expired),
        (expires, u64::MAX, Code::Expired),
        (starts, AT, Code::Active),
        (starts, AT - 5_000, Code::Active),
        (starts, AT - 5_001, Code::NotYetValid),
        (starts, 0, Code::NotYetValid),
        (never, AT, Code::Active),
        (never, u64::MAX - 1, Code::Active),
    ];
    for (change, now, code) in cases {
        let mut case = Opaque::good();
        change(case.row());
        case.asked.now = UnixMillis(*now);
        assert_eq!(case.decide().code, *code, "at {now}");
    }
}

#[test]
fn s5_s46_a_jwts_times_have_five_seconds_and_not_one_millisecond_more() {
    const AT: u64 = SECOND * 1_000;
    let issued = |claims: &mut Claims, at: u64| claims.iat = UnixSeconds(at);
    let expires = |claims: &mut Claims| claims.exp = UnixSeconds(SECOND);
    let iat = |claims: &mut Claims| claims.iat = UnixSeconds(SECOND);
    let nbf = |claims: &mut Claims| {
        claims.iat = UnixSeconds(SECOND - 100);
        claims.nbf = Some(UnixSeconds(SECOND));
    };
    let iat_after_nbf = |claims: &mut Claims| {
        claims.iat = UnixSeconds(SECOND);
        claims.nbf = Some(UnixSeconds(SECOND - 100));
    };
    let forever = |claims: &mut Claims| claims.exp = UnixSeconds(u64::MAX);
    let cases: &[Moment<Claims>] = &[
        (expires, AT, Code::Active),
        (expires, AT + 4_999, Code::Active),
        (expires, AT + 5_000, Code::Expired),
        (expires, AT + 6_000, Code::Expired),
        (expires, u64::MAX, Code::Expired),
        (iat, AT - 5_000, Code::Active),
        (iat, AT - 5_001, Code::NotYetValid),
        (iat, 0, Code::NotYetValid),
        (nbf, AT - 5_000, Code::Active),
        (nbf, AT - 5_001, Code::NotYetValid),
        (iat_after_nbf, AT - 5_000, Code::Active),
        (iat_after_nbf, AT - 5_001, Code::NotYetValid),
        (forever, u64::MAX - 1, Code::Active),
    ];
    for (change, now, code) in cases {
        let mut case = Jwt::good();
        issued(&mut case.claims, SECOND - 100);
        change(&mut case.claims);
        case.asked.now = UnixMillis(*now);
        assert_eq!(case.decide().code, *code, "at {now}");
    }
}

#[test]
fn s22_a_parents_expiry_is_exact_to_the_millisecond() {
    const AT: u64 = SECOND * 1_000;
    for (now, code) in [
        (AT - 1, Code::Active),
        (AT, Code::ParentExpired),
        (AT + 4_999, Code::ParentExpired),
    ] {
        let mut case = Jwt::good();
        case.row().expires_at = Some(UnixSeconds(SECOND));
        case.asked.now = UnixMillis(now);
        assert_eq!(case.decide().code, code, "at {now}");
    }
}

#[test]
fn s27_a_cut_off_ends_what_was_issued_in_its_millisecond_and_nothing_later() {
    let UnixMillis(cut_off) = NOW;
    for (issued, code) in [
        (cut_off - 1, Code::ParentRevoked),
        (cut_off, Code::ParentRevoked),
        (cut_off + 1, Code::Active),
    ] {
        let mut case = Jwt::good();
        case.row().cut_off = Some(NOW);
        case.claims.hallpass.iat_ms = UnixMillis(issued);
        assert_eq!(case.decide().code, code, "issued at {issued}");
    }
}

#[test]
fn a_cut_off_does_not_end_the_token_that_carries_it() {
    let mut case = Opaque::good();
    case.row().cut_off = Some(NOW);
    assert_eq!(case.decide().code, Code::Active);
}

#[test]
fn s31_a_rotated_secret_lives_until_its_last_millisecond_and_then_was_never_there() {
    let UnixMillis(now) = NOW;
    for (until, code) in [
        (NOW.seconds().plus(1).millis().0, Code::Active),
        (now, Code::Unknown),
        (now - 1, Code::Unknown),
    ] {
        let mut case = Opaque::good();
        case.row().secret_hash = opaque("tsec", 2).secret.hash();
        let previous = PreviousSecret {
            hash: opaque("tsec", 1).secret.hash(),
            until: UnixMillis(until),
        };
        case.row().previous = vec![previous];
        assert_eq!(case.decide().code, code, "until {until}");
    }
}

#[test]
fn s37_a_kind_that_requires_origins_denies_a_token_without_one() {
    for origin in [None, Some("null"), Some("https://a.com")] {
        let mut case = Opaque::good();
        case.token = opaque("tweb", 1);
        case.row().kind = "web".into();
        case.row().origins.0.clear();
        case.asked.scopes = vec!["floor:view"];
        case.asked.origin = origin;
        assert_eq!(case.decide().code, Code::OriginDenied, "{origin:?}");

        let mut case = Jwt::good();
        case.claims.hallpass.kind = "embedded".into();
        case.claims.hallpass.origins.0.clear();
        case.asked.origin = origin;
        assert_eq!(case.decide().code, Code::OriginDenied, "{origin:?}");
    }
}

#[test]
fn a_jwt_that_requires_origins_may_come_from_a_parent_that_has_none() {
    for (origin, code) in [
        (Some("https://a.com"), Code::Active),
        (Some("https://b.com"), Code::OriginDenied),
        (None, Code::OriginDenied),
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
    assert_eq!(case.decide().code, Code::OriginDenied);
}

#[test]
fn the_codes_are_written_as_the_design_writes_them() {
    let written = "malformed unknown revoked disabled expired not_yet_valid parent_revoked \
        parent_expired parent_disabled environment_mismatch origin_denied ip_denied \
        insufficient_scope active";
    for (code, expected) in ORDER.into_iter().zip(written.split_whitespace()) {
        assert_eq!(code.as_str(), expected);
        assert_eq!(serde_json::to_value(code).unwrap(), expected);
    }
    assert_eq!(ORDER.len(), written.split_whitespace().count());
}
