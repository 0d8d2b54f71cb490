//! s51: what a token makes lies within it, in scopes, origins, addresses and (times.rs) expiry.

use crate::mint::{management, mint, publishable, secret};
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};

const INVALID: u16 = 422;

/// A management token with these fields.
async fn maker(hallpass: &Hallpass, change: Value) -> String {
    text(&hallpass.mint(management(change)).await, "token")
}

#[tokio::test]
async fn s51_scopes_are_given_only_by_those_who_hold_them() {
    let hallpass = Hallpass::start("default").await;
    let not_held = Err((INVALID, "scope_not_held", "scopes"));
    for (held, given, expected) in [
        ("asset:read", "asset:read", Ok(())),
        ("asset:read", "asset:read@a", Ok(())),
        ("asset:read", "asset:write", not_held),
        ("asset:read", "configuration:save", not_held),
        ("asset:read", "asset:*", not_held),
        ("asset:manage", "asset:read", Ok(())),
        ("asset:write", "asset:manage", not_held),
        ("asset:manage", "asset:*", not_held),
        ("asset:*", "asset:manage@a/b", Ok(())),
        ("asset:*", "analytics:send", not_held),
        ("asset:write@folder/1", "asset:write@folder/1", Ok(())),
        (
            "asset:write@folder/1",
            "asset:readPrivate@folder/1/x",
            Ok(()),
        ),
        ("asset:write@folder/1", "asset:write@folder/10", not_held),
        ("asset:write@folder/1", "asset:write@folder", not_held),
        ("asset:write@folder/1", "asset:write", not_held),
        ("asset:*@folder/1", "asset:*", not_held),
    ] {
        let maker = maker(&hallpass, json!({"scopes": ["tokens:mint", held]})).await;
        let reply = mint(&hallpass, &maker, secret(json!({"scopes": [given]}))).await;
        assert_eq!(reply.outcome(), expected, "{held} gives {given}");
        if expected.is_err() {
            let detail = reply.body["detail"].as_str().unwrap();
            assert!(detail.contains(&format!("`{given}`")), "{detail}");
        }
        // One that is held does not carry another along.
        let both = secret(json!({"scopes": [held, given]}));
        assert_eq!(mint(&hallpass, &maker, both).await.outcome(), expected);
    }
}

#[tokio::test]
async fn s51_a_kinds_default_scopes_are_given_only_by_those_who_hold_them() {
    let hallpass = Hallpass::start("archilogic").await;
    let all = json!([
        "tokens:mint",
        "floor:*",
        "customAttributes:*",
        "customAttributeValues:*",
        "extension:*"
    ]);
    let strong = maker(&hallpass, json!({"scopes": all})).await;
    let reply = mint(&hallpass, &strong, secret(json!({}))).await;
    assert_eq!(reply.outcome(), Ok(()));
    let weak = maker(&hallpass, json!({"scopes": ["tokens:mint", "floor:*"]})).await;
    for body in [secret(json!({})), publishable(json!({}))] {
        let reply = mint(&hallpass, &weak, body).await;
        assert_eq!(reply.refusal(), (INVALID, "scope_not_held", "scopes"));
    }
}

#[tokio::test]
async fn s51_management_scopes_come_one_by_one_and_never_through_a_star() {
    let every = [
        "tokens:mint",
        "tokens:read",
        "tokens:revoke",
        "tokens:validate",
        "tokens:impersonate",
        "directory:read",
        "directory:write",
        "activity:read",
        "platform:operate",
    ];
    let hallpass = Hallpass::start("default").await;
    let stars = ["tokens:mint", "asset:*", "configuration:*", "analytics:*"];
    let starred = maker(&hallpass, json!({"scopes": stars})).await;
    for scope in every {
        let reply = mint(&hallpass, &starred, management(json!({"scopes": [scope]}))).await;
        let expected = match scope {
            "tokens:mint" => Ok(()),
            _ => Err((INVALID, "scope_not_held", "scopes")),
        };
        assert_eq!(reply.outcome(), expected, "{scope}");
        // Held one by one, it can be given, and no other with it.
        let holder = maker(&hallpass, json!({"scopes": ["tokens:mint", scope]})).await;
        for other in every {
            let reply = mint(&hallpass, &holder, management(json!({"scopes": [other]}))).await;
            let held = other == scope || other == "tokens:mint";
            assert_eq!(reply.status == 201, held, "{scope} gives {other}");
        }
    }
    // A kind of the catalog that may hold one takes it from a holder only.
    let validates = secret(json!({"scopes": ["tokens:validate"]}));
    assert_eq!(
        mint(&hallpass, &starred, validates.clone()).await.code(),
        "scope_not_held"
    );
    assert_eq!(mint(&hallpass, &hallpass.root, validates).await.status, 201);
}

#[tokio::test]
async fn s51_minting_needs_its_own_scope() {
    let hallpass = Hallpass::start("default").await;
    for scopes in [
        json!([
            "tokens:read",
            "tokens:revoke",
            "tokens:validate",
            "tokens:impersonate",
            "platform:operate"
        ]),
        json!(["asset:*"]),
    ] {
        let maker = maker(&hallpass, json!({"scopes": scopes})).await;
        let reply = mint(&hallpass, &maker, secret(json!({"scopes": ["asset:read"]}))).await;
        assert_eq!(reply.refusal(), (403, "insufficient_scope", ""), "{scopes}");
    }
}

#[tokio::test]
async fn s51_platform_operate_stays_in_the_operator_account() {
    let hallpass = Hallpass::start("archilogic").await;
    let (account, customer) = hallpass.account("customer", json!(["tokens:mint"])).await;
    let operates =
        |account: &str| management(json!({"scopes": ["platform:operate"], "account": account}));
    for (maker, account, expected) in [
        (&hallpass.root, &hallpass.operator, Ok(())),
        (
            &hallpass.root,
            &account,
            Err((INVALID, "operator_only", "scopes")),
        ),
        (
            &customer,
            &account,
            Err((INVALID, "scope_not_held", "scopes")),
        ),
        (
            &customer,
            &hallpass.operator,
            Err((404, "not_found", "account")),
        ),
    ] {
        let reply = mint(&hallpass, maker, operates(account)).await;
        assert_eq!(reply.outcome(), expected);
    }
    let hidden =
        management(json!({"scopes": ["tokens:read", "platform:operate"], "account": account}));
    assert_eq!(
        mint(&hallpass, &hallpass.root, hidden).await.code(),
        "operator_only"
    );
}

#[tokio::test]
async fn s51_a_maker_bound_to_origins_makes_nothing_beyond_them() {
    let hallpass = Hallpass::start("archilogic").await;
    let bound = maker(
        &hallpass,
        json!({"scopes": ["tokens:mint", "floor:readPublic"], "origins": ["https://*.a.example", "https://b.example"]}),
    )
    .await;
    let outside = Err((INVALID, "outside_bounds", "origins"));
    for (origins, expected) in [
        (json!(["https://*.a.example"]), Ok(())),
        (json!(["https://x.a.example"]), Ok(())),
        (
            json!(["https://*.x.a.example", "https://b.example"]),
            Ok(()),
        ),
        (json!(["https://a.example"]), outside),
        (json!(["https://xa.example"]), outside),
        (json!(["https://*.b.example"]), outside),
        (json!(["https://b.example:8443"]), outside),
        (json!(["https://x.a.example:8443"]), outside),
        (json!(["http://localhost"]), outside),
        (json!(["https://b.example", "https://c.example"]), outside),
    ] {
        for (kind, scope) in [
            ("publishable", "floor:readPublic"),
            ("management", "tokens:mint"),
        ] {
            let body = json!({"kind": kind, "name": "x", "scopes": [scope], "origins": origins});
            let call = hallpass
                .post("/v1/tokens", body)
                .bearer(&bound)
                .origin("https://b.example");
            assert_eq!(call.await.outcome(), expected, "{kind} {origins}");
        }
    }
    // Left out, they are its maker's; a kind without origins would be bound to none.
    let made = |body: Value| {
        hallpass
            .post("/v1/tokens", body)
            .bearer(&bound)
            .origin("https://b.example")
    };
    for body in [
        publishable(json!({"origins": null, "scopes": ["floor:readPublic"]})),
        management(json!({})),
    ] {
        let reply = made(body).await;
        assert_eq!(reply.outcome(), Ok(()), "{}", reply.body);
        assert_eq!(
            reply.body["origins"],
            json!(["https://*.a.example", "https://b.example"])
        );
    }
    let reply = made(secret(json!({"scopes": ["floor:readPublic"]}))).await;
    assert_eq!(reply.outcome(), outside);
    // And it works from there alone.
    for (origin, expected) in [
        (Some("https://x.a.example"), Ok(())),
        (Some("https://c.example"), Err((403, "origin_denied", ""))),
        (None, Err((403, "origin_denied", ""))),
    ] {
        let call = hallpass
            .post("/v1/tokens", management(json!({})))
            .bearer(&bound);
        let reply = match origin {
            Some(origin) => call.origin(origin).await,
            None => call.await,
        };
        assert_eq!(reply.outcome(), expected, "{origin:?}");
    }
}

#[tokio::test]
async fn s51_a_maker_bound_to_addresses_makes_nothing_beyond_them() {
    let hallpass = Hallpass::start("archilogic").await;
    let ips = json!(["192.0.2.0/25", "2001:db8::/32"]);
    let scopes = json!(["tokens:mint", "floor:export"]);
    let bound = maker(&hallpass, json!({"scopes": scopes, "ips": ips})).await;
    let outside = Err((INVALID, "outside_bounds", "ips"));
    for (asked, expected) in [
        (json!(["192.0.2.0/25"]), Ok(())),
        (json!(["192.0.2.127", "2001:db8:1::/48"]), Ok(())),
        (json!(["192.0.2.128"]), outside),
        (json!(["192.0.2.0/24"]), outside),
        (json!(["0.0.0.0/0"]), outside),
        (json!(["2001:db8::/31"]), outside),
        (json!(["2001:db9::1"]), outside),
        (json!(["::/0"]), outside),
        (json!(["192.0.2.1", "198.51.100.1"]), outside),
    ] {
        let body = secret(json!({"scopes": ["floor:export"], "ips": asked}));
        assert_eq!(
            mint(&hallpass, &bound, body).await.outcome(),
            expected,
            "{asked}"
        );
    }
    let reply = mint(
        &hallpass,
        &bound,
        secret(json!({"scopes": ["floor:export"]})),
    )
    .await;
    assert_eq!(reply.outcome(), Ok(()));
    assert_eq!(reply.body["ips"], ips, "left out, they are its maker's");
    for (address, expected) in [
        ("192.0.2.127", Ok(())),
        ("::ffff:192.0.2.1", Ok(())),
        ("192.0.2.128", Err((403, "ip_denied", ""))),
    ] {
        let call = hallpass.post("/v1/tokens", secret(json!({"scopes": ["floor:export"]})));
        assert_eq!(
            call.bearer(&bound).from(address).await.outcome(),
            expected,
            "{address}"
        );
    }
}

#[tokio::test]
async fn s51_bounds_hold_over_generations() {
    let hallpass = Hallpass::start("archilogic").await;
    let grandparent = json!({"scopes": ["tokens:mint", "floor:export"], "expires_in": 3_600, "ips": ["192.0.2.0/24"]});
    let grandparent = maker(&hallpass, grandparent).await;
    let parent = management(json!({"scopes": ["tokens:mint", "floor:export@floor/1"]}));
    let parent = text(&hallpass.mint_as(&grandparent, parent).await, "token");
    for (change, code) in [
        (json!({"scopes": ["floor:export"]}), "scope_not_held"),
        (
            json!({"scopes": ["floor:export@floor/1"], "expires_in": 3_601}),
            "parent_expires_first",
        ),
        (
            json!({"scopes": ["floor:export@floor/1"], "ips": ["198.51.100.1"]}),
            "outside_bounds",
        ),
        (json!({"scopes": ["floor:export@floor/1"]}), ""),
    ] {
        let reply = mint(&hallpass, &parent, secret(change)).await;
        assert_eq!(reply.code(), code);
    }
}
