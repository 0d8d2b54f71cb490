//! What is another's answers as what is not there; tokens of the wrong kind or in the wrong place.

use super::table::rows;
use super::world::{World, ask};
use hallpass_core::{OpaqueToken, TokenId};
use hallpass_http::Needs;
use hallpass_runtime::SystemRandom;
use hallpass_tests::text;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

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
        let is_not_asked = matches!(row.needs, Needs::Operator(_) | Needs::DerivingToken);
        if !row.template.contains('{') || is_not_asked {
            continue;
        }
        let absent = unknown_like(&world, &path);
        let reply = ask(world.call_at(&row, &path).bearer(&world.stranger)).await;
        assert_eq!(reply.answer(), (404, "not_found"), "{path}");
        let unknown = ask(world.call_at(&row, &absent).bearer(&world.stranger)).await;
        assert_eq!(
            reply.without_request_id(),
            unknown.without_request_id(),
            "{path}"
        );
        // The account itself is its environments'; what lies in one of them is not.
        if row.template == "/v1/accounts/{account}" || row.template.ends_with("/environments") {
            continue;
        }
        let reply = ask(world.call_at(&row, &path).bearer(&world.neighbour)).await;
        assert_eq!(reply.answer(), (404, "not_found"), "{path}");
        if row.template.contains("{id}") {
            assert_eq!(
                reply.without_request_id(),
                unknown.without_request_id(),
                "{path}"
            );
        }
    }
    assert_eq!(world.items().await, before);
}

/// A body about what is another's, and the same about what is not there.
struct Pair {
    path: &'static str,
    status: u16,
    foreign: Value,
    absent: Value,
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
    for Pair {
        path,
        status,
        foreign,
        absent,
    } in [
        Pair {
            path: "/v1/tokens",
            status: 404,
            foreign: with("account", &world.account),
            absent: with("account", &absent_account),
        },
        Pair {
            path: "/v1/tokens",
            status: 404,
            foreign: with("environment", "old/gone"),
            absent: with("environment", "none/such"),
        },
        Pair {
            path: "/v1/revocations",
            status: 404,
            foreign: json!({"id": world.target_id}),
            absent: json!({"id": absent_token}),
        },
        Pair {
            path: "/v1/revocations",
            status: 404,
            foreign: json!({"token": world.target}),
            absent: json!({"token": made_up}),
        },
        Pair {
            path: "/v1/revocations",
            status: 404,
            foreign: json!({"account": world.account}),
            absent: json!({"account": absent_account}),
        },
        Pair {
            path: "/v1/revocations",
            status: 404,
            foreign: json!({"principal": world.account}),
            absent: json!({"principal": absent_account}),
        },
        Pair {
            path: "/v1/revocations",
            status: 404,
            foreign: json!({"account": world.account, "environment": "default/live"}),
            absent: json!({"account": absent_account, "environment": "default/live"}),
        },
        Pair {
            path: "/v1/tokens/validate",
            status: 200,
            foreign: json!({"token": world.target}),
            absent: json!({"token": made_up}),
        },
        Pair {
            path: "/v1/tokens/validate",
            status: 404,
            foreign: json!({"token": world.target, "environment": "app/test"}),
            absent: json!({"token": world.target, "environment": "none/such"}),
        },
    ] {
        let foreign = ask(world.hallpass.post(path, foreign).bearer(&world.stranger)).await;
        let absent = ask(world.hallpass.post(path, absent).bearer(&world.stranger)).await;
        assert_eq!(foreign.status, status, "{path}: {}", foreign.body);
        assert_eq!(
            foreign.without_request_id(),
            absent.without_request_id(),
            "{path}"
        );
    }
    assert_eq!(world.items().await, before);
}

/// The routes without a parameter take the place they are about from the body or the query: each
/// answers another account, and another environment of one's own, as one that is not there, and
/// without either is about one's own place.
#[tokio::test]
async fn s29_a_place_that_is_named_is_ones_own() {
    // What these are about is a token, which says where it lives, and the caller's own account.
    const OF_NO_PLACE: [&str; 7] = [
        "POST /v1/tokens/temporary",
        "POST /v2/temporary-access-token/create",
        "GET /v1/tokens/self",
        "POST /v1/revocations",
        "POST /v1/tokens/validate",
        "GET /v1/accounts",
        "POST /v1/accounts",
    ];
    // 3dverse's shapes have no place: it is the key's.
    let is_of_no_place =
        |name: &str| OF_NO_PLACE.contains(&name) || name.starts_with("POST /app/v1/");
    let world = World::new().await;
    let before = world.items().await;
    let mut asked = 0;
    for row in rows() {
        let name = row.name();
        if row.template.contains('{') || is_of_no_place(&name) {
            continue;
        }
        asked += 1;
        let absent = unknown_like(&world, &world.account);
        let named = async |caller: &str, fields: [(&str, &str); 2]| {
            let mut path = format!("{}?", row.template);
            let mut body = row.body.map(|body| body(&world));
            for (field, value) in fields.into_iter().filter(|it| !it.1.is_empty()) {
                match &mut body {
                    Some(body) => body[field] = json!(value),
                    None => path = format!("{path}{field}={}&", value.replace('/', "%2F")),
                }
            }
            let call = match body {
                Some(body) => world.call_with(&row, body.to_string()),
                None => world.call_at(&row, &path),
            };
            ask(call.bearer(caller)).await
        };
        for (what, foreign, absent) in [
            (
                "an account",
                named(
                    &world.stranger,
                    [("account", &world.account), ("environment", "")],
                ),
                named(&world.stranger, [("account", &absent), ("environment", "")]),
            ),
            (
                "an environment of one's own account",
                named(
                    &world.manager,
                    [("account", ""), ("environment", "app/test")],
                ),
                named(
                    &world.manager,
                    [("account", ""), ("environment", "none/such")],
                ),
            ),
        ] {
            let (foreign, absent) = (foreign.await, absent.await);
            let answer = foreign.answer();
            assert_eq!(
                answer,
                (404, "not_found"),
                "{name}, {what}: {}",
                foreign.body
            );
            assert_eq!(
                foreign.without_request_id(),
                absent.without_request_id(),
                "{name}, {what}"
            );
        }
        if row.method == http::Method::GET {
            for caller in [&world.stranger, &world.neighbour] {
                let own = named(caller, [("account", ""), ("environment", "")]).await;
                assert_eq!(own.status, 200, "{name}: {}", own.body);
                for id in [
                    &world.target_id,
                    &world.user,
                    &world.group,
                    &world.share,
                    &world.folder,
                ] {
                    assert!(!own.body.to_string().contains(id), "{name}: {}", own.body);
                }
            }
        }
    }
    assert!(asked > 12, "only {asked} routes");
    // Reading the log of acts seals it, and reading use writes it down: rows of their own.
    let mut after = world.items().await;
    let is_of_reading = |key: &str| ["SEAL", "USAGE#", "USE#"].iter().any(|it| key.contains(it));
    after.retain(|key, _| before.contains_key(key) || !is_of_reading(key));
    let written = |key: &&String| after.get(*key) != before.get(*key);
    let written: Vec<&String> = after.keys().chain(before.keys()).filter(written).collect();
    assert!(written.is_empty(), "written: {written:?}");
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
        if row.needs == Needs::Token {
            continue;
        }
        let path = world.path(&row);
        // A page's token, a visitor's and a server's hold no management scope and derive nothing.
        for token in [&publishable, &jwt, &world.secret] {
            if row.needs == Needs::DerivingToken && token == &world.secret {
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
            let answer = reply.answer();
            assert_eq!(answer, (401, "wrong_presentation"), "{name}");
        }
    }
    assert_eq!(world.items().await, before);
}
