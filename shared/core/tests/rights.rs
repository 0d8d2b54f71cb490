//! What a user may do, and what that makes of the tokens that speak for them.

use hallpass_core::{
    AuthorizationRequest, Catalog, Claims, DecisionCode, GrantingRows, GroupId, GroupRecord,
    Issuer, OpaqueToken, Parent, PresentedOrigin, Principal, PrincipalRecord, Random,
    RandomUnavailable, Rights, Scope, ShareRecord, TokenContext, TokenId, TokenRecord, UnixMillis,
    decide,
};
use serde_json::{Value, json};
use std::collections::HashMap;

const CATALOG: &str = r#"
name = "tree"
[scopes]
"folder:read" = { description = "Read" }
"folder:write" = { description = "Write" }
"folder:manage" = { description = "Manage" }
"order:place" = { description = "Order" }
"model:view" = { description = "View" }
[implications]
"folder:manage" = ["folder:write"]
"folder:write" = ["folder:read"]
[access]
read = ["folder:read"]
write = ["folder:write"]
manage = ["folder:manage"]
[shares]
kind = "visit"
scopes = ["model:view"]
place = "model"
[kinds.private]
prefix = "priv"
format = "opaque"
exposure = "secret"
scopes = ["*"]
default_scopes = ["*"]
lifetime = "never"
origins = "none"
presented = ["bearer"]
principals = ["user"]
live = true
[kinds.visit]
format = "jwt"
exposure = "secret"
scopes = ["folder:read", "model:view"]
lifetime = { default = 7200, min = 7200, max = 7200 }
origins = "none"
presented = ["bearer"]
principals = ["account", "user", "service_account"]
"#;

const ACCOUNT: &str = "acc_0000000000000000000001";
const USER: &str = "usr_0000000000000000000002";
const SERVICE_ACCOUNT: &str = "svc_0000000000000000000005";
const SHARE: &str = "shr_0000000000000000000003";
const PARENT: &str = "tok_0000000000000000000004";
const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

#[derive(Debug)]
struct Sevens;

impl Random for Sevens {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomUnavailable> {
        bytes.fill(7);
        Ok(())
    }
}

mod made {
    use super::*;

    pub(crate) fn catalog() -> Catalog {
        Catalog::parse("tree.toml", CATALOG).unwrap()
    }

    pub(crate) fn group(id: u8, access: &Value, within: &[u8]) -> GroupRecord {
        let within: Vec<String> = within.iter().map(|id| group_id(*id)).collect();
        serde_json::from_value(json!({
            "id": group_id(id), "account": ACCOUNT, "environment": "default/live", "name": "g",
            "access": access, "within": within, "created_at": 0,
        }))
        .unwrap()
    }

    pub(crate) fn group_id(id: u8) -> String {
        format!("grp_{id:022}")
    }

    pub(crate) fn user(change: &Value) -> PrincipalRecord {
        let mut user = json!({
            "id": USER, "account": ACCOUNT, "environment": "default/live", "name": "u",
            "created_at": 0,
        });
        for (field, value) in change.as_object().unwrap() {
            user[field] = value.clone();
        }
        serde_json::from_value(user).unwrap()
    }

    pub(crate) fn private(change: &Value) -> (OpaqueToken, TokenRecord) {
        let id = TokenId::generate(&Sevens).unwrap();
        let token = OpaqueToken::generate("priv".parse().unwrap(), id, &Sevens).unwrap();
        let mut record = json!({
            "id": id, "kind": "private", "account": ACCOUNT, "environment": "default/live",
            "principal": USER, "name": "mine", "scopes": ["folder:*", "order:*"],
            "secret_hash": token.secret.hash(), "created_at": 1_799_999_000_000_u64, "enabled": true,
        });
        for (field, value) in change.as_object().unwrap() {
            record[field] = value.clone();
        }
        (token, serde_json::from_value(record).unwrap())
    }

    pub(crate) fn claims(subject: &str, parent: &str, scope: &str) -> Claims {
        serde_json::from_value(json!({
            "iss": "https://hallpass.test", "sub": subject, "aud": "https://hallpass.test",
            "client_id": parent, "exp": 1_800_003_600, "iat": 1_799_999_000,
            "jti": "jwt_0000000000000000000009", "scope": scope,
            "https://hallpass.dev/claims": {
                "kind": "visit", "account": ACCOUNT, "environment": "default/live",
                "parent": parent, "iat_ms": 1_799_999_000_500_u64,
            },
        }))
        .unwrap()
    }

    pub(crate) fn share(change: &Value) -> ShareRecord {
        let mut share = json!({
            "id": SHARE, "account": ACCOUNT, "environment": "default/live", "model": "m1",
            "scopes": ["model:view@model/m1"], "created_at": 0,
        });
        for (field, value) in change.as_object().unwrap() {
            share[field] = value.clone();
        }
        serde_json::from_value(share).unwrap()
    }

    pub(crate) fn issuer() -> Issuer {
        "https://hallpass.test".parse().unwrap()
    }

    pub(crate) fn scope(text: &str) -> Scope {
        text.parse().unwrap()
    }
}

use made::{catalog, claims, group, group_id, issuer, private, scope, share, user};

fn code(context: &TokenContext, wanted: &str) -> DecisionCode {
    let catalog = catalog();
    let scopes = [scope(wanted)];
    let authorization = AuthorizationRequest {
        scopes: &scopes,
        account: None,
        environment: None,
        origin: PresentedOrigin::Absent,
        ip: None,
    };
    let code = decide(&catalog, context, &authorization, NOW).code;
    let held = context.holds(&scopes[0], &catalog);
    let refused_for_scope = code == DecisionCode::InsufficientScope;
    assert!(
        !(held && refused_for_scope),
        "one rule, two askers: {wanted}"
    );
    code
}

#[test]
fn rights_are_ones_own_and_those_of_groups_around() {
    let catalog = catalog();
    let me = user(&json!({
        "scopes": ["order:place"],
        "access": {"folder/own": "write", "folder/both": "read", "folder/odd": "gone"},
        "member_of": [group_id(1), group_id(5)],
        // A hint only: what it names beyond what the groups say counts for nothing.
        "groups": [group_id(1), group_id(3)],
    }));
    let groups: HashMap<GroupId, GroupRecord> = [
        group(1, &json!({"folder/team": "read"}), &[2]),
        // Each stands within the other: nobody walks in a circle.
        group(2, &json!({"folder/both": "manage"}), &[1]),
        group(3, &json!({"folder/elsewhere": "manage"}), &[]),
    ]
    .map(|group| (group.id, group))
    .into();
    let rights = Rights::of(&me, &groups, &catalog);
    for (wanted, granted) in [
        ("order:place", true),
        ("order:place@anywhere", true),
        ("folder:read@folder/own", true),
        ("folder:write@folder/own/below/it", true),
        ("folder:manage@folder/own", false),
        ("folder:read@folder/ownother", false),
        ("folder:read@folder", false),
        ("folder:read", false),
        // The group's `manage` wins over the user's own `read`.
        ("folder:manage@folder/both/x", true),
        ("folder:read@folder/team", true),
        ("folder:write@folder/team", false),
        ("folder:read@folder/elsewhere", false),
        ("folder:read@folder/odd", false),
        ("tokens:mint", false),
    ] {
        let covered = rights.covers(&scope(wanted), catalog.implications());
        assert_eq!(covered, granted, "{wanted}");
    }
    let mut closed = groups;
    for group in closed.values_mut() {
        group.closed_at = Some(UnixMillis(1));
    }
    let rights = Rights::of(&me, &closed, &catalog);
    assert!(!rights.covers(&scope("folder:read@folder/team"), catalog.implications()));
    assert_eq!(Rights::default().set(), None);
}

/// The rows that a write depends on: no more than give what is needed, and those on the way to them.
#[test]
fn s62_a_right_comes_from_ones_own_row_or_from_as_few_groups_as_give_it() {
    let catalog = catalog();
    let me = user(&json!({
        "scopes": ["order:place"], "access": {"folder/own": "write"}, "version": 7,
        "member_of": [group_id(1), group_id(4), group_id(6)],
    }));
    let groups: HashMap<GroupId, GroupRecord> = [
        group(1, &json!({}), &[2]),
        group(2, &json!({}), &[3]),
        group(3, &json!({"folder/far": "manage"}), &[]),
        group(
            4,
            &json!({"folder/near": "write", "folder/far/x": "read"}),
            &[3],
        ),
        group(5, &json!({"folder/nobodys": "manage"}), &[]),
        group(6, &json!({"folder/closed": "manage"}), &[]),
    ]
    .map(|group| (group.id, group))
    .into();
    let mut groups = groups;
    for (version, number) in [(11, 1_u8), (12, 2), (13, 3), (14, 4)] {
        let id = group_id(number).parse().unwrap();
        groups.get_mut(&id).unwrap().version = version;
    }
    let closed = groups.get_mut(&group_id(6).parse().unwrap()).unwrap();
    closed.closed_at = Some(UnixMillis(1));
    let rows = |needed: &[&str]| {
        let needed: Vec<Scope> = needed.iter().map(|text| scope(text)).collect();
        let rows = GrantingRows::of(&me, &groups, &needed, &catalog);
        rows.map(|rows| {
            assert_eq!((rows.principal, rows.version), (me.id, 7));
            rows.groups
                .iter()
                .map(|(_, version)| *version)
                .collect::<Vec<_>>()
        })
    };
    for (needed, expected) in [
        (&[][..], Ok(vec![])),
        (&["order:place", "folder:read@folder/own/x"], Ok(vec![])),
        (&["folder:write@folder/near"], Ok(vec![14])),
        // The nearest way to the group that gives it.
        (&["folder:manage@folder/far"], Ok(vec![13, 14])),
        (
            &["folder:read@folder/far/x", "folder:write@folder/near"],
            Ok(vec![14]),
        ),
        (
            &[
                "folder:write@folder/near",
                "folder:manage@folder/far",
                "order:place",
            ],
            Ok(vec![13, 14]),
        ),
        (
            &["order:place", "folder:read@folder/closed"],
            Err("folder:read@folder/closed"),
        ),
        (
            &["folder:read@folder/nobodys"],
            Err("folder:read@folder/nobodys"),
        ),
        (&["tokens:mint"], Err("tokens:mint")),
    ] {
        let found = rows(needed).map_err(|scope| scope.to_string());
        assert_eq!(found, expected.map_err(str::to_owned), "{needed:?}");
    }
    // Without the rows of groups, its own row gives what it gives.
    let own = [scope("folder:write@folder/near")];
    assert!(GrantingRows::of(&me, &HashMap::new(), &own, &catalog).is_err());
}

#[test]
fn a_live_token_has_what_its_user_has_now() {
    let catalog = catalog();
    let (token, record) = private(&json!({}));
    let context = |user: Option<PrincipalRecord>| {
        let opaque = TokenContext::of_opaque(&catalog, &token, Some(record.clone()), NOW);
        assert_eq!(opaque.principals(), [record.principal]);
        read(opaque, record.principal, user)
    };
    let before = user(&json!({"scopes": ["order:place", "folder:read"]}));
    let after = user(&json!({"scopes": ["folder:read"]}));
    let wider = user(&json!({"scopes": ["folder:read", "model:view"]}));
    for (user, wanted, expected) in [
        (Some(before), "order:place", DecisionCode::Active),
        (
            Some(after.clone()),
            "order:place",
            DecisionCode::InsufficientScope,
        ),
        (Some(after), "folder:read@x", DecisionCode::Active),
        // What the user has and the token was not given.
        (Some(wider), "model:view", DecisionCode::InsufficientScope),
        (
            Some(user(&json!({}))),
            "folder:read",
            DecisionCode::InsufficientScope,
        ),
        (None, "folder:read", DecisionCode::ParentRevoked),
        (
            Some(user(&json!({"scopes": ["folder:read"], "closed_at": 5}))),
            "folder:read",
            DecisionCode::ParentRevoked,
        ),
        (
            Some(user(
                &json!({"scopes": ["folder:read"], "cut_off": 1_799_999_000_000_u64}),
            )),
            "folder:read",
            DecisionCode::ParentRevoked,
        ),
        (
            Some(user(
                &json!({"scopes": ["folder:read"], "cut_off": 1_799_998_999_999_u64}),
            )),
            "folder:read",
            DecisionCode::Active,
        ),
        // The row of somebody else, or of another environment.
        (
            Some(user(
                &json!({"scopes": ["folder:read"], "id": "usr_0000000000000000000008"}),
            )),
            "folder:read",
            DecisionCode::ParentRevoked,
        ),
        (
            Some(user(
                &json!({"scopes": ["folder:read"], "environment": "app/other"}),
            )),
            "folder:read",
            DecisionCode::ParentRevoked,
        ),
    ] {
        assert_eq!(
            code(&context(user.clone()), wanted),
            expected,
            "{user:?} {wanted}"
        );
    }
    // Before the row is read, nothing can be done with the token.
    let opaque = TokenContext::of_opaque(&catalog, &token, Some(record), NOW);
    assert_eq!(code(&opaque, "folder:read"), DecisionCode::ParentRevoked);
    assert!(!opaque.holds(&scope("folder:read"), &catalog));
}

/// A context once its principal was read: `record` is what the table holds under that id.
fn read(
    context: TokenContext,
    principal: Principal,
    record: Option<PrincipalRecord>,
) -> TokenContext {
    let records = record
        .map(|record| (principal, record))
        .into_iter()
        .collect();
    context.with_principals(&records, &HashMap::new(), &catalog())
}

/// Which principals' rights count, and whose do not, for every form of token.
#[test]
#[expect(clippy::too_many_lines, reason = "one table, a form of token a row")]
fn s61_a_token_may_do_what_its_scopes_and_its_principals_rights_both_allow() {
    let catalog = catalog();
    let opaque = |change: Value| {
        let (token, record) = private(&change);
        TokenContext::of_opaque(&catalog, &token, Some(record), NOW)
    };
    let jwt = |subject: &str, via: Option<&str>| {
        let parent = json!({
            "id": PARENT, "principal": ACCOUNT, "scopes": ["folder:*", "model:*"],
        });
        let (_, parent) = private(&parent);
        let mut claims = claims(subject, PARENT, "folder:read model:view");
        claims.hallpass.via = via.map(|id| id.parse().unwrap());
        let parent = Some(Parent::Token(Box::new(parent)));
        TokenContext::of_jwt(&catalog, &issuer(), claims, false, parent)
    };
    let management = json!({"kind": "management", "scopes": ["folder:read", "model:view"]});
    let of = |principal: &str, live: bool| {
        let mut change = management.clone();
        change["principal"] = json!(principal);
        change["live"] = json!(live);
        let (_, record) = private(&change);
        let token = OpaqueToken::generate("hpm".parse().unwrap(), record.id, &Sevens).unwrap();
        TokenContext::of_opaque(&catalog, &token, Some(record), NOW)
    };
    let may = |id: &str, scopes: Option<Value>| {
        let mut record = user(&json!({}));
        record.id = id.parse().unwrap();
        record.scopes = scopes.map(|scopes| serde_json::from_value(scopes).unwrap());
        record
    };
    let reads = Some(json!(["folder:read"]));
    let views = Some(json!(["model:view"]));
    let refused = DecisionCode::InsufficientScope;
    let gone = DecisionCode::ParentRevoked;
    // Its form; its principals as the table has them; what it may read, and what it may view.
    for (name, context, records, read, view) in [
        (
            "of a user",
            of(USER, true),
            vec![may(USER, reads.clone())],
            DecisionCode::Active,
            refused,
        ),
        (
            "of before `live`",
            of(USER, false),
            vec![may(USER, None)],
            refused,
            refused,
        ),
        (
            "of a service account with scopes",
            of(SERVICE_ACCOUNT, true),
            vec![may(SERVICE_ACCOUNT, views.clone())],
            refused,
            DecisionCode::Active,
        ),
        (
            "of one whose row is gone",
            of(SERVICE_ACCOUNT, true),
            vec![],
            gone,
            gone,
        ),
        (
            "of a service account without",
            of(SERVICE_ACCOUNT, false),
            vec![],
            DecisionCode::Active,
            DecisionCode::Active,
        ),
        (
            "of the account",
            of(ACCOUNT, false),
            vec![],
            DecisionCode::Active,
            DecisionCode::Active,
        ),
        (
            "a live kind",
            opaque(json!({"scopes": ["folder:read", "model:view"]})),
            vec![may(USER, views.clone())],
            refused,
            DecisionCode::Active,
        ),
        (
            "a user's JWT",
            jwt(USER, None),
            vec![may(USER, reads.clone())],
            DecisionCode::Active,
            refused,
        ),
        ("of nobody", jwt(USER, None), vec![], gone, gone),
        (
            "a service account's JWT",
            jwt(SERVICE_ACCOUNT, None),
            vec![may(SERVICE_ACCOUNT, None)],
            DecisionCode::Active,
            DecisionCode::Active,
        ),
        (
            "one with scopes",
            jwt(SERVICE_ACCOUNT, None),
            vec![may(SERVICE_ACCOUNT, reads.clone())],
            DecisionCode::Active,
            refused,
        ),
        (
            "via one without scopes",
            jwt(USER, Some(SERVICE_ACCOUNT)),
            vec![may(USER, reads.clone()), may(SERVICE_ACCOUNT, None)],
            DecisionCode::Active,
            refused,
        ),
        (
            "via one with other scopes",
            jwt(USER, Some(SERVICE_ACCOUNT)),
            vec![may(USER, reads.clone()), may(SERVICE_ACCOUNT, views)],
            refused,
            refused,
        ),
        (
            "via one that is gone",
            jwt(USER, Some(SERVICE_ACCOUNT)),
            vec![may(USER, reads)],
            gone,
            gone,
        ),
    ] {
        let records = records.into_iter().map(|it| (it.id, it)).collect();
        let context = context.with_principals(&records, &HashMap::new(), &catalog);
        assert_eq!(code(&context, "folder:read"), read, "{name}");
        assert_eq!(code(&context, "model:view"), view, "{name}");
    }
}

#[test]
fn a_jwt_dies_with_the_user_it_speaks_for() {
    let (_, record) = private(&json!({"id": PARENT, "principal": ACCOUNT}));
    let context = |user: Option<PrincipalRecord>| {
        let parent = Some(Parent::Token(Box::new(record.clone())));
        let claims = claims(USER, PARENT, "folder:read");
        let sub = claims.sub;
        let context = TokenContext::of_jwt(&catalog(), &issuer(), claims, false, parent);
        read(context, sub, user)
    };
    let user = |change: Value| {
        let mut change = change;
        change["scopes"] = json!(["folder:read"]);
        user(&change)
    };
    for (user, expected) in [
        (Some(user(json!({}))), DecisionCode::Active),
        (None, DecisionCode::ParentRevoked),
        (
            Some(user(json!({"closed_at": 1}))),
            DecisionCode::ParentRevoked,
        ),
        (
            Some(user(json!({"cut_off": 1_799_999_000_500_u64}))),
            DecisionCode::ParentRevoked,
        ),
        (
            Some(user(json!({"cut_off": 1_799_999_000_499_u64}))),
            DecisionCode::Active,
        ),
        (
            Some(user(json!({"account": "acc_0000000000000000000002"}))),
            DecisionCode::ParentRevoked,
        ),
    ] {
        assert_eq!(
            code(&context(user.clone()), "folder:read"),
            expected,
            "{user:?}"
        );
    }
}

#[test]
fn a_visitors_jwt_dies_with_the_share() {
    let context = |parent: Option<ShareRecord>, scope: &str| {
        let parent = parent.map(|share| Parent::Share(Box::new(share)));
        let claims = claims(ACCOUNT, SHARE, scope);
        TokenContext::of_jwt(&catalog(), &issuer(), claims, false, parent)
    };
    let model = "model:view@model/m1";
    for (parent, expected) in [
        (Some(share(&json!({}))), DecisionCode::Active),
        (None, DecisionCode::ParentRevoked),
        (
            Some(share(&json!({"revoked_at": 1}))),
            DecisionCode::ParentRevoked,
        ),
        (
            Some(share(&json!({"cut_off": 1_799_999_000_500_u64}))),
            DecisionCode::ParentRevoked,
        ),
        (
            Some(share(&json!({"cut_off": 1_799_999_000_499_u64}))),
            DecisionCode::Active,
        ),
        // Another share's row, account's or environment's is not this token's parent at all.
        (
            Some(share(&json!({"id": "shr_0000000000000000000008"}))),
            DecisionCode::Unknown,
        ),
        (
            Some(share(&json!({"account": "acc_0000000000000000000002"}))),
            DecisionCode::Unknown,
        ),
        (
            Some(share(&json!({"environment": "app/other"}))),
            DecisionCode::Unknown,
        ),
        (
            Some(share(&json!({"scopes": ["model:view@model/m2"]}))),
            DecisionCode::InsufficientScope,
        ),
    ] {
        assert_eq!(
            code(&context(parent.clone(), model), model),
            expected,
            "{parent:?}"
        );
    }
    let wide = context(Some(share(&json!({}))), "model:view");
    assert_eq!(
        code(&wide, "model:view@model/m2"),
        DecisionCode::InsufficientScope,
        "s21"
    );
}

#[test]
fn what_is_given_to_a_visitor_lies_at_the_model() {
    let catalog = catalog();
    let policy = catalog.shares();
    let at = |model: &str| {
        policy
            .and_then(|policy| policy.scopes_at(&model.parse().ok()?))
            .map(|scopes| scopes.to_string())
    };
    assert_eq!(at("m1").as_deref(), Some("model:view@model/m1"));
    assert_eq!(at("a/b"), None);
    assert_eq!(at(".."), None);
}
