//! What is another's answers as what is not there; tokens of the wrong kind or in the wrong place.

use super::table::{Needs, rows};
use super::world::{World, ask, essence};
use hallpass_core::{OpaqueToken, TokenId};
use hallpass_http::SystemRandom;
use hallpass_tests::text;
use secrecy::ExposeSecret as _;
use serde_json::json;

/// Another of the same shape that is not there.
fn unknown_like(world: &World, path: &str) -> String {
    let unknown_id = TokenId::generate(&SystemRandom).unwrap();
    let other = |prefix: &str| format!("{prefix}{}", unknown_id.digits());
    path.replace(&world.target_id, &other("tok_"))
        .replace(&world.account, &other("acc_"))
        .replace(&world.closed, &other("acc_"))
        .replace(&world.user, &other("usr_"))
        .replace(&world.removed, &other("usr_"))
        .replace(&world.service_account, &other("svc_"))
        .replace(&world.group, &other("grp_"))
        .replace(&world.inner, &other("grp_"))
        .replace(&world.share, &other("shr_"))
        .replace(&world.folder, &other("fld_"))
}

#[tokio::test]
async fn s29_what_is_anothers_answers_as_what_is_not_there() {
    let world = World::new().await;
    let before = world.items().await;
    for row in rows() {
        let path = world.path(&row);
        // What derives is no management token: `s29_…` of `folders/user_token.rs`.
        let is_not_asked = matches!(row.needs, Needs::Operator(_) | Needs::Derive);
        if !row.template.contains('{') || is_not_asked {
            continue;
        }
        let absent = unknown_like(&world, &path);
        let reply = ask(world.call_at(&row, &path).bearer(&world.stranger)).await;
        assert_eq!(
            (reply.status.as_u16(), reply.code()),
            (404, "not_found"),
            "{path}"
        );
        let unknown = ask(world.call_at(&row, &absent).bearer(&world.stranger)).await;
        assert_eq!(essence(&reply), essence(&unknown), "{path}");
        // The account itself is its environments'; what lies in one of them is not.
        if row.template == "/v1/accounts/{account}" || row.template.ends_with("/environments") {
            continue;
        }
        let reply = ask(world.call_at(&row, &path).bearer(&world.neighbour)).await;
        assert_eq!(
            (reply.status.as_u16(), reply.code()),
            (404, "not_found"),
            "{path}"
        );
        if row.template.contains("{id}") {
            assert_eq!(essence(&reply), essence(&unknown), "{path}");
        }
    }
    assert_eq!(world.items().await, before);
}

#[tokio::test]
async fn s29_bodies_that_name_what_is_anothers_answer_as_what_is_not_there() {
    let world = World::new().await;
    let before = world.items().await;
    let made_up = OpaqueToken::generate(
        world.target.rsplit_once('_').unwrap().0.parse().unwrap(),
        TokenId::generate(&SystemRandom).unwrap(),
        &SystemRandom,
    )
    .unwrap();
    let made_up = made_up.text().expose_secret().to_owned();
    let minted = json!({"kind": "secret", "name": "x"});
    let with = |field: &str, value: &str| {
        let mut body = minted.clone();
        body[field] = json!(value);
        body
    };
    let absent_account = unknown_like(&world, &world.account);
    let absent_token = unknown_like(&world, &world.target_id);
    for (path, status, foreign, absent) in [
        (
            "/v1/tokens",
            404,
            with("account", &world.account),
            with("account", &absent_account),
        ),
        (
            "/v1/tokens",
            404,
            with("environment", "old/gone"),
            with("environment", "none/such"),
        ),
        (
            "/v1/revocations",
            404,
            json!({"id": world.target_id}),
            json!({"id": absent_token}),
        ),
        (
            "/v1/revocations",
            404,
            json!({"token": world.target}),
            json!({"token": made_up}),
        ),
        (
            "/v1/revocations",
            404,
            json!({"account": world.account}),
            json!({"account": absent_account}),
        ),
        (
            "/v1/revocations",
            404,
            json!({"principal": world.account}),
            json!({"principal": absent_account}),
        ),
        (
            "/v1/revocations",
            404,
            json!({"account": world.account, "environment": "default/live"}),
            json!({"account": absent_account, "environment": "default/live"}),
        ),
        (
            "/v1/tokens/validate",
            200,
            json!({"token": world.target}),
            json!({"token": made_up}),
        ),
        (
            "/v1/tokens/validate",
            404,
            json!({"token": world.target, "environment": "app/test"}),
            json!({"token": world.target, "environment": "none/such"}),
        ),
    ] {
        let foreign = ask(world.hallpass.post(path, foreign).bearer(&world.stranger)).await;
        let absent = ask(world.hallpass.post(path, absent).bearer(&world.stranger)).await;
        assert_eq!(foreign.status, status, "{path}: {}", foreign.body);
        assert_eq!(essence(&foreign), essence(&absent), "{path}");
    }
    assert_eq!(world.items().await, before);
}

#[tokio::test]
async fn s23_s24_s32_tokens_of_the_wrong_kind_or_in_the_wrong_place() {
    let world = World::new().await;
    let hallpass = &world.hallpass;
    let page = "https://shop.example";
    let publishable = hallpass
        .mint_as(
            &world.manager,
            json!({"kind": "publishable", "name": "page", "origins": [page]}),
        )
        .await;
    let publishable = text(&publishable, "token");
    let jwt = hallpass
        .derive(&world.secret, json!({"scopes": ["asset:read"]}))
        .await;
    let before = world.items().await;
    for row in rows() {
        let name = row.name();
        if row.needs == Needs::Itself {
            continue;
        }
        let path = world.path(&row);
        // A page's token, a visitor's and a server's hold no management scope and derive nothing.
        for token in [&publishable, &jwt, &world.secret] {
            if row.needs == Needs::Derive && token == &world.secret {
                continue;
            }
            let reply = ask(world.call(&row).bearer(token).origin(page)).await;
            assert_eq!(reply.status, 403, "{name}: {}", reply.body);
        }
        // A manager's token stands in the Authorization header and nowhere else, also not beside it.
        let in_query = format!("{path}?pubtoken={}", world.good(&row));
        for call in [
            world.call_at(&row, &in_query),
            world.call_at(&row, &in_query).bearer(world.good(&row)),
            world.call(&row).header("api_key", world.good(&row)),
            world.call(&row).header("user_token", world.good(&row)),
        ] {
            let reply = ask(call).await;
            let answer = (reply.status.as_u16(), reply.code());
            assert_eq!(answer, (401, "wrong_presentation"), "{name}");
        }
    }
    assert_eq!(world.items().await, before);
}
