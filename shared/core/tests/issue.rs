//! The law of issuing, as one table of cases that is run through every way a token comes to be or
//! is changed.

use hallpass_core::{
    BoundsError, Catalog, ChangeError, IssueError, IssueRequest, IssuedKind, LifetimeError, Maker,
    Metadata, OpaqueToken, Principal, PrincipalRights, Random, RandomUnavailable, RightsNow,
    ScopeRequest, ScopeSet, ShareRecord, TokenContext, TokenDetails, TokenId, TokenRecord,
    UnixMillis, covered, prepare,
};
use serde_json::{Value, json};
use std::collections::HashMap;

const CATALOG: &str = r#"
name = "law"
[scopes]
"floor:read" = { description = "Read" }
"floor:write" = { description = "Write" }
"plan:read" = { description = "Read plans" }
[implications]
"floor:write" = ["floor:read"]
[access]
read = ["floor:read"]
write = ["floor:write"]
[shares]
kind = "visitor"
scopes = ["floor:read"]
place = "model"
[kinds.server]
prefix = "srv"
format = "opaque"
exposure = "secret"
scopes = ["*", "tokens:mint", "tokens:impersonate"]
lifetime = "never"
origins = "optional"
presented = ["bearer"]
principals = ["account", "user", "service_account"]
derives = ["visitor"]
[kinds.live]
prefix = "liv"
format = "opaque"
exposure = "secret"
scopes = ["*", "tokens:mint"]
lifetime = "never"
origins = "none"
presented = ["bearer"]
principals = ["user"]
live = true
[kinds.visitor]
format = "jwt"
exposure = "secret"
scopes = ["*"]
lifetime = { default = 3600, min = 900, max = 86400 }
origins = "optional"
presented = ["bearer"]
principals = ["account", "user", "service_account"]
"#;

const ACCOUNT: &str = "acc_0000000000000000000001";
const OTHER: &str = "acc_0000000000000000000009";
const USER: &str = "usr_0000000000000000000002";
const SERVICE_ACCOUNT: &str = "svc_0000000000000000000003";
const NOW: UnixMillis = UnixMillis(1_800_000_000_000);
const SECOND: u64 = 1_800_000_000;

#[derive(Debug)]
struct Sevens;

impl Random for Sevens {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomUnavailable> {
        bytes.fill(7);
        Ok(())
    }
}

/// The ways a token is made, or changed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Mint,
    Derive,
    Change,
    /// By a level of access, as `/app/v1/users/{user}/tokens` asks for it.
    UserToken,
    /// What an API key holds of its kind's usual scopes.
    ExchangeKey,
    /// What a share gives its visitors.
    ExchangePassword,
    /// By the deployment itself, which has no bounds.
    Bootstrap,
}

const WAYS: [Way; 7] = [
    Way::Mint,
    Way::Derive,
    Way::Change,
    Way::UserToken,
    Way::ExchangeKey,
    Way::ExchangePassword,
    Way::Bootstrap,
];

impl Way {
    /// Whether its request has fields for all that a case asks, and its maker can be such a one.
    fn can_say(self, case: &Case) -> bool {
        let only = |value: &Value, fields: &[&str]| {
            let asked = value.as_object().unwrap();
            asked.keys().all(|field| fields.contains(&field.as_str()))
        };
        let one_scope = case.asks["scopes"]
            .as_array()
            .is_some_and(|it| it.len() == 1);
        match self {
            Self::Mint | Self::Derive | Self::Change => true,
            Self::UserToken => {
                let principal = &case.asks["principal"];
                level(&case.asks).is_some()
                    && (principal.is_null() || *principal == json!(USER))
                    && only(&case.asks, &["scopes", "lifetime", "principal"])
            }
            Self::ExchangeKey => one_scope && only(&case.asks, &["scopes"]),
            Self::ExchangePassword => {
                one_scope && only(&case.asks, &["scopes"]) && only(&case.maker, &["scopes"])
            }
            Self::Bootstrap => case.answer == "ok",
        }
    }
}

/// The level of access whose scopes are those that a case asks for.
fn level(asks: &Value) -> Option<&'static str> {
    match &asks["scopes"] {
        Value::Null => Some("read"),
        scopes if *scopes == json!(["floor:read"]) => Some("read"),
        scopes if *scopes == json!(["floor:write"]) => Some("write"),
        _ => None,
    }
}

/// One case: what the maker is, what it asks for, and what every way answers.
struct Case {
    name: &'static str,
    maker: Value,
    asks: Value,
    answer: &'static str,
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
fn cases() -> Vec<Case> {
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

/// The maker's record: it may do everything, everywhere, for ever, but for these.
fn record(change: &Value) -> (OpaqueToken, TokenRecord) {
    let id = TokenId::generate(&Sevens).unwrap();
    let prefix = if change["kind"] == "live" {
        "liv"
    } else {
        "srv"
    };
    let token = OpaqueToken::generate(prefix.parse().unwrap(), id, &Sevens).unwrap();
    let mut record = json!({
        "id": id, "kind": "server", "account": ACCOUNT, "environment": "default/live",
        "principal": ACCOUNT, "name": "maker", "scopes": ["floor:*", "plan:*", "tokens:mint"],
        "secret_hash": token.secret.hash(), "created_at": 0, "enabled": true,
    });
    for (field, value) in change.as_object().unwrap() {
        record[field] = value.clone();
    }
    // What its principal may do is in that one's row.
    record.as_object_mut().unwrap().remove("rights");
    (token, serde_json::from_value(record).unwrap())
}

/// The context once its principal was read, which may do these things: everything, where absent.
fn with_rights(catalog: &Catalog, context: TokenContext, rights: &Value) -> TokenContext {
    let everything = json!(["floor:*", "plan:*", "tokens:mint", "tokens:impersonate",]);
    let rights = if rights.is_null() {
        &everything
    } else {
        rights
    };
    let records = context.principals().into_iter().map(|principal| {
        let record = json!({
            "id": principal, "account": ACCOUNT, "environment": "default/live", "name": "p",
            "scopes": rights, "created_at": 0,
        });
        (principal, serde_json::from_value(record).unwrap())
    });
    let records = records.collect();
    context.with_principals(&records, &HashMap::new(), catalog)
}

fn maker(catalog: &Catalog, change: &Value) -> TokenContext {
    let (token, record) = record(change);
    let context = TokenContext::of_opaque(catalog, &token, Some(record), NOW);
    assert!(matches!(context, TokenContext::Opaque { .. }));
    with_rights(catalog, context, &change["rights"])
}

fn request(asks: &Value) -> IssueRequest {
    let field = |name: &str| (!asks[name].is_null()).then(|| asks[name].clone());
    let scopes = field("scopes").unwrap_or_else(|| json!(["floor:read"]));
    IssueRequest {
        scopes: ScopeRequest::Named(serde_json::from_value(scopes).unwrap()),
        origins: field("origins").map(|origins| serde_json::from_value(origins).unwrap()),
        ips: field("ips").map(|ips| serde_json::from_value(ips).unwrap()),
        lifetime: asks["lifetime"].as_u64(),
        principal: field("principal").map(|principal| serde_json::from_value(principal).unwrap()),
        account: field("account").map(|account| serde_json::from_value(account).unwrap()),
        environment: field("environment").map(|name| serde_json::from_value(name).unwrap()),
        ..IssueRequest::default()
    }
}

/// Every principal there is, free to do anything.
fn free(needs: &[Principal]) -> Vec<PrincipalRights> {
    let all = needs.iter().map(|principal| PrincipalRights {
        principal: *principal,
        name: None,
        now: RightsNow::Unlimited,
    });
    all.collect()
}

fn issued(
    catalog: &Catalog,
    kind: Result<IssuedKind<'_>, IssueError>,
    request: IssueRequest,
    maker: Maker<'_>,
) -> Result<(), IssueError> {
    let prepared = prepare(catalog, kind?, request, maker, NOW)?;
    let rights = free(prepared.needs());
    prepared.issue(&rights).map(|_| ())
}

/// As much of these scopes as the maker holds: less than that is the answer to a scope that it lacks.
fn held(
    catalog: &Catalog,
    kind: Result<IssuedKind<'_>, IssueError>,
    asks: &Value,
    maker: Maker<'_>,
) -> Result<(), IssueError> {
    let asked: ScopeSet = serde_json::from_value(asks["scopes"].clone()).unwrap();
    let request = IssueRequest {
        scopes: ScopeRequest::Held(asked.clone()),
        ..IssueRequest::default()
    };
    let prepared = prepare(catalog, kind?, request, maker, NOW)?;
    let rights = free(prepared.needs());
    let issuer = "https://hallpass.test".parse().unwrap();
    let claims = prepared.issue(&rights)?.into_claims(&issuer, None, &Sevens);
    let given = claims.unwrap().claims().scope.clone();
    match given.covers_all(&asked, catalog.implications()) {
        Ok(()) => Ok(()),
        Err(less) => Err(IssueError::Bounds(BoundsError::Scope(less))),
    }
}

/// What one way answers, in the words of the table.
fn answer(catalog: &Catalog, way: Way, made_by: &Value, asks: &Value) -> String {
    let context = maker(catalog, made_by);
    let maker = Maker::Token(&context);
    let refusal = match way {
        Way::UserToken => {
            // Who asks for nobody else's token asks for their own.
            let mut made_by = made_by.clone();
            if asks["principal"].is_null() {
                made_by["principal"] = json!(USER);
            }
            let context = self::maker(catalog, &made_by);
            let maker = Maker::Token(&context);
            let request = IssueRequest {
                scopes: ScopeRequest::Level {
                    level: level(asks).unwrap().parse().unwrap(),
                    folders: None,
                },
                principal: Some(USER.parse().unwrap()),
                ..request(asks)
            };
            issued(
                catalog,
                IssuedKind::derived(catalog, &maker, None),
                request,
                maker,
            )
        }
        Way::ExchangeKey => held(
            catalog,
            IssuedKind::derived(catalog, &maker, None),
            asks,
            maker,
        ),
        Way::ExchangePassword => {
            let scopes = made_by["scopes"].as_array().cloned();
            let share: ShareRecord = serde_json::from_value(json!({
                "id": "shr_0000000000000000000004", "account": ACCOUNT,
                "environment": "default/live", "model": "m1", "created_at": 0,
                "scopes": scopes.unwrap_or_else(|| vec![json!("floor:*")]),
            }))
            .unwrap();
            let kind = IssuedKind::of_shares(catalog).ok_or(IssueError::NoMaker);
            held(catalog, kind, asks, Maker::Share(&share))
        }
        Way::Bootstrap => {
            let Principal::Account(operator) = ACCOUNT.parse().unwrap() else {
                panic!("an account");
            };
            let kind = IssuedKind::minted(catalog, &"server".into());
            issued(catalog, kind, request(asks), Maker::Deployment(operator))
        }
        Way::Mint => issued(
            catalog,
            IssuedKind::minted(catalog, &"server".into()),
            request(asks),
            maker,
        ),
        Way::Derive => issued(
            catalog,
            IssuedKind::derived(catalog, &maker, None),
            request(asks),
            maker,
        ),
        Way::Change => {
            // A token that is as this request asks for, to be rotated by the maker.
            let mut target = made_by.clone();
            target["scopes"] = json!(["floor:read"]);
            for field in ["scopes", "origins", "ips", "principal"] {
                if !asks[field].is_null() {
                    target[field] = asks[field].clone();
                }
            }
            if let Some(lifetime) = asks["lifetime"].as_u64() {
                target["expires_at"] = json!(SECOND.saturating_add(lifetime));
            }
            match covered(catalog, maker, &record(&target).1) {
                Err(ChangeError::Impersonation) => Err(IssueError::Impersonation),
                Err(ChangeError::NotCovered(error)) => Err(IssueError::Bounds(error)),
                Err(other) => panic!("{other:?}"),
                Ok(()) => Ok(()),
            }
        }
    };
    match refusal {
        Ok(()) => "ok".to_owned(),
        Err(
            IssueError::Bounds(BoundsError::Scope(_))
            | IssueError::NothingHeld
            | IssueError::NothingReachable(_),
        ) => "scope".to_owned(),
        Err(IssueError::Bounds(BoundsError::Origin(_))) => "origin".to_owned(),
        Err(IssueError::Bounds(BoundsError::Address(_))) => "address".to_owned(),
        Err(
            IssueError::Bounds(BoundsError::Expiry)
            | IssueError::Lifetime(LifetimeError::ParentExpiresFirst { .. }),
        ) => "expiry".to_owned(),
        Err(IssueError::Impersonation) => "impersonation".to_owned(),
        Err(IssueError::Bounds(BoundsError::Principal(_))) => "principal".to_owned(),
        Err(other) => format!("{other:?}"),
    }
}

#[test]
fn s21_s22_s51_s52_every_way_keeps_the_same_law() {
    let catalog = Catalog::parse("law.toml", CATALOG).unwrap();
    for case in cases() {
        for way in WAYS.into_iter().filter(|way| way.can_say(&case)) {
            let found = answer(&catalog, way, &case.maker, &case.asks);
            assert_eq!(found, case.answer, "{}, by {way:?}", case.name);
        }
    }
    // No way is left out of the table because it can say nothing of it, or no refusal.
    for way in WAYS {
        let said = || cases().into_iter().filter(|case| way.can_say(case));
        assert!(said().any(|case| case.answer == "ok"), "{way:?}");
        let refused = said().any(|case| case.answer != "ok");
        assert_eq!(refused, way != Way::Bootstrap, "{way:?}");
    }
}

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

#[test]
fn rights_that_were_not_read_are_an_error_and_never_no_bound() {
    let catalog = Catalog::parse("law.toml", CATALOG).unwrap();
    let context = maker(
        &catalog,
        &json!({"scopes": ["floor:*", "tokens:impersonate"]}),
    );
    let made_by = Maker::Token(&context);
    let user: Principal = USER.parse().unwrap();
    for kind in [
        IssuedKind::minted(&catalog, &"server".into()).unwrap(),
        IssuedKind::derived(&catalog, &made_by, None).unwrap(),
    ] {
        let prepared = || {
            let asks = json!({"principal": USER});
            prepare(&catalog, kind, request(&asks), made_by, NOW).unwrap()
        };
        assert_eq!(prepared().needs(), [user]);
        let issued = prepared().issue(&[]).map(|_| ());
        assert_eq!(issued, Err(IssueError::RightsNotRead(user)));
        let now = |now: RightsNow| {
            [PrincipalRights {
                principal: user,
                name: None,
                now,
            }]
        };
        let issued = prepared().issue(&now(RightsNow::Absent)).map(|_| ());
        assert_eq!(issued, Err(IssueError::UnknownPrincipal));
        let nothing = RightsNow::Limited(hallpass_core::Rights::default());
        let issued = prepared().issue(&now(nothing)).map(|_| ());
        let scope = "floor:read".parse().unwrap();
        assert_eq!(issued, Err(IssueError::NotThePrincipals(scope)));
    }
}

#[test]
fn what_is_held_is_narrowed_and_nothing_held_is_refused() {
    let catalog = Catalog::parse("law.toml", CATALOG).unwrap();
    let held = |made_by: Maker<'_>, wanted: &str| {
        let kind = match made_by {
            Maker::Share(_) => IssuedKind::of_shares(&catalog).unwrap(),
            _ => IssuedKind::derived(&catalog, &made_by, None).unwrap(),
        };
        let scopes: ScopeSet = serde_json::from_str(wanted).unwrap();
        let request = IssueRequest {
            scopes: ScopeRequest::Held(scopes),
            ..IssueRequest::default()
        };
        let issuance = prepare(&catalog, kind, request, made_by, NOW)?.issue(&[])?;
        let issuer = "https://hallpass.test".parse().unwrap();
        let claims = issuance.into_claims(&issuer, None, &Sevens).unwrap();
        Ok(claims.claims().scope.to_string())
    };
    let context = maker(&catalog, &json!({"scopes": ["floor:write@a"]}));
    let key = Maker::Token(&context);
    let answer = held(key, r#"["floor:read", "plan:read"]"#);
    assert_eq!(answer, Ok("floor:read@a".to_owned()));
    assert_eq!(held(key, r#"["plan:read"]"#), Err(IssueError::NothingHeld));
    let share: ShareRecord = serde_json::from_value(json!({
        "id": "shr_0000000000000000000004", "account": ACCOUNT, "environment": "default/live",
        "model": "m1", "scopes": ["floor:read@model/m1"], "created_at": 0,
    }))
    .unwrap();
    let answer = held(Maker::Share(&share), r#"["floor:*"]"#);
    assert_eq!(answer, Ok("floor:read@model/m1".to_owned()));
}

#[test]
fn a_live_token_of_ones_own_user_may_be_given_more_than_the_user_has_yet() {
    let catalog = Catalog::parse("law.toml", CATALOG).unwrap();
    let own = json!({"kind": "live", "principal": USER, "scopes": ["floor:*", "tokens:mint"]});
    let context = maker(&catalog, &own);
    let request = || request(&json!({"scopes": ["floor:write"]}));
    let minted = |kind: &str| {
        let kind = IssuedKind::minted(&catalog, &kind.into());
        let context = with_rights(&catalog, context.clone(), &json!(["plan:read"]));
        issued(&catalog, kind, request(), Maker::Token(&context))
    };
    assert_eq!(minted("live"), Ok(()));
    let refused = minted("server");
    assert!(
        matches!(refused, Err(IssueError::Bounds(BoundsError::Scope(_)))),
        "{refused:?}"
    );
}

/// What a token of a user, or of a service account with rights of its own, makes or changes speaks for
/// the same one, whatever it holds; a service account derives for users, and names itself.
#[test]
fn s61_who_is_bound_to_its_principal_makes_tokens_of_that_one_alone() {
    const OTHER_USER: &str = "usr_0000000000000000000008";
    let catalog = Catalog::parse("law.toml", CATALOG).unwrap();
    let holder = |principal: &str, live: bool| {
        json!({
            "principal": principal, "live": live,
            "scopes": ["floor:*", "tokens:mint", "tokens:impersonate"],
        })
    };
    for (name, made_by, other, [mint, derive, change]) in [
        (
            "the account",
            holder(ACCOUNT, false),
            USER,
            ["ok", "ok", "ok"],
        ),
        (
            "the account",
            holder(ACCOUNT, false),
            SERVICE_ACCOUNT,
            ["ok", "ok", "ok"],
        ),
        (
            "without scopes",
            holder(SERVICE_ACCOUNT, false),
            USER,
            ["ok", "ok", "ok"],
        ),
        (
            "without scopes",
            holder(SERVICE_ACCOUNT, false),
            ACCOUNT,
            ["ok", "ok", "ok"],
        ),
        (
            "a user",
            holder(USER, false),
            OTHER_USER,
            ["principal", "principal", "principal"],
        ),
        (
            "a user",
            holder(USER, false),
            ACCOUNT,
            ["principal", "principal", "principal"],
        ),
        (
            "a user",
            holder(USER, false),
            SERVICE_ACCOUNT,
            ["principal", "principal", "principal"],
        ),
        (
            "with scopes",
            holder(SERVICE_ACCOUNT, true),
            ACCOUNT,
            ["principal", "principal", "principal"],
        ),
        // 3dverse's: a server's key derives for its users.
        (
            "with scopes",
            holder(SERVICE_ACCOUNT, true),
            USER,
            ["principal", "ok", "principal"],
        ),
    ] {
        let asks = json!({"principal": other});
        for (way, expected) in [
            (Way::Mint, mint),
            (Way::Derive, derive),
            (Way::Change, change),
        ] {
            let found = answer(&catalog, way, &made_by, &asks);
            assert_eq!(found, expected, "{name} for {other}, by {way:?}");
        }
    }
    // What is derived for a user names the service account; its own does not need to.
    let via = |made_by: &Value, principal: &str| {
        let context = maker(&catalog, made_by);
        let maker = Maker::Token(&context);
        let kind = IssuedKind::derived(&catalog, &maker, None).unwrap();
        let asks = json!({"principal": principal});
        let prepared = prepare(&catalog, kind, request(&asks), maker, NOW).unwrap();
        let rights = free(prepared.needs());
        let issuer = "https://hallpass.test".parse().unwrap();
        let issuance = prepared.issue(&rights).unwrap();
        let claims = issuance.into_claims(&issuer, None, &Sevens).unwrap();
        claims.claims().hallpass.via.map(|id| id.to_string())
    };
    for live in [true, false] {
        let made_by = holder(SERVICE_ACCOUNT, live);
        assert_eq!(via(&made_by, USER).as_deref(), Some(SERVICE_ACCOUNT));
        assert_eq!(via(&made_by, SERVICE_ACCOUNT), None);
    }
    assert_eq!(via(&holder(ACCOUNT, false), USER), None);
    assert_eq!(via(&holder(USER, false), USER), None);
}

/// The record says whether its principal's rights count: a service account's, if it has any.
#[test]
fn s61_a_record_says_whether_its_principal_has_rights_of_its_own() {
    let catalog = Catalog::parse("law.toml", CATALOG).unwrap();
    let service_account: Principal = SERVICE_ACCOUNT.parse().unwrap();
    let context = maker(
        &catalog,
        &json!({"scopes": ["floor:*", "tokens:impersonate"]}),
    );
    let limited = || {
        let scopes = json!({
            "id": SERVICE_ACCOUNT, "account": ACCOUNT, "environment": "default/live", "name": "s",
            "scopes": ["floor:read"], "created_at": 0,
        });
        let record = serde_json::from_value(scopes).unwrap();
        RightsNow::of(Some(&record), &HashMap::new(), &catalog)
    };
    for (principal, now, live) in [
        (ACCOUNT, None, false),
        (
            USER,
            Some(RightsNow::Limited(hallpass_core::Rights::default())),
            true,
        ),
        (SERVICE_ACCOUNT, Some(RightsNow::Unlimited), false),
        (SERVICE_ACCOUNT, Some(limited()), true),
    ] {
        let kind = if principal == USER { "live" } else { "server" };
        let kind = IssuedKind::minted(&catalog, &kind.into()).unwrap();
        let asks = json!({"principal": principal});
        let prepared =
            prepare(&catalog, kind, request(&asks), Maker::Token(&context), NOW).unwrap();
        let rights: Vec<PrincipalRights> = now
            .into_iter()
            .map(|now| PrincipalRights {
                principal: principal.parse().unwrap(),
                name: None,
                now,
            })
            .collect();
        let details = TokenDetails {
            name: "t".to_owned().try_into().unwrap(),
            metadata: Metadata::default(),
        };
        let made = prepared
            .issue(&rights)
            .unwrap()
            .into_token(details, &Sevens)
            .unwrap();
        assert_eq!(made.record().live, live, "{principal}");
    }
    // It is never given more than the service account has now.
    let kind = IssuedKind::minted(&catalog, &"server".into()).unwrap();
    let asks = json!({"principal": SERVICE_ACCOUNT, "scopes": ["floor:write"]});
    let prepared = prepare(&catalog, kind, request(&asks), Maker::Token(&context), NOW).unwrap();
    let read = [PrincipalRights {
        principal: service_account,
        name: None,
        now: limited(),
    }];
    let refused = prepared.issue(&read).map(|_| ());
    let scope = "floor:write".parse().unwrap();
    assert_eq!(refused, Err(IssueError::NotThePrincipals(scope)));
}
