//! What cannot be changed, or not so, says why and changes nothing.

use crate::update::{assert_refused, call, minted, update};
use hallpass_tests::Hallpass;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn what_is_refused_names_the_field_and_changes_nothing() {
    let hallpass = Hallpass::start("default").await;
    let origins = json!({"origins": ["https://a.com"]});
    let (page, _) = minted(&hallpass, "publishable", origins.clone()).await;
    let (secret, _) = minted(&hallpass, "secret", json!({})).await;
    let before = hallpass.items().await;
    let many: Vec<String> = (0..101).map(|it| format!("https://a{it}.com")).collect();
    for (id, body, code, field) in [
        (&page, json!({}), "nothing_to_change", ""),
        (&page, json!({"nope": 1}), "invalid_field", "nope"),
        (
            &page,
            json!({"scopes": ["asset:read"]}),
            "invalid_field",
            "scopes",
        ),
        (
            &page,
            json!({"expires_in": 5}),
            "invalid_field",
            "expires_in",
        ),
        (&page, json!({"kind": "secret"}), "invalid_field", "kind"),
        (
            &page,
            json!({"principal": hallpass.operator}),
            "invalid_field",
            "principal",
        ),
        (
            &page,
            json!({"revoked_at": null}),
            "invalid_field",
            "revoked_at",
        ),
        (&page, json!({"name": ""}), "invalid_field", "name"),
        (&page, json!({"name": null}), "invalid_field", "name"),
        (
            &page,
            json!({"name": "x".repeat(101)}),
            "invalid_field",
            "name",
        ),
        (
            &page,
            json!({"name": "a\u{202e}b"}),
            "invalid_field",
            "name",
        ),
        (
            &page,
            json!({"metadata": null}),
            "invalid_field",
            "metadata",
        ),
        (
            &page,
            json!({"metadata": {"a": 1}}),
            "invalid_field",
            "metadata.a",
        ),
        (
            &page,
            json!({"metadata": {"a": "x".repeat(4_096)}}),
            "invalid_field",
            "metadata",
        ),
        (&page, json!({"enabled": null}), "invalid_field", "enabled"),
        (
            &page,
            json!({"enabled": "false"}),
            "invalid_field",
            "enabled",
        ),
        (&page, json!({"enabled": 0}), "invalid_field", "enabled"),
        (&page, json!({"origins": []}), "empty_list", "origins"),
        (
            &page,
            json!({"origins": null}),
            "origins_required",
            "origins",
        ),
        (
            &page,
            json!({"origins": "https://a.com"}),
            "invalid_field",
            "origins",
        ),
        (&page, json!({"origins": many}), "too_many", "origins"),
        // s40
        (
            &page,
            json!({"origins": ["*"]}),
            "invalid_field",
            "origins[0]",
        ),
        (
            &page,
            json!({"origins": ["https://a.com", "https://*.com"]}),
            "invalid_field",
            "origins[1]",
        ),
        (
            &page,
            json!({"origins": ["https://*.co.uk"]}),
            "invalid_field",
            "origins[0]",
        ),
        (
            &page,
            json!({"origins": ["https://*.192.0.2.1"]}),
            "invalid_field",
            "origins[0]",
        ),
        (
            &page,
            json!({"origins": ["https://a.com/path"]}),
            "invalid_field",
            "origins[0]",
        ),
        (&page, json!({"ips": []}), "empty_list", "ips"),
        (&page, json!({"ips": ["x"]}), "invalid_field", "ips[0]"),
        (&page, json!({"ips": [null]}), "invalid_field", "ips[0]"),
        // One wrong field, and the others are not changed either.
        (&page, json!({"name": "n", "ips": []}), "empty_list", "ips"),
        (
            &secret,
            json!({"origins": ["https://a.com"]}),
            "origins_not_for_kind",
            "origins",
        ),
    ] {
        let what = body.to_string();
        let reply = call(&hallpass, id, body).bearer(&hallpass.root).await;
        assert_refused(&what, &reply, 422, code);
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
            assert_refused(id, &reply, status, code);
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
    assert_refused(
        "gone",
        &reply.bearer(&hallpass.root).await,
        409,
        "kind_gone",
    );
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
