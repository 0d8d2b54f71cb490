//! What the rights of principals allow to be made, and for whom.

use super::ways::{Way, answer, issued};
use super::{
    ACCOUNT, CATALOG, NOW, SERVICE_ACCOUNT, Sevens, USER, free, maker, request, with_rights,
};
use hallpass_core::{
    BoundsError, Catalog, IssueError, IssueRequest, IssuedKind, Maker, Metadata, Principal,
    PrincipalRights, RightsNow, ScopeRequest, ScopeSet, ShareRecord, TokenDetails, prepare,
};
use serde_json::{Value, json};
use std::collections::HashMap;

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
