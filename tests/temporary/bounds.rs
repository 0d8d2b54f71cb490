//! A child lies within its parent: scopes, time, and what its kind may hold.

use super::{NOW, derive, issued, refused};
use hallpass_tests::{Hallpass, text};
use serde_json::json;
use std::time::Duration;

async fn parent(hallpass: &Hallpass, fields: serde_json::Value) -> String {
    let mut body = json!({"kind": "secret", "name": "a server"});
    body.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    text(&hallpass.mint(body).await, "token")
}

#[tokio::test]
async fn s21_a_scope_that_the_parent_lacks_is_refused_and_named() {
    let hallpass = Hallpass::start("archilogic").await;
    let scopes = json!({"scopes": ["floor:readPublic", "floor:readPrivate@floor/1"]});
    let parent = parent(&hallpass, scopes).await;
    for scope in [
        "floor:readPublic",
        "floor:readPublic@floor/9",
        "floor:readPrivate@floor/1",
        "floor:readPrivate@floor/1/room/2",
    ] {
        let token = issued(&derive(&hallpass, &parent, json!({"scopes": [scope]})).await);
        let ask = json!({"token": token, "scope": scope});
        assert_eq!(hallpass.validate(ask).await["code"], "active");
    }
    for scope in [
        "floor:archive",
        "floor:readPrivate",
        "floor:readPrivate@floor",
        "floor:readPrivate@floor/12",
        "floor:readPrivate@floor/2",
    ] {
        let body = json!({"scopes": ["floor:readPublic", scope]});
        let reply = derive(&hallpass, &parent, body).await;
        refused(&reply, 422, "scope_not_held", Some("scopes"));
        assert!(
            reply.body["detail"]
                .as_str()
                .unwrap()
                .contains(&format!("`{scope}`")),
            "{}",
            reply.body
        );
    }
}

#[tokio::test]
async fn a_temporary_token_holds_the_six_actions_of_the_document_and_no_other() {
    let hallpass = Hallpass::start("archilogic").await;
    let secret = hallpass.secret().await;
    let six = [
        "archive",
        "queryPublic",
        "queryPrivate",
        "readPrivate",
        "readPublic",
        "write",
    ];
    let all = six.map(|action| json!({"resource": "floor", "action": action}));
    issued(&derive(&hallpass, &secret, json!({"scopes": all})).await);
    for scope in [
        "floor:export",
        "floor:*",
        "customAttributes:read",
        "customAttributes:write",
        "customAttributeValues:readPublic",
        "customAttributeValues:readPrivate",
        "customAttributeValues:write",
        "extension:create",
        "extension:*",
        "tokens:validate",
        "platform:operate",
    ] {
        let reply = derive(
            &hallpass,
            &secret,
            json!({"scopes": ["floor:readPublic", scope]}),
        )
        .await;
        refused(&reply, 422, "scope_not_for_kind", Some("scopes"));
        assert!(
            reply.body["detail"].as_str().unwrap().contains(scope),
            "{}",
            reply.body
        );
    }
}

#[tokio::test]
async fn s22_a_child_never_outlives_its_parent() {
    let hallpass = Hallpass::start("archilogic").await;
    let parent = parent(&hallpass, json!({"expires_in": 5_000})).await;
    let body = |seconds: u64| json!({"scopes": ["floor:readPublic"], "durationSeconds": seconds});
    let absent = || json!({"scopes": ["floor:readPublic"]});
    let expires_at = |body| async {
        let reply = derive(&hallpass, &parent, body).await;
        issued(&reply);
        reply.body["expiresAt"].as_u64().unwrap()
    };
    assert_eq!(expires_at(body(5_000)).await, NOW + 5_000);
    assert_eq!(expires_at(absent()).await, NOW + 3_600);
    let reply = derive(&hallpass, &parent, body(5_001)).await;
    refused(&reply, 422, "parent_expires_first", Some("durationSeconds"));
    // Less is left than the default: what is left.
    hallpass.clock.advance(Duration::from_secs(4_000));
    assert_eq!(expires_at(absent()).await, NOW + 5_000);
    assert_eq!(expires_at(body(1_000)).await, NOW + 5_000);
    let reply = derive(&hallpass, &parent, body(1_001)).await;
    refused(&reply, 422, "parent_expires_first", Some("durationSeconds"));
    hallpass.clock.advance(Duration::from_secs(100));
    assert_eq!(expires_at(absent()).await, NOW + 5_000);
    // Less is left than the shortest.
    hallpass.clock.advance(Duration::from_secs(1));
    for body in [absent(), body(900)] {
        let reply = derive(&hallpass, &parent, body).await;
        refused(&reply, 422, "parent_expires_first", Some("durationSeconds"));
        assert!(
            reply.body["detail"].as_str().unwrap().contains("899"),
            "{}",
            reply.body
        );
    }
}

#[tokio::test]
async fn s22_the_leeway_of_a_child_ends_with_its_parent() {
    let hallpass = Hallpass::start("archilogic").await;
    let parent = parent(&hallpass, json!({"expires_in": 1_000})).await;
    let body = |seconds: u64| json!({"scopes": ["floor:readPublic"], "durationSeconds": seconds});
    let short = hallpass.derive(&parent, body(900)).await;
    let long = hallpass.derive(&parent, body(1_000)).await;
    hallpass.clock.advance(Duration::from_millis(904_999));
    assert_eq!(hallpass.code(&short).await, "active");
    hallpass.clock.advance(Duration::from_millis(1));
    assert_eq!(hallpass.code(&short).await, "expired");
    hallpass.clock.advance(Duration::from_millis(94_999));
    assert_eq!(hallpass.code(&long).await, "active");
    hallpass.clock.advance(Duration::from_millis(1));
    assert_eq!(hallpass.code(&long).await, "parent_expired");
    hallpass.clock.advance(Duration::from_millis(5_000));
    assert_eq!(hallpass.code(&long).await, "expired");
}

/// What the parent's kind may no longer hold is in the parent's record still.
#[tokio::test]
async fn s21_s51_a_narrowed_kind_derives_nothing_that_it_may_no_longer_hold() {
    let mut hallpass = Hallpass::start("default").await;
    let parent = hallpass.secret().await;
    let body = |scope: &str| json!({"scopes": [scope]});
    assert_eq!(
        derive(&hallpass, &parent, body("asset:write")).await.status,
        200
    );
    let narrower = include_str!("../../infra/catalogs/default.toml").replace(
        r#"scopes = ["*", "tokens:validate", "tokens:impersonate"]
default_scopes = ["*"]"#,
        r#"scopes = ["asset:read"]
default_scopes = ["asset:read"]"#,
    );
    hallpass.with_catalog(hallpass_core::Catalog::parse("narrower.toml", &narrower).unwrap());
    let reply = derive(&hallpass, &parent, body("asset:write")).await;
    refused(&reply, 422, "scope_not_held", Some("scopes"));
    assert_eq!(
        derive(&hallpass, &parent, body("asset:read")).await.status,
        200
    );
}
