//! Every way in which a token comes to be or is changed, which all answer a case alike.

use super::cases::{Case, cases};
use super::{ACCOUNT, CATALOG, NOW, SECOND, Sevens, USER, free, maker, record, request};
use hallpass_core::{
    BoundsError, Catalog, ChangeError, IssueError, IssueRequest, IssuedKind, LifetimeError, Maker,
    Principal, ScopeRequest, ScopeSet, ShareRecord, covered, prepare,
};
use serde_json::{Value, json};

/// The ways a token is made, or changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Way {
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

pub(super) fn issued(
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
pub(super) fn answer(catalog: &Catalog, way: Way, made_by: &Value, asks: &Value) -> String {
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
