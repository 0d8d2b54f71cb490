//! HTTP's manners: the shape of problems, methods, HEAD, preflights.

use super::table::rows;
use super::world::{World, ask};
use http::Method;
use insta::assert_json_snapshot;
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test]
async fn problems_have_one_shape() {
    let world = World::new().await;
    let hallpass = &world.hallpass;
    let root = &hallpass.root;
    let post = |path: &str, body: serde_json::Value| hallpass.post(path, body);
    let large = vec![b' '; 65_537];
    let calls = [
        hallpass.get("/v1/tokens/self"),
        hallpass.get("/v1/tokens/self").bearer("a b"),
        hallpass.get("/v1/accounts").bearer(&world.powerless),
        hallpass.get("/v1/accounts/x").bearer(root),
        hallpass.get("/v1/tokens/self/x").bearer(root),
        hallpass.call(Method::PUT, "/v1/tokens/self"),
        post("/v1/tokens", json!({"kind": 5})).bearer(root),
        post("/v1/tokens", json!({"kind": "secret"})).bearer(root),
        post(
            "/v1/tokens",
            json!({"kind": "secret", "name": "x", "scopes": [{"resource": "asset"}]}),
        )
        .bearer(root),
        hallpass
            .call(Method::POST, "/v1/tokens")
            .bytes(large)
            .bearer(root),
        hallpass
            .call(Method::POST, "/v1/tokens")
            .bytes("{}")
            .bearer(root),
    ];
    let mut bodies = Vec::new();
    for call in calls {
        bodies.push(ask(call).await.body);
    }
    assert_json_snapshot!(bodies, @r#"
    [
      {
        "code": "unauthenticated",
        "detail": "present a token as `Authorization: Bearer …`, or as its kind says",
        "status": 401,
        "title": "Unauthorized",
        "type": "about:blank"
      },
      {
        "code": "malformed_header",
        "detail": "the Authorization header is not `Bearer` and one token",
        "status": 400,
        "title": "Bad Request",
        "type": "about:blank"
      },
      {
        "code": "insufficient_scope",
        "detail": "the calling token lacks `directory:read`: use one that holds it",
        "status": 403,
        "title": "Forbidden",
        "type": "about:blank"
      },
      {
        "code": "not_found",
        "detail": "there is no such account",
        "status": 404,
        "title": "Not Found",
        "type": "about:blank"
      },
      {
        "code": "not_found",
        "detail": "there is no such route: see `/docs`",
        "status": 404,
        "title": "Not Found",
        "type": "about:blank"
      },
      {
        "code": "method_not_allowed",
        "detail": "this route takes another method: see the `Allow` header",
        "status": 405,
        "title": "Method Not Allowed",
        "type": "about:blank"
      },
      {
        "code": "invalid_field",
        "detail": "`kind`: invalid type: integer `5`, expected a string",
        "field": "kind",
        "status": 422,
        "title": "Unprocessable Entity",
        "type": "about:blank"
      },
      {
        "code": "invalid_field",
        "detail": "missing field `name`",
        "field": "name",
        "status": 422,
        "title": "Unprocessable Entity",
        "type": "about:blank"
      },
      {
        "code": "invalid_field",
        "detail": "`scopes[0].action`: missing field `action`",
        "field": "scopes[0].action",
        "status": 422,
        "title": "Unprocessable Entity",
        "type": "about:blank"
      },
      {
        "code": "body_too_large",
        "detail": "a body has at most 64 KiB",
        "status": 413,
        "title": "Payload Too Large",
        "type": "about:blank"
      },
      {
        "code": "unsupported_media_type",
        "detail": "send the body as JSON, with the header `Content-Type: application/json`",
        "status": 415,
        "title": "Unsupported Media Type",
        "type": "about:blank"
      }
    ]
    "#);
}

#[tokio::test]
async fn another_method_is_405_and_allow_says_which() {
    let world = World::new().await;
    let before = world.items().await;
    let all = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW",
    ];
    for row in rows() {
        let path = world.path(&row);
        let mut allowed: BTreeSet<&str> = BTreeSet::new();
        for other in rows().iter().filter(|other| other.template == row.template) {
            allowed.extend(
                all.iter()
                    .filter(|method| **method == other.method.as_str()),
            );
        }
        if allowed.contains("GET") {
            allowed.insert("HEAD");
        }
        for method in all {
            if allowed.contains(method) {
                continue;
            }
            for token in [None, Some(&world.hallpass.root)] {
                let method: Method = method.parse().unwrap();
                let mut call = world.hallpass.call(method.clone(), &path);
                if let Some(token) = token {
                    call = call.bearer(token);
                }
                let reply = if method == Method::HEAD {
                    call.await
                } else {
                    ask(call).await
                };
                assert_eq!(reply.status, 405, "{method} {path}");
                if method != Method::HEAD {
                    assert_eq!(reply.code(), "method_not_allowed", "{method} {path}");
                }
                let named: BTreeSet<&str> =
                    reply.header("allow").split(',').map(str::trim).collect();
                assert_eq!(named, allowed, "{method} {path}");
            }
        }
    }
    assert_eq!(world.items().await, before);
}

#[tokio::test]
async fn head_answers_as_get_without_a_body() {
    let world = World::new().await;
    for row in rows().into_iter().filter(|row| row.method == Method::GET) {
        for token in [world.good(&row), &world.powerless, "x"] {
            let get = ask(world.call(&row).bearer(token)).await;
            let head = world
                .hallpass
                .call(Method::HEAD, &world.path(&row))
                .bearer(token)
                .await;
            assert_eq!(head.status, get.status, "{}", row.name());
            assert_eq!(head.body, json!(null), "{}", row.name());
            for name in ["content-type", "cache-control", "www-authenticate"] {
                assert_eq!(
                    head.header(name),
                    get.header(name),
                    "{}: {name}",
                    row.name()
                );
            }
        }
    }
}

#[tokio::test]
async fn s42_preflights_need_no_token_and_never_allow_credentials() {
    let world = World::new().await;
    world.hallpass.dynamodb.reset();
    for row in rows() {
        let preflight = |origin: &str| {
            let call = world.hallpass.call(Method::OPTIONS, &world.path(&row));
            let call = call.header("access-control-request-method", row.method.as_str());
            call.header("access-control-request-headers", "authorization")
                .origin(origin)
        };
        let reply = ask(preflight("https://a.com")).await;
        assert_eq!(reply.status, 204, "{}", row.name());
        assert_eq!(reply.header("access-control-allow-origin"), "https://a.com");
        let methods = reply.header("access-control-allow-methods");
        assert!(
            methods.split(", ").any(|it| it == row.method.as_str()),
            "{methods}"
        );
        let headers = reply.header("access-control-allow-headers");
        for name in [
            "authorization",
            "content-type",
            "idempotency-key",
            "api_key",
            "user_token",
        ] {
            assert!(
                headers.split(", ").any(|it| it == name),
                "{name}: {headers}"
            );
        }
        for junk in ["null", "*", "https://a.com/", "https://*.a.com", "x"] {
            let reply = ask(preflight(junk)).await;
            for name in reply.headers.keys() {
                assert!(
                    !name.as_str().starts_with("access-control-"),
                    "{junk}: {name}"
                );
            }
        }
    }
    assert_eq!(world.hallpass.dynamodb.calls().len(), 0);
}

#[tokio::test]
async fn each_reply_has_an_id_of_its_own() {
    let world = World::new().await;
    let mut ids = BTreeSet::new();
    for row in rows() {
        for _ in 0..3 {
            let reply = ask(world.call(&row).header("x-request-id", "mine")).await;
            ids.insert(reply.header("x-request-id").to_owned());
        }
    }
    assert_eq!(ids.len(), rows().len() * 3);
    assert!(
        !ids.contains("mine"),
        "a client cannot choose what is logged"
    );
}
