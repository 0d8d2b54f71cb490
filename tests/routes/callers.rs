//! Who is asked before what: anonymous, dead, weak and foreign callers of every route.

use super::table::{Row, rows};
use super::world::{World, all_scopes, ask};
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_core::{OpaqueToken, Prefix, TokenId};
use hallpass_http::Needs;
use hallpass_runtime::SystemRandom;
use hallpass_tests::{Call, text};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn the_good_caller_of_every_row_succeeds() {
    for row in rows() {
        let world = World::new().await;
        let reply = ask(world.call(&row).bearer(world.good(&row))).await;
        assert_eq!(reply.status, row.success, "{}: {}", row.name(), reply.body);
    }
}

/// Bodies from which a caller could learn something, were they looked at too early.
fn bodies(world: &World, row: &Row) -> Vec<Call> {
    let plain = || world.hallpass.call(row.method.clone(), &world.path(row));
    let mut calls = vec![world.call(row), plain()];
    for body in [
        "{",
        "{}",
        "[]",
        "null",
        "\u{feff}{}",
        r#"{"nope":1}"#,
        "{\"a\":1}x",
    ] {
        calls.push(world.call_with(row, body));
        calls.push(plain().bytes(body).header("content-type", "text/plain"));
    }
    calls.push(world.call_with(row, vec![b' '; 64 * 1024 + 1]));
    calls.push(world.call_with(row, vec![0xff; 200]));
    calls.push(world.call_with(row, "[".repeat(60_000)));
    calls.push(world.call(row).header("content-length", "99999999"));
    calls.push(world.call(row).header("idempotency-key", ""));
    calls
}

/// The one answer to all of a route's bodies.
async fn one_answer(
    world: &World,
    row: &Row,
    present: impl Fn(Call) -> Call,
) -> hallpass_tests::Reply {
    let mut first: Option<hallpass_tests::Reply> = None;
    for (number, call) in bodies(world, row).into_iter().enumerate() {
        let reply = ask(present(call)).await;
        let first = first.get_or_insert_with(|| reply.clone());
        let name = row.name();
        assert_eq!(
            reply.without_request_id(),
            first.without_request_id(),
            "{name}, body {number}"
        );
    }
    first.unwrap()
}

#[tokio::test]
async fn anonymous_callers_are_401_whatever_they_send() {
    let world = World::new().await;
    let before = world.items().await;
    world.hallpass.dynamodb.reset();
    for row in rows() {
        let reply = one_answer(&world, &row, |call| call).await;
        assert_eq!(reply.answer(), (401, "unauthenticated"));
        let basic = |call: Call| call.header("authorization", "Basic dXNlcjpwYXNz");
        assert_eq!(one_answer(&world, &row, basic).await.status, 401);
    }
    assert_eq!(
        world.hallpass.dynamodb.calls().len(),
        0,
        "junk costs nothing"
    );
    assert_eq!(world.items().await, before);
}

/// Tokens that would do for every route, were they not dead, and why they are.
async fn dead(world: &World) -> Vec<(&'static str, String)> {
    let hallpass = &world.hallpass;
    let mint = async |more: Value| {
        let mut body = json!({
            "kind": "management", "name": "dead soon", "account": world.account,
            "scopes": all_scopes(),
        });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let made = hallpass.mint(body).await;
        (text(&made, "token"), text(&made, "id"))
    };
    let derive = async |parent: &str, seconds: u64| {
        let body = json!({"scopes": ["asset:read"], "durationSeconds": seconds});
        hallpass.derive(parent, body).await
    };
    let parent = async |more: Value| {
        let mut body = json!({"kind": "secret", "name": "a parent"});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let made = hallpass.mint_as(&world.manager, body).await;
        (text(&made, "token"), text(&made, "id"))
    };
    let revoke = async |id: &str| {
        let path = format!("/v1/tokens/{id}");
        let reply = hallpass.delete(&path).bearer(&world.manager).await;
        assert_eq!(reply.status, 204);
    };

    let (revoked, id) = mint(json!({})).await;
    revoke(&id).await;
    let (disabled, id) = mint(json!({})).await;
    pause(world, &id).await;
    let (expired, _) = mint(json!({"expires_in": 3_600})).await;
    let (early, _) = mint(json!({"not_before": 1_900_000_000})).await;
    let (known, id) = mint(json!({})).await;

    let (mother, mother_id) = parent(json!({})).await;
    let orphan = derive(&mother, 86_400).await;
    revoke(&mother_id).await;
    let (mother, mother_id) = parent(json!({})).await;
    let paused = derive(&mother, 86_400).await;
    pause(world, &mother_id).await;
    let ended = derive(&world.secret, 86_400).await;
    let reply = hallpass
        .post("/v1/revocations", json!({"token": ended}))
        .bearer(&world.manager);
    assert_eq!(reply.await.status, 204);
    let stale = derive(&world.secret, 3_600).await;
    // An hour, and the leeway of a JWT's expiry.
    hallpass.clock.advance(Duration::from_secs(3_605));
    let forged = format!("{}AAAA", stale.rsplit_once('.').unwrap().0.to_owned() + ".");

    let prefix: Prefix = known.rsplit_once('_').unwrap().0.parse().unwrap();
    let made_up = |id: TokenId| {
        let token = OpaqueToken::generate(prefix.clone(), id, &SystemRandom).unwrap();
        token.text().expose_secret().to_owned()
    };
    vec![
        ("malformed", "x".to_owned()),
        (
            "malformed",
            known.replace(known.chars().last().unwrap(), "-"),
        ),
        ("malformed", format!("{known}0")),
        ("malformed", "x".repeat(8 * 1024 + 1)),
        (
            "unknown",
            made_up(TokenId::generate(&SystemRandom).unwrap()),
        ),
        ("unknown", made_up(id.parse().unwrap())),
        ("unknown", forged),
        ("revoked", revoked),
        ("disabled", disabled),
        ("expired", expired),
        ("not_yet_valid", early),
        ("revoked", ended),
        ("expired", stale),
        ("parent_revoked", orphan),
        ("parent_disabled", paused),
    ]
}

/// Sets `enabled` of a record to false, past the API.
async fn pause(world: &World, id: &str) {
    let hallpass = &world.hallpass;
    let of_record = |item: &std::collections::HashMap<String, AttributeValue>| {
        item.contains_key("secret_hash")
            && item.get("id") == Some(&AttributeValue::S(id.to_owned()))
    };
    let mut item = hallpass.items().await.into_iter().find(of_record).unwrap();
    item.insert("enabled".to_owned(), AttributeValue::Bool(false));
    let put = hallpass
        .dynamodb_client
        .put_item()
        .table_name(&hallpass.table);
    put.set_item(Some(item)).send().await.unwrap();
}

#[tokio::test]
async fn s30_dead_callers_are_401_with_their_code_whatever_they_send() {
    let world = World::new().await;
    let dead = dead(&world).await;
    let before = world.items().await;
    for row in rows() {
        for (code, token) in &dead {
            let name = row.name();
            let reply = ask(world.call(&row).bearer(token)).await;
            let junk = ask(world.call_with(&row, "{").bearer(token)).await;
            assert_eq!(
                junk.without_request_id(),
                reply.without_request_id(),
                "{name}"
            );
            assert_eq!(reply.answer(), (401, *code), "{name}");
            let challenge = reply.header("www-authenticate");
            assert!(
                challenge.contains("error=\"invalid_token\""),
                "{name}: {challenge}"
            );
        }
    }
    assert_eq!(world.items().await, before);
}

#[tokio::test]
async fn s31_an_unknown_id_and_a_wrong_secret_answer_alike() {
    let world = World::new().await;
    let dead = dead(&world).await;
    let unknown: Vec<&String> = dead
        .iter()
        .filter(|(code, _)| *code == "unknown")
        .map(|(_, token)| token)
        .collect();
    for row in rows() {
        let first = ask(world.call(&row).bearer(unknown[0])).await;
        for other in &unknown[1..] {
            let reply = ask(world.call(&row).bearer(other)).await;
            assert_eq!(
                reply.without_request_id(),
                first.without_request_id(),
                "{}",
                row.name()
            );
        }
    }
}

/// A route that may also be called by the very token it is about reads its body first.
fn body_decides(row: &Row) -> bool {
    row.template == "/v1/revocations"
}

#[tokio::test]
async fn callers_without_the_scope_are_403_that_names_it() {
    let world = World::new().await;
    let before = world.items().await;
    for row in rows() {
        let name = row.name();
        let reply = if body_decides(&row) {
            ask(world.call(&row).bearer(&world.powerless)).await
        } else {
            match row.needs {
                Needs::Token => continue,
                _ => one_answer(&world, &row, |call| call.bearer(&world.powerless)).await,
            }
        };
        assert_eq!(reply.status, 403, "{name}: {}", reply.body);
        match row.needs {
            Needs::Scope(scope) | Needs::ScopeOrRight(scope) | Needs::Operator(scope) => {
                assert_eq!(reply.code(), "insufficient_scope", "{name}");
                let detail = text(&reply.body, "detail");
                assert!(detail.contains(&format!("`{scope}`")), "{name}: {detail}");
                let challenge = reply.header("www-authenticate");
                let expected = format!("error=\"insufficient_scope\", scope=\"{scope}\"");
                assert!(challenge.contains(&expected), "{name}: {challenge}");
            }
            Needs::DerivingToken => assert_eq!(reply.code(), "derives_nothing", "{name}"),
            Needs::Token | Needs::Nothing | Needs::OwnCredential => unreachable!(),
        }
    }
    assert_eq!(world.items().await, before);
}

#[tokio::test]
async fn operator_routes_are_refused_to_a_customer_who_holds_the_scope() {
    let world = World::new().await;
    let before = world.items().await;
    for row in rows() {
        if !matches!(row.needs, Needs::Operator(_)) {
            continue;
        }
        for caller in [&world.manager, &world.stranger] {
            let reply = ask(world.call(&row).bearer(caller)).await;
            assert_eq!(reply.status, 403, "{}", row.name());
            assert!(text(&reply.body, "detail").contains("`platform:operate`"));
        }
    }
    assert_eq!(world.items().await, before);
}
