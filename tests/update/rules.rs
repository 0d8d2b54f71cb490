//! What cannot be changed, or not so, says why and changes nothing.

use crate::update::{call, minted, update};
use hallpass_tests::Hallpass;
use serde_json::{Value, json};
use std::time::Duration;

/// A change that is refused, and what the refusal says.
struct Refused<'a> {
    id: &'a str,
    body: Value,
    code: &'static str,
    field: &'static str,
}

#[tokio::test]
async fn what_is_refused_names_the_field_and_changes_nothing() {
    let hallpass = Hallpass::start("default").await;
    let origins = json!({"origins": ["https://a.com"]});
    let (page, _) = minted(&hallpass, "publishable", origins.clone()).await;
    let (secret, _) = minted(&hallpass, "secret", json!({})).await;
    let before = hallpass.items().await;
    let many: Vec<String> = (0..101).map(|it| format!("https://a{it}.com")).collect();
    for Refused {
        id,
        body,
        code,
        field,
    } in [
        Refused {
            id: &page,
            body: json!({}),
            code: "nothing_to_change",
            field: "",
        },
        Refused {
            id: &page,
            body: json!({"nope": 1}),
            code: "invalid_field",
            field: "nope",
        },
        Refused {
            id: &page,
            body: json!({"scopes": ["asset:read"]}),
            code: "invalid_field",
            field: "scopes",
        },
        Refused {
            id: &page,
            body: json!({"expires_in": 5}),
            code: "invalid_field",
            field: "expires_in",
        },
        Refused {
            id: &page,
            body: json!({"kind": "secret"}),
            code: "invalid_field",
            field: "kind",
        },
        Refused {
            id: &page,
            body: json!({"principal": hallpass.operator}),
            code: "invalid_field",
            field: "principal",
        },
        Refused {
            id: &page,
            body: json!({"revoked_at": null}),
            code: "invalid_field",
            field: "revoked_at",
        },
        Refused {
            id: &page,
            body: json!({"name": ""}),
            code: "invalid_field",
            field: "name",
        },
        Refused {
            id: &page,
            body: json!({"name": null}),
            code: "invalid_field",
            field: "name",
        },
        Refused {
            id: &page,
            body: json!({"name": "x".repeat(101)}),
            code: "invalid_field",
            field: "name",
        },
        Refused {
            id: &page,
            body: json!({"name": "a\u{202e}b"}),
            code: "invalid_field",
            field: "name",
        },
        Refused {
            id: &page,
            body: json!({"metadata": null}),
            code: "invalid_field",
            field: "metadata",
        },
        Refused {
            id: &page,
            body: json!({"metadata": {"a": 1}}),
            code: "invalid_field",
            field: "metadata.a",
        },
        Refused {
            id: &page,
            body: json!({"metadata": {"a": "x".repeat(4_096)}}),
            code: "invalid_field",
            field: "metadata",
        },
        Refused {
            id: &page,
            body: json!({"enabled": null}),
            code: "invalid_field",
            field: "enabled",
        },
        Refused {
            id: &page,
            body: json!({"enabled": "false"}),
            code: "invalid_field",
            field: "enabled",
        },
        Refused {
            id: &page,
            body: json!({"enabled": 0}),
            code: "invalid_field",
            field: "enabled",
        },
        Refused {
            id: &page,
            body: json!({"origins": []}),
            code: "empty_list",
            field: "origins",
        },
        Refused {
            id: &page,
            body: json!({"origins": null}),
            code: "origins_required",
            field: "origins",
        },
        Refused {
            id: &page,
            body: json!({"origins": "https://a.com"}),
            code: "invalid_field",
            field: "origins",
        },
        Refused {
            id: &page,
            body: json!({"origins": many}),
            code: "too_many",
            field: "origins",
        },
        // s40
        Refused {
            id: &page,
            body: json!({"origins": ["*"]}),
            code: "invalid_field",
            field: "origins[0]",
        },
        Refused {
            id: &page,
            body: json!({"origins": ["https://a.com", "https://*.com"]}),
            code: "invalid_field",
            field: "origins[1]",
        },
        Refused {
            id: &page,
            body: json!({"origins": ["https://*.co.uk"]}),
            code: "invalid_field",
            field: "origins[0]",
        },
        Refused {
            id: &page,
            body: json!({"origins": ["https://*.192.0.2.1"]}),
            code: "invalid_field",
            field: "origins[0]",
        },
        Refused {
            id: &page,
            body: json!({"origins": ["https://a.com/path"]}),
            code: "invalid_field",
            field: "origins[0]",
        },
        Refused {
            id: &page,
            body: json!({"ips": []}),
            code: "empty_list",
            field: "ips",
        },
        Refused {
            id: &page,
            body: json!({"ips": ["x"]}),
            code: "invalid_field",
            field: "ips[0]",
        },
        Refused {
            id: &page,
            body: json!({"ips": [null]}),
            code: "invalid_field",
            field: "ips[0]",
        },
        // One wrong field, and the others are not changed either.
        Refused {
            id: &page,
            body: json!({"name": "n", "ips": []}),
            code: "empty_list",
            field: "ips",
        },
        Refused {
            id: &secret,
            body: json!({"origins": ["https://a.com"]}),
            code: "origins_not_for_kind",
            field: "origins",
        },
    ] {
        let what = body.to_string();
        let reply = call(&hallpass, id, body).bearer(&hallpass.root).await;
        reply.assert(&what, 422, code);
        assert_eq!(
            reply.body["field"].as_str().unwrap_or_default(),
            field,
            "{what}"
        );
    }
    let after = hallpass.items().await;
    assert!(before.len() == after.len() && before.iter().all(|item| after.contains(item)));
}

#[tokio::test]
async fn null_takes_away_what_the_kind_can_do_without() {
    let hallpass = Hallpass::start("default").await;
    let bound = json!({
        "origins": ["https://a.com"], "ips": ["192.0.2.0/24"], "scopes": ["asset:read"],
    });
    let (id, token) = minted(&hallpass, "management", bound).await;
    let free = json!({"token": token});
    assert_eq!(
        hallpass.validate(free.clone()).await["code"],
        "origin_denied"
    );
    let after = update(&hallpass, &id, json!({"origins": null})).await;
    assert_eq!(after["origins"], json!([]));
    assert_eq!(hallpass.validate(free.clone()).await["code"], "ip_denied");
    let after = update(&hallpass, &id, json!({"ips": null})).await;
    assert_eq!(after["ips"], json!([]));
    assert_eq!(hallpass.validate(free).await["code"], "active");
    // A kind that is never bound to origins has none to lose.
    let (id, _) = minted(&hallpass, "secret", json!({})).await;
    assert_eq!(
        update(&hallpass, &id, json!({"origins": null})).await["origins"],
        json!([])
    );
}

#[tokio::test]
async fn what_has_ended_or_is_not_there_is_not_changed() {
    let hallpass = Hallpass::start("default").await;
    let (revoked, _) = minted(&hallpass, "secret", json!({})).await;
    let (expired, _) = minted(
        &hallpass,
        "apikey",
        json!({"expires_in": 10, "scopes": ["asset:read"]}),
    )
    .await;
    let reply = hallpass.delete(&format!("/v1/tokens/{revoked}"));
    assert_eq!(reply.bearer(&hallpass.root).await.status, 204);
    hallpass.clock.advance(Duration::from_millis(9_999));
    update(&hallpass, &expired, json!({"name": "just in time"})).await;
    hallpass.clock.advance(Duration::from_millis(1));
    for (id, status, code) in [
        (revoked.as_str(), 409, "revoked"),
        (&expired, 409, "expired"),
        ("tok_0000000000000000000000", 404, "not_found"),
        ("junk", 404, "not_found"),
    ] {
        for body in [json!({"name": "n"}), json!({"enabled": true})] {
            let reply = call(&hallpass, id, body).bearer(&hallpass.root).await;
            reply.assert(id, status, code);
        }
    }
}

/// A token whose kind left the catalog: nothing says what it may be bound to.
#[tokio::test]
async fn a_token_of_a_kind_that_is_gone_is_not_changed() {
    let mut hallpass = Hallpass::start("default").await;
    let (id, _) = minted(&hallpass, "secret", json!({})).await;
    let (apikey, _) = minted(&hallpass, "apikey", json!({"scopes": ["asset:read"]})).await;
    // The same catalog, without the kind.
    let file = include_str!("../../infra/catalogs/default.toml");
    let start = file.find("# A server's key").unwrap();
    let end = start + file[start..].find("# Derived by a backend").unwrap();
    let less = format!("{}{}", &file[..start], &file[end..]);
    hallpass.with_catalog(hallpass_core::Catalog::parse("less.toml", &less).unwrap());
    let reply = call(&hallpass, &apikey, json!({"enabled": false}));
    reply
        .bearer(&hallpass.root)
        .await
        .assert("gone", 409, "kind_gone");
    update(&hallpass, &id, json!({"enabled": false})).await;
}

/// Archilogic: which domains a publishable token works from can be edited afterwards.
#[tokio::test]
async fn origins_hold_as_soon_as_freshness_lets_them() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = minted(
        &hallpass,
        "publishable",
        json!({"origins": ["https://a.com"]}),
    )
    .await;
    let from = async |origin: &str| {
        let body = json!({"token": token, "origin": origin});
        hallpass.validate(body).await["code"].clone()
    };
    let codes = async || [from("https://a.com").await, from("https://b.com").await];
    let (active, denied) = (json!("active"), json!("origin_denied"));
    assert_eq!(codes().await, [active.clone(), denied.clone()]);
    update(&hallpass, &id, json!({"origins": ["https://b.com"]})).await;
    // What was read a moment ago may be used for 5 s, which the catalog says.
    hallpass.clock.advance(Duration::from_millis(4_999));
    assert_eq!(codes().await, [active.clone(), denied.clone()]);
    hallpass.clock.advance(Duration::from_millis(1));
    assert_eq!(codes().await, [denied, active]);
    assert_eq!(
        hallpass.validate(json!({"token": token})).await["code"],
        Value::from("origin_denied")
    );
}
