//! What a browser is told.

use super::{ORIGIN, crossed, revoke};
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Hallpass, Reply, typo, with};
use http::Method;
use serde_json::{Value, json};

const ROUTES: [(&str, &str); 7] = [
    ("POST", "/v1/tokens"),
    ("POST", "/v1/tokens/temporary"),
    ("POST", "/v2/temporary-access-token/create"),
    ("POST", "/v1/tokens/validate"),
    ("GET", "/v1/tokens/self"),
    ("POST", "/v1/revocations"),
    ("DELETE", "/v1/tokens/tok_0000000000000000000001"),
];

/// s42: the one origin or none, never `*`, never credentials, and no cache may mix them up.
fn names(reply: &Reply, origin: Option<&str>) {
    let named: Vec<_> = reply
        .headers
        .get_all("access-control-allow-origin")
        .iter()
        .collect();
    assert_eq!(
        named,
        origin.into_iter().collect::<Vec<_>>(),
        "{}",
        reply.body
    );
    assert!(
        !reply
            .headers
            .contains_key("access-control-allow-credentials")
    );
    let vary = reply.header("vary");
    assert_eq!(vary.split(", ").next(), Some("Origin"));
}

#[tokio::test]
async fn s42_a_preflight_is_answered_without_a_token_and_without_a_read() {
    let hallpass = Hallpass::start("default").await;
    for (method, path) in ROUTES {
        for (origin, named) in [
            (Some("https://anybody.example"), true),
            (Some("http://localhost:3000"), true),
            (Some("https://anybody.example:8443"), true),
            (Some("null"), false),
            (Some("*"), false),
            (Some("https://anybody.example/"), false),
            (None, false),
        ] {
            let call = hallpass
                .call(Method::OPTIONS, path)
                .header("access-control-request-method", method);
            let call = call.header("access-control-request-headers", "authorization,api_key");
            let reply = match origin {
                Some(origin) => call.origin(origin).await,
                None => call.await,
            };
            assert_eq!(reply.status, 204, "{path}");
            names(&reply, origin.filter(|_| named));
            if named {
                let allowed = reply.header("access-control-allow-headers");
                for name in [
                    "authorization",
                    "content-type",
                    "idempotency-key",
                    "api_key",
                    "user_token",
                ] {
                    assert!(
                        allowed.split(", ").any(|allowed| allowed == name),
                        "{allowed}"
                    );
                }
                assert!(
                    reply
                        .header("access-control-allow-methods")
                        .contains(method)
                );
            }
        }
        // OPTIONS alone is no preflight.
        let reply = hallpass.call(Method::OPTIONS, path).origin(ORIGIN).await;
        assert_eq!(reply.status, 405, "{path}");
        names(&reply, None);
    }
    assert!(hallpass.dynamodb.calls().is_empty());
}

#[tokio::test]
async fn s42_a_reply_names_the_origin_only_where_the_token_allows_it() {
    let hallpass = Hallpass::start("default").await;
    let origins = json!([ORIGIN, "https://*.b.example", "https://bücher.example"]);
    let (id, page) = hallpass
        .minted(json!({"kind": "publishable", "name": "p", "origins": origins}))
        .await;
    let get = || hallpass.get("/v1/tokens/self").bearer(&page);
    for (origin, allowed) in [
        (ORIGIN, true),
        ("https://x.b.example", true),
        // As the browser wrote it: it compares texts.
        ("https://xn--bcher-kva.example", true),
        ("https://a.example:443", true),
        ("https://b.example", false),
        ("https://evil.example", false),
        ("null", false),
        ("*", false),
    ] {
        let reply = get().origin(origin).await;
        assert_eq!(reply.status == 200, allowed, "{origin}");
        names(&reply, Some(origin).filter(|_| allowed));
        let exposed = reply.header("access-control-expose-headers");
        assert_eq!(exposed.contains("retry-after"), allowed);
    }
    // Nothing to name without an Origin, and nothing named where the Referer stood in for it.
    let reply = get().header("referer", "https://a.example/page").await;
    assert_eq!(reply.status, 200);
    names(&reply, None);
    names(
        &get().origin(ORIGIN).origin("https://evil.example").await,
        None,
    );
    // A page may read why it was refused once its token is known to allow it, not before.
    let mint = hallpass.post("/v1/tokens", json!({"kind": "secret", "name": "s"}));
    let reply = mint.bearer(&page).origin(ORIGIN).await;
    assert_eq!(reply.status, 403);
    names(&reply, Some(ORIGIN));
    for call in [
        hallpass.get("/v1/tokens/self"),
        hallpass.get("/v1/tokens/self").bearer("junk"),
        hallpass.get("/nowhere").bearer(&page),
    ] {
        names(&call.origin(ORIGIN).await, None);
    }
    revoke(&hallpass, &id).await;
    hallpass.clock.advance(std::time::Duration::from_secs(5));
    for (origin, named) in [(ORIGIN, Some(ORIGIN)), ("https://evil.example", None)] {
        let reply = get().origin(origin).await;
        assert_eq!(reply.answer(), (401, "revoked"));
        names(&reply, named);
    }
}

/// The reasons for which a page's token can be refused: the page may read each, and pages that the
/// token does not list may read none.
#[tokio::test]
async fn s42_a_page_may_read_why_its_token_is_refused() {
    let hallpass = Hallpass::start("default").await;
    let page = async |more: Value| {
        let body = json!({"kind": "publishable", "name": "p", "origins": [ORIGIN]});
        hallpass.minted(with(body, more)).await
    };
    let (_, server) = hallpass.secret_with(json!({})).await;
    let (parent_id, parent) = hallpass.secret_with(json!({})).await;
    let (paused_parent_id, paused_parent) = hallpass.secret_with(json!({})).await;
    let bound = json!({"scopes": ["asset:read"], "origins": [ORIGIN]});
    let child = hallpass.derive(&parent, bound.clone()).await;
    let paused_child = hallpass.derive(&paused_parent, bound.clone()).await;
    let expired_child = with(bound.clone(), json!({"durationSeconds": 60}));
    let expired_child = hallpass.derive(&server, expired_child).await;
    let (_, expired) = page(json!({"expires_in": 60})).await;
    let (paused_id, paused) = page(json!({})).await;
    let (_, early) = page(json!({"not_before": 1_800_001_000})).await;
    let (_, elsewhere) = page(json!({"ips": ["198.51.100.7"]})).await;
    let (_, weak) = page(json!({})).await;
    revoke(&hallpass, &parent_id).await;
    for id in [&paused_parent_id, &paused_id] {
        let path = format!("/v1/tokens/{id}");
        let call = hallpass.patch(&path, json!({"enabled": false}));
        call.bearer(&hallpass.root).await.assert("pause", 200, "");
    }
    hallpass.clock.advance(std::time::Duration::from_secs(100));
    let get = |token: &str| hallpass.get("/v1/tokens/self").bearer(token);
    let list = |token: &str| hallpass.get("/v1/tokens").bearer(token);
    for (call, status, code) in [
        (get(&expired), 401, "expired"),
        (get(&expired_child), 401, "expired"),
        (get(&paused), 401, "disabled"),
        (get(&early), 401, "not_yet_valid"),
        (get(&child), 401, "parent_revoked"),
        (get(&paused_child), 401, "parent_disabled"),
        (get(&elsewhere).from("203.0.113.7"), 403, "ip_denied"),
        (list(&weak), 403, "insufficient_scope"),
        (
            hallpass.get("/v1/tokens/self").header("api_key", &weak),
            401,
            "wrong_presentation",
        ),
    ] {
        let reply = call.clone().origin(ORIGIN).await;
        assert_eq!(reply.answer(), (status, code));
        names(&reply, Some(ORIGIN));
        let exposed = reply.header("access-control-expose-headers");
        assert_eq!(
            exposed,
            "www-authenticate, retry-after, x-request-id, location"
        );
        // Without an Origin there is nothing to name, and another page may not read it.
        names(&call.clone().await, None);
        names(&call.origin("https://evil.example").await, None);
    }
    // Of what is not known nothing is told, neither to the page.
    let typo = typo(&weak, 10);
    for token in ["junk", &typo, &crossed(&weak, &paused)] {
        let reply = get(token).origin(ORIGIN).await;
        assert_eq!(reply.status, 401);
        names(&reply, None);
    }
}

/// That the service is out of order has nothing to do with the token.
#[tokio::test]
async fn s42_every_page_may_read_an_outage() {
    let hallpass = Hallpass::start("default").await;
    let secret = hallpass.secret().await;
    let call = || hallpass.get("/v1/tokens/self").bearer(&secret);
    for (origin, named) in [
        ("https://anybody.example", Some("https://anybody.example")),
        ("null", None),
        ("*", None),
    ] {
        hallpass.dynamodb.inject(Fault::ServerError);
        let reply = call().origin(origin).await;
        assert_eq!(reply.answer(), (503, "unavailable"), "{}", reply.body);
        names(&reply, named);
        hallpass.dynamodb.heal();
    }
}

/// Tracing adds headers of its own to every call of a page, and the browser asks for them.
#[tokio::test]
async fn s42_a_preflight_allows_every_header_that_is_asked_for() {
    let hallpass = Hallpass::start("default").await;
    let ask = async |names: &[&str]| {
        let mut call = hallpass
            .call(Method::OPTIONS, "/v1/tokens/self")
            .header("access-control-request-method", "GET");
        for names in names {
            call = call.header("access-control-request-headers", names);
        }
        let reply = call.origin("https://anybody.example").await;
        assert_eq!(reply.status, 204);
        assert_eq!(
            reply.header("vary"),
            "Origin, Access-Control-Request-Headers"
        );
        assert_eq!(reply.header("access-control-allow-credentials"), "");
        let allowed = reply.header("access-control-allow-headers").to_owned();
        let allowed: Vec<String> = allowed.split(", ").map(str::to_owned).collect();
        assert!(allowed.contains(&"authorization".to_owned()), "{allowed:?}");
        allowed
    };
    let plain = ask(&[]).await;
    for (asked, more) in [
        (
            &["traceparent,baggage,sentry-trace"][..],
            vec!["traceparent", "baggage", "sentry-trace"],
        ),
        (
            &[" X-B3-TraceId , x-datadog-origin"],
            vec!["x-b3-traceid", "x-datadog-origin"],
        ),
        (
            &["traceparent", "tracestate"],
            vec!["traceparent", "tracestate"],
        ),
        (&["content-type,authorization,api_key"], vec![]),
        // Each once; what is no name is none; and a star would be a wildcard.
        (&["a,a,A", "a"], vec!["a"]),
        (&["*", "a b", "", ",,", "x:y", "b\u{e9}", "c"], vec!["c"]),
    ] {
        let allowed = ask(asked).await;
        let expected: Vec<&str> = plain.iter().map(String::as_str).chain(more).collect();
        assert_eq!(allowed, expected, "{asked:?}");
    }
    // Bounded: 64 names, of 4 KB together, and never a part of one.
    let many: Vec<String> = (0..500).map(|number| format!("x-{number}")).collect();
    let allowed = ask(&[&many.join(",")]).await;
    assert_eq!(allowed.len(), 64);
    assert_eq!(allowed[plain.len()], "x-0");
    let long: Vec<String> = (0..50)
        .map(|number| format!("x-{number}-{}", "y".repeat(300)))
        .collect();
    let allowed = ask(&[&long.join(",")]).await;
    assert!(allowed.join(", ").len() <= 4_096);
    assert!(
        allowed[plain.len()..]
            .iter()
            .all(|name| long.contains(name))
    );
    assert!(allowed.len() > plain.len() + 5);
}

#[tokio::test]
async fn s42_a_temporary_token_in_a_page_is_answered_where_it_is_bound_to() {
    let hallpass = Hallpass::start("archilogic").await;
    let secret = hallpass.secret().await;
    let bound = json!({"scopes": ["floor:readPublic"], "origins": [ORIGIN]});
    let bound = hallpass.derive(&secret, bound).await;
    let free = hallpass
        .derive(&secret, json!({"scopes": ["floor:readPublic"]}))
        .await;
    for (token, origin, status) in [
        (&bound, ORIGIN, 200),
        (&bound, "https://evil.example", 403),
        (&free, ORIGIN, 200),
        (&free, "https://anybody.example", 200),
    ] {
        let reply = hallpass
            .get("/v1/tokens/self")
            .bearer(token)
            .origin(origin)
            .await;
        assert_eq!(reply.status.as_u16(), status);
        names(&reply, Some(origin).filter(|_| status == 200));
    }
}
