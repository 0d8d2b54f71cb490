//! What a browser is told.

use super::{ORIGIN, revoke};
use hallpass_tests::{Hallpass, Reply};
use http::Method;
use serde_json::json;

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
    assert_eq!(reply.header("vary"), "Origin");
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
        hallpass.get("/v1/tokens/self").header("api_key", &page),
        hallpass.get("/nowhere").bearer(&page),
    ] {
        names(&call.origin(ORIGIN).await, None);
    }
    revoke(&hallpass, &id).await;
    hallpass.clock.advance(std::time::Duration::from_secs(5));
    let reply = get().origin(ORIGIN).await;
    assert_eq!(reply.answer(), (401, "revoked"));
    names(&reply, None);
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
