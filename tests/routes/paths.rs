//! Malformed path parameters and query strings.

use super::table::{routes, rows};
use super::world::{PARAMETERS, World, ask};
use hallpass_http::Needs;
use hallpass_tests::Hallpass;
use http::Method;
use serde_json::json;

#[tokio::test]
async fn s28_path_parameters_that_are_no_id_are_404_and_write_nothing() {
    let world = World::new().await;
    let before = world.items().await;
    let long = "x".repeat(8_000);
    for row in rows() {
        for parameter in PARAMETERS {
            if !row.template.contains(parameter) {
                continue;
            }
            for junk in [
                "%00",
                "%FF",
                "%C3%28",
                "%ED%A0%80",
                "%2e%2e",
                "%2e",
                "%2F",
                "..%2F..%2Fx",
                "%20",
                "%F0%9F%98%80",
                "%25%32%46",
                "*",
                "'",
                "~",
                "tok_",
                "acc_",
                "usr_0000000000000000000000",
                "tok_0000000000000000000000",
                "acc_0000000000000000000000",
                "tok_zzzzzzzzzzzzzzzzzzzzzz",
                "tok_000000000000000000000%00",
                "TOK_0000000000000000000000",
                "%E2%80%AE",
                "%0d%0aX:y",
                "%24%7Bjndi:x%7D",
                "1;--",
                &long,
            ] {
                let path = world.path_where(&row, parameter, junk);
                let reply = ask(world.call_at(&row, &path).bearer(world.good(&row))).await;
                let answer = reply.answer();
                assert_eq!(answer, (404, "not_found"), "{} {path}", row.name());
                let reply = ask(world.call_at(&row, &path)).await;
                let answer = reply.answer();
                assert_eq!(answer, (401, "unauthenticated"), "{} {path}", row.name());
            }
        }
    }
    assert_eq!(world.items().await, before);
}

#[tokio::test]
async fn what_is_no_route_is_404() {
    let world = World::new().await;
    for path in [
        "/docs/",
        "/docs/page.js/page.js",
        "/v1",
        "/v1/",
        "/v1/tokens/",
        "/v1//tokens",
        "//v1/tokens",
        "/V1/tokens",
        "/v1/tokens/a/b/c",
        "/v1/accounts/",
        "/v1/tokens%2Fself",
        "/v1/../v1/tokens",
        "/v1/tokens/validate/",
        "/%00",
        "/%FF",
        "/.env",
        "/v2/temporary-access-token",
        "/v1/tokens;x=y",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE, Method::PATCH] {
            let call = world.hallpass.call(method.clone(), path);
            let reply = ask(call.bearer(&world.hallpass.root)).await;
            // `/v1/tokens/` and the like could match a parameter that is empty.
            assert_eq!(reply.status, 404, "{method} {path}: {}", reply.body);
            assert_eq!(reply.code(), "not_found", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn query_parameters_that_are_wrong_are_422() {
    let world = World::new().await;
    for query in [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=1.5",
        "limit=1e2",
        "limit=x",
        "limit=",
        "limit=256",
        "limit=99999999999999999999",
        "limit=1&limit=2",
        "cursor=x",
        "cursor=",
        "cursor=%00",
        "cursor=%FF",
        "cursor=tok_0000000000000000000000",
        "cursor=acc_0&cursor=acc_1",
        "nope=1",
        "limit=1&nope",
        "=",
        "%FF=1",
        "LIMIT=1",
    ] {
        let path = format!("/v1/accounts?{query}");
        let reply = ask(world.hallpass.get(&path).bearer(&world.hallpass.root)).await;
        let answer = reply.answer();
        assert_eq!(answer, (422, "invalid_query"), "{query}: {}", reply.body);
        let reply = ask(world.hallpass.get(&path)).await;
        assert_eq!(reply.status, 401, "{query}");
        // Who may not list learns nothing of the query.
        let reply = ask(world.hallpass.get(&path).bearer(&world.powerless)).await;
        assert_eq!(reply.status, 403, "{query}");
    }
}

/// A kind that is presented as `query:key` is presented so at every route.
#[tokio::test]
async fn s32_a_credentials_own_parameter_is_no_unknown_one() {
    let mut hallpass = Hallpass::start("default").await;
    let source = include_str!("../../infra/catalogs/default.toml");
    let changed = source.replacen(
        r#"scopes = ["*", "tokens:validate", "tokens:impersonate"]"#,
        r#"scopes = ["*", "tokens:read", "directory:read", "activity:read"]"#,
        1,
    );
    let changed = changed.replacen(
        r#"presented = ["bearer"]"#,
        r#"presented = ["bearer", "query:key"]"#,
        1,
    );
    assert_eq!(changed.matches("query:key").count(), 1);
    hallpass.with_catalog(hallpass_core::Catalog::parse("key.toml", &changed).unwrap());
    let scopes = json!(["tokens:read", "directory:read", "activity:read"]);
    let (_, token) = hallpass.secret_with(json!({"scopes": scopes})).await;
    let lists = routes().filter(|route| {
        let asks = matches!(route.needs, Needs::Scope(_) | Needs::ScopeOrRight(_));
        route.method == Method::GET && asks && !route.path.contains('{')
    });
    let mut tried = 0;
    for list in lists {
        let get = |query: &str| hallpass.get(&format!("{}?{query}", list.path));
        for (query, answer) in [
            (format!("key={token}"), (200, "")),
            (format!("limit=5&key={token}"), (200, "")),
            (format!("key={token}&nope=1"), (422, "invalid_query")),
            (format!("key={token}&pubtoken="), (200, "")),
        ] {
            let reply = get(&query).await;
            assert_eq!(reply.answer(), answer, "{}: {}", list.path, reply.body);
            if answer.0 == 422 {
                assert_eq!(reply.body["field"], "nope");
            }
        }
        // No other deployment's credential is one here.
        let reply = get("token=x&api_key=y").bearer(&token).await;
        assert_eq!(reply.answer(), (422, "invalid_query"), "{}", list.path);
        tried += 1;
    }
    assert!(tried >= 8, "{tried} lists");
}
