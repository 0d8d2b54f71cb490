//! One token.

use crate::revoke::{assert_unchanged, child, delete, id, revoke, revoked};
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};

#[tokio::test]
async fn a_token_ends_at_once_with_its_children_and_without_its_siblings() {
    let hallpass = Hallpass::start("default").await;
    for by in ["DELETE", "id", "token"] {
        let (token_id, token) = hallpass.secret_with(json!({})).await;
        let (_, sibling) = hallpass.secret_with(json!({})).await;
        let children = [
            child(&hallpass, &token).await,
            child(&hallpass, &token).await,
        ];
        let nephew = child(&hallpass, &sibling).await;
        for token in children.iter().chain([&token]) {
            assert_eq!(hallpass.code(token).await, "active");
        }
        let call = match by {
            "DELETE" => delete(&hallpass, &token_id),
            "id" => revoke(&hallpass, json!({"id": token_id})),
            _ => revoke(&hallpass, json!({"token": token})),
        };
        call.bearer(&hallpass.root).await.assert(by, 204, "");
        assert_eq!(hallpass.code(&token).await, "revoked", "{by}");
        for child in &children {
            assert_eq!(hallpass.code(child).await, "parent_revoked", "{by}");
            let reply = hallpass.get("/v1/tokens/self").bearer(child).await;
            reply.assert(by, 401, "parent_revoked");
        }
        let derive = hallpass.post("/v1/tokens/temporary", json!({"scopes": ["asset:read"]}));
        derive.bearer(&token).await.assert(by, 401, "revoked");
        for living in [&sibling, &nephew] {
            assert_eq!(hallpass.code(living).await, "active", "{by}");
        }
    }
}

#[tokio::test]
async fn a_jwt_ends_alone() {
    let hallpass = Hallpass::start("default").await;
    let (_, parent) = hallpass.secret_with(json!({})).await;
    let (dead, living) = (
        child(&hallpass, &parent).await,
        child(&hallpass, &parent).await,
    );
    revoked(&hallpass, json!({"token": dead})).await;
    assert_eq!(hallpass.code(&dead).await, "revoked");
    for token in [&living, &parent] {
        assert_eq!(hallpass.code(token).await, "active");
    }
    // It stays so until nobody accepts it any more: its expiry and the leeway.
    let row = hallpass
        .items()
        .await
        .into_iter()
        .find(|item| item["sk"].as_s().unwrap() == "REVOKED");
    assert_eq!(row.unwrap()["ttl"].as_n().unwrap(), "1800003605");
    hallpass
        .clock
        .advance(std::time::Duration::from_secs(3_604));
    assert_eq!(hallpass.code(&dead).await, "revoked");
    assert_eq!(hallpass.code(&living).await, "active");
}

/// A catalog that was shortened tells of new tokens only: an older one can live for longer.
#[tokio::test]
async fn s28_a_jwt_ended_by_its_id_stays_ended_for_as_long_as_it_could_have_lived() {
    let mut hallpass = Hallpass::start("default").await;
    let parent = hallpass.secret().await;
    let body = json!({"scopes": ["asset:read"], "durationSeconds": 86_400});
    let token = hallpass.derive(&parent, body).await;
    let jti = id(&hallpass, &token).await;
    let shorter = include_str!("../../infra/catalogs/default.toml")
        .replace("min = 60, max = 86400", "min = 60, max = 3600");
    hallpass.with_catalog(hallpass_core::Catalog::parse("shorter.toml", &shorter).unwrap());
    let place = json!({"id": jti, "account": hallpass.operator, "environment": "default/live"});
    let ended = revoke(&hallpass, place).bearer(&hallpass.root).await;
    assert_eq!(ended.status, 204, "{}", ended.body);
    let items = hallpass.items().await;
    let row = items
        .iter()
        .find(|item| item["pk"].as_s().is_ok_and(|pk| pk.starts_with("JWT#")))
        .unwrap();
    // It expires a day after its issue, and is refused for 5 s of leeway more.
    assert_eq!(row["ttl"].as_n().unwrap(), "1800086405");
    // A catalog whose kind lives shorter knows no such token; by the one before, it is ended.
    assert_eq!(hallpass.code(&token).await, "unknown");
    let longer = include_str!("../../infra/catalogs/default.toml");
    hallpass.with_catalog(hallpass_core::Catalog::parse("longer.toml", longer).unwrap());
    assert_eq!(hallpass.code(&token).await, "revoked");
}

/// A revocation that is refused.
struct Refused<'a> {
    caller: &'a str,
    body: Value,
    status: u16,
    code: &'static str,
}

/// There is no row of a JWT: its id alone says neither whose it is nor whether it ever was, so it
/// is ended in the caller's own place, or in the one that the operator names.
#[tokio::test]
async fn s28_s29_a_jwt_is_ended_by_its_id_in_a_place_of_the_callers() {
    let hallpass = Hallpass::start("default").await;
    let scopes = json!(["tokens:mint", "tokens:revoke", "asset:*"]);
    let (account, customer) = hallpass.account("acme", scopes.clone()).await;
    let (_, stranger) = hallpass.account("other", scopes).await;
    let body = json!({"kind": "secret", "name": "s", "scopes": ["asset:read"]});
    let parent = text(&hallpass.mint_as(&customer, body).await, "token");
    let mut tokens = Vec::new();
    for _ in 0..5 {
        let token = child(&hallpass, &parent).await;
        tokens.push((id(&hallpass, &token).await, token));
    }
    let [
        (jti, token),
        (second, of_second),
        (third, of_third),
        (fourth, of_fourth),
        (_, living),
    ] = &tokens[..]
    else {
        panic!("five of them");
    };
    let before = hallpass.items().await;
    let live = json!("default/live");
    for jti in [jti.as_str(), "jwt_0000000000000000000000"] {
        for Refused {
            caller,
            body,
            status,
            code,
        } in [
            Refused {
                caller: &hallpass.root,
                body: json!({"id": jti}),
                status: 422,
                code: "place_needed",
            },
            Refused {
                caller: &hallpass.root,
                body: json!({"id": jti, "account": account}),
                status: 422,
                code: "place_needed",
            },
            Refused {
                caller: &hallpass.root,
                body: json!({"id": jti, "environment": live}),
                status: 422,
                code: "place_needed",
            },
            Refused {
                caller: &stranger,
                body: json!({"id": jti, "account": account}),
                status: 404,
                code: "not_found",
            },
            Refused {
                caller: &stranger,
                body: json!({"id": jti, "environment": "app/test"}),
                status: 404,
                code: "not_found",
            },
            Refused {
                caller: &parent,
                body: json!({"id": jti}),
                status: 403,
                code: "insufficient_scope",
            },
        ] {
            let what = body.to_string();
            revoke(&hallpass, body)
                .bearer(caller)
                .await
                .assert(&what, status, code);
        }
    }
    let opaque = id(&hallpass, &parent).await;
    let body = json!({"id": opaque, "account": account, "environment": live});
    let reply = revoke(&hallpass, body).bearer(&hallpass.root).await;
    reply.assert("an opaque token has a row", 422, "invalid_body");
    assert_unchanged("by id", &hallpass, &before).await;
    // A stranger is told the same of what exists and what does not, and ends nothing of others'.
    for jti in [jti.as_str(), "jwt_0000000000000000000000"] {
        delete(&hallpass, jti)
            .bearer(&stranger)
            .await
            .assert(jti, 204, "");
    }
    assert_eq!(hallpass.code(token).await, "active");
    let named = json!({"id": second, "account": account, "environment": live});
    for (what, call, dead) in [
        (
            "by its account",
            delete(&hallpass, jti).bearer(&customer),
            token,
        ),
        (
            "by the operator",
            revoke(&hallpass, named).bearer(&hallpass.root),
            of_second,
        ),
        (
            "by itself",
            delete(&hallpass, third).bearer(of_third),
            of_third,
        ),
        (
            "by itself",
            revoke(&hallpass, json!({"id": fourth})).bearer(of_fourth),
            of_fourth,
        ),
    ] {
        call.await.assert(what, 204, "");
        assert_eq!(hallpass.code(dead).await, "revoked", "{what}");
        assert_eq!(hallpass.code(living).await, "active", "{what}");
    }
}

#[tokio::test]
async fn s23_who_holds_a_token_may_end_it_unless_everybody_can_see_it() {
    let hallpass = Hallpass::start("default").await;
    for by in ["DELETE", "id", "token"] {
        let (token_id, token) = hallpass.secret_with(json!({})).await;
        let (_, other) = hallpass.secret_with(json!({})).await;
        let jwt = child(&hallpass, &other).await;
        let jti = id(&hallpass, &jwt).await;
        let page = json!({"kind": "publishable", "name": "a page", "origins": ["https://a.com"]});
        let page = hallpass.mint(page).await;
        let (page_id, public) = (text(&page, "id"), text(&page, "token"));
        let call = |id: &str, token: &str| match by {
            "DELETE" => delete(&hallpass, id),
            "id" => revoke(&hallpass, json!({"id": id})),
            _ => revoke(&hallpass, json!({"token": token})),
        };
        let before = hallpass.items().await;
        for (what, call) in [
            (
                "a secret token another",
                call(&token_id, &token).bearer(&other),
            ),
            (
                "a JWT its parent",
                call(&id(&hallpass, &other).await, &other).bearer(&jwt),
            ),
            ("a JWT another", call(&token_id, &token).bearer(&jwt)),
            (
                "a public one itself",
                call(&page_id, &public)
                    .bearer(&public)
                    .origin("https://a.com"),
            ),
            (
                "a public one another",
                call(&token_id, &token)
                    .bearer(&public)
                    .origin("https://a.com"),
            ),
            (
                "a secret token a public one",
                call(&page_id, &public).bearer(&other),
            ),
        ] {
            call.await.assert(what, 403, "insufficient_scope");
        }
        assert_unchanged(by, &hallpass, &before).await;
        for (what, call) in [
            (
                "a secret token itself",
                call(&token_id, &token).bearer(&token),
            ),
            ("a JWT itself", call(&jti, &jwt).bearer(&jwt)),
        ] {
            call.await.assert(what, 204, "");
        }
        for token in [&token, &jwt] {
            assert_eq!(hallpass.code(token).await, "revoked", "{by}");
        }
        assert_eq!(hallpass.code(&other).await, "active");
    }
}

#[tokio::test]
async fn s28_s29_twice_unknown_and_foreign_change_nothing_and_tell_nothing() {
    let hallpass = Hallpass::start("default").await;
    let scopes = json!(["tokens:mint", "tokens:revoke", "asset:*"]);
    let (account, customer) = hallpass.account("acme", scopes.clone()).await;
    let (_, stranger) = hallpass.account("other", scopes.clone()).await;
    let path = format!("/v1/accounts/{account}/environments");
    let made = hallpass
        .post(&path, json!({"name": "app/test"}))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(made.status, 201);
    let next_door = json!({
        "kind": "management", "name": "m", "account": account, "environment": "app/test",
        "scopes": scopes,
    });
    let next_door = text(&hallpass.mint(next_door).await, "token");
    let body = json!({"kind": "secret", "name": "s", "scopes": ["asset:read"]});
    let [dead, living] = [
        hallpass.mint_as(&customer, body.clone()).await,
        hallpass.mint_as(&customer, body.clone()).await,
    ];
    let [dead_id, living_id] = [&dead, &living].map(|body| text(body, "id"));
    let [dead, living] = [&dead, &living].map(|body| text(body, "token"));
    let [dead_jwt, jwt] = [
        child(&hallpass, &living).await,
        child(&hallpass, &living).await,
    ];
    for body in [json!({"id": dead_id}), json!({"token": dead_jwt})] {
        revoke(&hallpass, body)
            .bearer(&customer)
            .await
            .assert("once", 204, "");
    }
    // Another deployment's, which is well formed and unknown here.
    let elsewhere = Hallpass::start("default").await;
    let (unknown_id, unknown) = elsewhere.secret_with(json!({})).await;
    let unknown_jwt = child(&elsewhere, &unknown).await;
    hallpass.clock.advance(std::time::Duration::from_secs(1));
    let before = hallpass.items().await;
    for body in [
        json!({"id": dead_id}),
        json!({"token": dead}),
        json!({"token": dead_jwt}),
    ] {
        let what = body.to_string();
        revoke(&hallpass, body)
            .bearer(&customer)
            .await
            .assert(&what, 204, "");
    }
    delete(&hallpass, &dead_id)
        .bearer(&customer)
        .await
        .assert("again", 204, "");
    let mut answers = Vec::new();
    for caller in [&stranger, &next_door] {
        for id in [&unknown_id, &living_id, &dead_id] {
            answers.push(delete(&hallpass, id).bearer(caller).await);
            answers.push(revoke(&hallpass, json!({"id": id})).bearer(caller).await);
        }
        for token in [&unknown, &unknown_jwt, &living, &dead, &jwt, &dead_jwt] {
            answers.push(
                revoke(&hallpass, json!({"token": token}))
                    .bearer(caller)
                    .await,
            );
        }
        answers.push(delete(&hallpass, "junk").bearer(caller).await);
    }
    for reply in &answers {
        reply.assert("foreign", 404, "not_found");
        assert_eq!(reply.body, answers[0].body, "indistinguishable");
    }
    assert_unchanged("twice, unknown or foreign", &hallpass, &before).await;
    for token in [&living, &jwt] {
        assert_eq!(hallpass.code(token).await, "active");
    }
    // The operator reaches all of them.
    revoked(&hallpass, json!({"token": living})).await;
    assert_eq!(hallpass.code(&jwt).await, "parent_revoked");
}

#[tokio::test]
async fn s25_a_revoked_token_frees_its_place() {
    let hallpass = Hallpass::start("default").await;
    let mut tokens = Vec::new();
    for _ in 0..100 {
        tokens.push(hallpass.secret_with(json!({})).await);
    }
    let full = async || {
        let call = hallpass.post("/v1/tokens", json!({"kind": "secret", "name": "one more"}));
        call.bearer(&hallpass.root).await
    };
    full().await.assert("full", 409, "limit_reached");
    for (id, token) in &tokens[..3] {
        revoked(&hallpass, json!({"token": token})).await;
        // Twice frees one place, not two, also once another holds it.
        revoked(&hallpass, json!({"id": id})).await;
        full().await.assert("free", 201, "");
        revoked(&hallpass, json!({"id": id})).await;
        full().await.assert("full again", 409, "limit_reached");
    }
}

/// Its slot belongs to another by now, which keeps it.
#[tokio::test]
async fn an_expired_token_is_revoked_without_its_successors_place() {
    let hallpass = Hallpass::start("default").await;
    let (old_id, _) = hallpass.secret_with(json!({"expires_in": 10})).await;
    for _ in 0..99 {
        hallpass.secret_with(json!({})).await;
    }
    hallpass.clock.advance(std::time::Duration::from_secs(10));
    let (_, successor) = hallpass.secret_with(json!({})).await;
    revoked(&hallpass, json!({"id": old_id})).await;
    assert_eq!(hallpass.code(&successor).await, "active");
    let call = hallpass.post("/v1/tokens", json!({"kind": "secret", "name": "one more"}));
    call.bearer(&hallpass.root)
        .await
        .assert("full", 409, "limit_reached");
}
