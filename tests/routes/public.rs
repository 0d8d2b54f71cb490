//! Routes that anybody may read: no token is asked for, and none makes a difference.

use super::table::public;
use super::world::World;
use http::Method;
use serde_json::Value;

#[tokio::test]
async fn anonymous_callers_are_answered_and_a_token_changes_nothing() {
    let world = World::new().await;
    let before = world.items().await;
    for row in public() {
        let name = row.name();
        let anonymous = world.call(&row).await;
        assert_eq!(anonymous.status, row.success, "{name}: {}", anonymous.body);
        let media = match row.template {
            "/" => "",
            "/docs" => "text/html; charset=utf-8",
            "/docs/{asset}" => "text/javascript; charset=utf-8",
            _ => "application/json",
        };
        assert_eq!(anonymous.header("content-type"), media, "{name}");
        for token in [world.manager.as_str(), &world.secret, "x", ""] {
            let reply = world.call(&row).bearer(token).await;
            assert_eq!(reply.status, row.success, "{name}");
            assert_eq!(reply.body, anonymous.body, "{name}");
        }
        let head = world.hallpass.call(Method::HEAD, &world.path(&row)).await;
        assert_eq!(head.status, row.success, "{name}");
        assert_eq!(head.body, Value::Null, "{name}");
        assert_eq!(
            head.header("cache-control"),
            anonymous.header("cache-control")
        );
    }
    assert_eq!(world.items().await, before);
}

#[tokio::test]
async fn s42_any_page_may_read_them_and_none_with_credentials() {
    let world = World::new().await;
    for row in public() {
        for origin in ["https://a.example", "null", "https://b.example"] {
            let reply = world.call(&row).origin(origin).await;
            assert_eq!(reply.header("access-control-allow-origin"), "*");
            assert_eq!(reply.header("access-control-allow-credentials"), "");
        }
    }
}

#[tokio::test]
async fn another_method_is_405() {
    let world = World::new().await;
    for row in public() {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let reply = world.hallpass.call(method, &world.path(&row)).await;
            assert_eq!(reply.answer(), (405, "method_not_allowed"));
            assert_eq!(reply.header("allow"), "GET,HEAD");
            assert_eq!(reply.header("cache-control"), "no-store");
        }
    }
}
