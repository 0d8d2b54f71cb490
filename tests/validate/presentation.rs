//! Where in a request a token stands: `GET /v1/tokens/self`, presented as its kind says.

use super::ORIGIN;
use hallpass_tests::{Call, Hallpass};
use serde_json::json;

const SELF: &str = "/v1/tokens/self";

async fn page(hallpass: &Hallpass) -> String {
    let body =
        json!({"kind": "publishable", "name": "page", "origins": [ORIGIN, "https://*.b.example"]});
    hallpass.minted(body).await.1
}

async fn expect(call: Call, status: u16, code: &str) {
    let reply = call.await;
    assert_eq!(
        (reply.status.as_u16(), reply.body["code"].as_str()),
        (status, Some(code)),
        "{}",
        reply.body
    );
    // s33, whatever the answer
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("referrer-policy"), "no-referrer");
    let challenge = reply.header("www-authenticate");
    assert_eq!(
        challenge.starts_with("Bearer realm="),
        status == 401 || status == 403
    );
}

#[tokio::test]
async fn s37_s38_a_publishable_token_in_the_query_needs_a_page_it_allows() {
    let hallpass = Hallpass::start("archilogic").await;
    let path = format!("{SELF}?pubtoken={}", page(&hallpass).await);
    let referer = "referer";
    let origin = "origin";
    for (headers, status) in [
        (vec![(origin, ORIGIN)], 200),
        (vec![(origin, "https://x.b.example")], 200),
        (vec![(origin, "HTTPS://A.EXAMPLE")], 200),
        (vec![], 403),
        (vec![(origin, "null")], 403),
        (vec![(origin, "")], 403),
        (vec![(origin, "*")], 403),
        (vec![(origin, "https://b.example")], 403),
        (vec![(origin, "https://evil.example")], 403),
        (vec![(origin, "http://a.example")], 403),
        (vec![(origin, "https://a.example/")], 403),
        (
            vec![(origin, "https://a.example https://evil.example")],
            403,
        ),
        (
            vec![(origin, "https://a.example, https://evil.example")],
            403,
        ),
        (
            vec![(origin, ORIGIN), (origin, "https://evil.example")],
            403,
        ),
        (vec![(origin, ORIGIN), (origin, ORIGIN)], 403),
        (vec![(origin, "https://\u{e4}.example")], 403),
        // Referer counts only where Origin is absent.
        (vec![(referer, "https://a.example/page?x=1#y")], 200),
        (vec![(referer, "https://a.example")], 200),
        (
            vec![(origin, ORIGIN), (referer, "https://evil.example/")],
            200,
        ),
        (vec![(origin, "null"), (referer, "https://a.example/")], 403),
        (
            vec![
                (origin, "https://evil.example"),
                (referer, "https://a.example/"),
            ],
            403,
        ),
        (vec![(origin, ""), (referer, "https://a.example/")], 403),
        (
            vec![(referer, "https://evil.example/?https://a.example")],
            403,
        ),
        (vec![(referer, "https://a.example@evil.example/")], 403),
        (vec![(referer, "about:blank")], 403),
        (vec![(referer, "data:text/html,x")], 403),
        (vec![(referer, "")], 403),
        (vec![(referer, "a.example")], 403),
    ] {
        let mut call = hallpass.get(&path);
        for (name, value) in &headers {
            call = call.header(name, value);
        }
        println!("{headers:?}");
        expect(
            call,
            status,
            if status == 200 {
                "active"
            } else {
                "origin_denied"
            },
        )
        .await;
    }
}

#[tokio::test]
async fn s32_a_token_stands_only_where_its_kind_says() {
    let archilogic = Hallpass::start("archilogic").await;
    let secret = archilogic.secret().await;
    let temporary = archilogic
        .derive(&secret, json!({"scopes": ["floor:readPublic"]}))
        .await;
    let page_token = page(&archilogic).await;
    let query = |token: &str| archilogic.get(&format!("{SELF}?pubtoken={token}"));
    expect(archilogic.get(SELF).bearer(&secret), 200, "active").await;
    expect(archilogic.get(SELF).bearer(&temporary), 200, "active").await;
    for token in [&secret, &temporary, &archilogic.root] {
        expect(query(token), 401, "wrong_presentation").await;
        // Nor beside the right place: in the address it is seen by everybody on the way.
        expect(query(token).bearer(token), 401, "wrong_presentation").await;
    }
    expect(
        archilogic.get(SELF).bearer(&page_token).origin(ORIGIN),
        401,
        "wrong_presentation",
    )
    .await;
    // A parameter that no kind declares is not looked at, nor is one in another case.
    for name in ["access_token", "token", "PUBTOKEN", "pubtoken2", "api_key"] {
        let call = archilogic
            .get(&format!("{SELF}?{name}={page_token}"))
            .origin(ORIGIN);
        expect(call, 401, "unauthenticated").await;
    }
    for header in ["api_key", "x-api-key", "pubtoken", "cookie"] {
        let call = archilogic.get(SELF).header(header, &secret);
        expect(call, 401, "unauthenticated").await;
    }
    // Percent-encoded, among others, it is the same token.
    let encoded = page_token.replacen('_', "%5F", 1);
    let call = archilogic
        .get(&format!("{SELF}?a=1&pubtoken={encoded}&b=2"))
        .origin(ORIGIN);
    expect(call, 200, "active").await;
}

#[tokio::test]
async fn s32_each_kind_of_the_default_catalog_has_its_places() {
    let hallpass = Hallpass::start("default").await;
    let (_, secret) = hallpass
        .minted(json!({"kind": "secret", "name": "s"}))
        .await;
    let (_, key) = hallpass
        .minted(json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"]}))
        .await;
    let temporary = hallpass
        .derive(&key, json!({"scopes": ["asset:read"]}))
        .await;
    let page = page(&hallpass).await;
    let places = |token: &str| {
        [
            hallpass.get(SELF).bearer(token),
            hallpass.get(&format!("{SELF}?pubtoken={token}")),
            hallpass.get(SELF).header("api_key", token),
            hallpass.get(SELF).header("User_Token", token),
        ]
    };
    for (token, good) in [
        (&secret, [true, false, false, false]),
        (&page, [true, true, false, false]),
        (&key, [true, false, true, false]),
        (&temporary, [true, false, false, true]),
        (&hallpass.root, [true, false, false, false]),
    ] {
        for (call, good) in places(token).into_iter().zip(good) {
            let (status, code) = if good {
                (200, "active")
            } else {
                (401, "wrong_presentation")
            };
            expect(call.origin(ORIGIN), status, code).await;
        }
    }
}

#[tokio::test]
async fn s34_two_different_credentials_are_refused_and_one_twice_is_one() {
    let hallpass = Hallpass::start("default").await;
    let (_, secret) = hallpass
        .minted(json!({"kind": "secret", "name": "s"}))
        .await;
    let (_, key) = hallpass
        .minted(json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"]}))
        .await;
    let page = page(&hallpass).await;
    let query = format!("{SELF}?pubtoken={page}");
    hallpass.dynamodb.reset();
    for call in [
        hallpass.get(&query).bearer(&secret),
        hallpass.get(&query).header("api_key", &key),
        hallpass.get(&query).bearer("junk"),
        hallpass.get(&format!("{query}&pubtoken={secret}")),
        hallpass.get(SELF).bearer(&secret).bearer(&key),
        hallpass.get(SELF).bearer(&secret).bearer(""),
        hallpass.get(SELF).bearer(&secret).header("api_key", &key),
        hallpass
            .get(SELF)
            .header("api_key", &key)
            .header("api_key", &secret),
        hallpass
            .get(SELF)
            .header("user_token", &secret)
            .header("api_key", &key),
        hallpass.get(&query).header("authorization", "Basic YTpi"),
        hallpass
            .get(SELF)
            .header("authorization", "Digest username=x")
            .header("api_key", &key),
    ] {
        let reply = call.origin(ORIGIN).await;
        assert_eq!(reply.status, 400, "{}", reply.body);
        assert!(
            matches!(reply.code(), "ambiguous_credentials" | "malformed_header"),
            "{}",
            reply.body
        );
    }
    assert!(
        hallpass.dynamodb.calls().is_empty(),
        "nothing is read for an ambiguous request"
    );
    for call in [
        hallpass.get(SELF).bearer(&key).bearer(&key),
        hallpass.get(SELF).bearer(&key).header("api_key", &key),
        hallpass
            .get(SELF)
            .header("api_key", &key)
            .header("api_key", &key),
        hallpass.get(&format!("{query}&pubtoken={page}")),
        hallpass.get(&query).bearer(&page),
    ] {
        expect(call.origin(ORIGIN), 200, "active").await;
    }
    // A token in a body that is to be examined is no credential.
    assert_eq!(hallpass.code(&secret).await, "active");
}

#[tokio::test]
async fn a_header_that_is_no_bearer_is_400_or_401() {
    let hallpass = Hallpass::start("archilogic").await;
    let secret = hallpass.secret().await;
    for (value, status, code) in [
        (format!("bearer {secret}"), 200, "active"),
        (format!("BEARER   {secret}"), 200, "active"),
        (
            format!("Bearer {secret}, Bearer {secret}"),
            400,
            "malformed_header",
        ),
        (format!("Bearer {secret} {secret}"), 400, "malformed_header"),
        ("Bearer".to_owned(), 400, "malformed_header"),
        ("Bearer ".to_owned(), 400, "malformed_header"),
        ("Bearer \u{e9}".to_owned(), 400, "malformed_header"),
        (format!("Basic {secret}"), 401, "unauthenticated"),
        (format!("Token {secret}"), 401, "unauthenticated"),
        (secret.clone(), 401, "unauthenticated"),
        (String::new(), 401, "unauthenticated"),
        ("Bearer junk".to_owned(), 401, "malformed"),
    ] {
        hallpass.dynamodb.reset();
        expect(
            hallpass.get(SELF).header("authorization", &value),
            status,
            code,
        )
        .await;
        let reads = usize::from(status == 200);
        assert_eq!(
            hallpass.dynamodb.calls().len(),
            reads,
            "junk costs nothing: {value}"
        );
    }
}

/// A variable that was not set is an empty value: it presents nothing, and hides nothing.
#[tokio::test]
async fn s34_an_empty_credential_is_no_credential() {
    let hallpass = Hallpass::start("default").await;
    let (_, secret) = hallpass
        .minted(json!({"kind": "secret", "name": "s"}))
        .await;
    let (_, key) = hallpass
        .minted(json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"]}))
        .await;
    let page = page(&hallpass).await;
    let bare = || hallpass.get(SELF);
    let query = |rest: &str| hallpass.get(&format!("{SELF}?{rest}"));
    for call in [
        bare().bearer(&secret).header("api_key", ""),
        bare().bearer(&secret).header("api_key", " \t "),
        bare().bearer(&secret).header("user_token", ""),
        bare().header("authorization", "").header("api_key", &key),
        bare().header("authorization", "  ").header("api_key", &key),
        bare().header("authorization", "").bearer(&secret),
        bare().header("api_key", "").header("api_key", &key),
        bare().header("api_key", &key).header("api_key", " "),
        query("pubtoken=").bearer(&secret),
        query("pubtoken").bearer(&secret),
        query("pubtoken=%20+%09").bearer(&secret),
        query("pubtoken=&x=1").header("api_key", &key),
        query(&format!("pubtoken=&pubtoken={page}")),
        query(&format!("pubtoken={page}&pubtoken=")),
    ] {
        expect(call.origin(ORIGIN), 200, "active").await;
    }
    hallpass.dynamodb.reset();
    for call in [
        query("pubtoken="),
        bare().header("api_key", ""),
        bare().header("authorization", " "),
        query("pubtoken=%20")
            .header("api_key", " ")
            .header("authorization", ""),
    ] {
        expect(call.origin(ORIGIN), 401, "unauthenticated").await;
    }
    // A scheme says that a credential follows, and none does.
    for call in [
        bare().header("authorization", "Bearer"),
        bare().header("authorization", "Bearer  "),
        bare()
            .header("authorization", "Bearer ")
            .header("api_key", ""),
    ] {
        expect(call, 400, "malformed_header").await;
    }
    for call in [
        bare()
            .header("authorization", "Bearer")
            .header("api_key", &key),
        query(&format!("pubtoken={page}")).header("authorization", "Bearer "),
        query(&format!("pubtoken={page}&pubtoken=&pubtoken={key}")),
    ] {
        expect(call.origin(ORIGIN), 400, "ambiguous_credentials").await;
    }
    assert!(
        hallpass.dynamodb.calls().is_empty(),
        "nothing is read for them"
    );
}

/// A token that was read from a file or printed by a command has the line break of that in it.
#[tokio::test]
async fn a_credential_that_ends_in_a_line_break_is_told_so() {
    let hallpass = Hallpass::start("default").await;
    let page = page(&hallpass).await;
    for broken in ["%0A", "%0D%0A", "%0D"] {
        let call = hallpass.get(&format!("{SELF}?pubtoken={page}{broken}"));
        let reply = call.origin(ORIGIN).await;
        assert_eq!(reply.answer(), (401, "malformed"));
        let detail = reply.body["detail"].as_str().unwrap();
        assert!(detail.contains("ends in a line break"), "{detail}");
    }
    for broken in ["\n", "\r\n"] {
        let examined = hallpass
            .validate(json!({"token": format!("{page}{broken}")}))
            .await;
        assert_eq!(examined["code"], "malformed");
        let detail = examined["detail"].as_str().unwrap();
        assert!(detail.contains("ends in a line break"), "{detail}");
    }
}
