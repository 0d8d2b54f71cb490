//! API Gateway's events through the functions' own wiring, payload 1.0 and 2.0.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hallpass_http::{GatewayEvent, on_lambda};
use hallpass_tests::{Hallpass, text};
use lambda_http::{Context, LambdaEvent, Service as _};
use serde_json::{Value, json};

/// The function's reply to an event, as API Gateway gets it.
async fn answer(hallpass: &Hallpass, event: Value) -> Value {
    let event: GatewayEvent = serde_json::from_str(&event.to_string()).unwrap();
    let event = LambdaEvent::new(event, Context::default());
    let reply = on_lambda(hallpass.router.clone()).call(event).await;
    serde_json::to_value(reply.unwrap()).unwrap()
}

/// An HTTP API's event (payload 2.0), from 203.0.113.7.
fn http_api(path: &str, query: &str, headers: Value) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "1", "apiId": "api", "domainName": "api.example", "domainPrefix": "api",
            "http": {
                "method": "GET", "path": path, "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7", "userAgent": "test",
            },
            "requestId": "gateway-id", "routeKey": "$default", "stage": "$default",
            "time": "12/Mar/2030:19:03:58 +0000", "timeEpoch": 1_899_000_000_000_u64,
        },
        "isBase64Encoded": false,
    })
}

/// A REST API's event (payload 1.0), from 203.0.113.7, of the stage `live` under its own domain.
fn rest_api(path: &str, query: &[(&str, &str)], headers: &Value) -> Value {
    let mut several = serde_json::Map::new();
    for (name, value) in query {
        let values = several.entry(*name).or_insert(json!([]));
        values.as_array_mut().unwrap().push(json!(value));
    }
    let many: serde_json::Map<String, Value> = headers
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), json!([value])))
        .collect();
    json!({
        "resource": "/{proxy+}", "path": path, "httpMethod": "GET",
        "headers": headers, "multiValueHeaders": many,
        "queryStringParameters": null,
        "multiValueQueryStringParameters": several,
        "pathParameters": null, "stageVariables": null,
        "requestContext": {
            "accountId": "1", "apiId": "api", "domainName": "api.example", "httpMethod": "GET",
            "identity": {"sourceIp": "203.0.113.7", "userAgent": "test"},
            "path": path, "protocol": "HTTP/1.1", "requestId": "gateway-id",
            "resourceId": "x", "resourcePath": "/{proxy+}", "stage": "$default",
        },
        "body": null, "isBase64Encoded": false,
    })
}

/// A token that one address alone may use.
async fn bound_to(hallpass: &Hallpass, address: &str) -> String {
    let minted = hallpass.mint(json!({"kind": "secret", "name": "bound", "ips": [address]}));
    text(&minted.await, "token")
}

fn code(reply: &Value) -> (u64, String) {
    let body: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
    (reply["statusCode"].as_u64().unwrap(), text(&body, "code"))
}

#[tokio::test]
async fn the_address_is_the_gateways_word_and_never_a_forwarded_header() {
    let hallpass = Hallpass::start("default").await;
    let inside = bound_to(&hallpass, "203.0.113.7").await;
    let outside = bound_to(&hallpass, "198.51.100.1").await;
    for (token, expected) in [(&inside, (200, "active")), (&outside, (403, "ip_denied"))] {
        for forwarded in [
            "198.51.100.1",
            "203.0.113.7",
            "198.51.100.1, 203.0.113.7",
            "junk",
        ] {
            let headers = json!({
                "host": "api.example", "authorization": format!("Bearer {token}"),
                "x-forwarded-for": forwarded, "forwarded": format!("for={forwarded}"),
                "x-forwarded-proto": "https",
            });
            for event in [
                http_api("/v1/tokens/self", "", headers.clone()),
                rest_api("/v1/tokens/self", &[], &headers),
            ] {
                let reply = answer(&hallpass, event).await;
                let (status, code) = code(&reply);
                assert_eq!((status, &*code), expected, "{forwarded}: {reply}");
            }
        }
    }
}

#[tokio::test]
async fn an_event_without_a_readable_address_is_denied_where_addresses_matter() {
    let hallpass = Hallpass::start("default").await;
    let bound = bound_to(&hallpass, "203.0.113.7").await;
    let headers = json!({"host": "x", "authorization": format!("Bearer {bound}"), "x-forwarded-for": "203.0.113.7"});
    for address in [
        json!("test-invoke-source-ip"),
        json!(""),
        json!(null),
        json!("203.0.113.7:443"),
    ] {
        let mut event = http_api("/v1/tokens/self", "", headers.clone());
        event["requestContext"]["http"]["sourceIp"] = address.clone();
        assert_eq!(
            code(&answer(&hallpass, event).await).0,
            403,
            "2.0 {address}"
        );
        let mut event = rest_api("/v1/tokens/self", &[], &headers);
        event["requestContext"]["identity"]["sourceIp"] = address.clone();
        assert_eq!(
            code(&answer(&hallpass, event).await).0,
            403,
            "1.0 {address}"
        );
    }
}

#[tokio::test]
async fn repeated_parameters_and_headers_stay_ambiguous_through_the_gateway() {
    let hallpass = Hallpass::start("default").await;
    let minted = json!({"kind": "publishable", "name": "page", "origins": ["https://a.example"]});
    let token = text(&hallpass.mint(minted).await, "token");
    let origin = json!({"host": "api.example", "origin": "https://a.example"});
    let one = format!("pubtoken={token}");
    let two = format!("pubtoken={token}&pubtoken=x");
    let reply = answer(&hallpass, http_api("/v1/tokens/self", &one, origin.clone())).await;
    assert_eq!(code(&reply).0, 200, "{reply}");
    let reply = answer(&hallpass, http_api("/v1/tokens/self", &two, origin.clone())).await;
    assert_eq!(
        code(&reply),
        (400, "ambiguous_credentials".to_owned()),
        "{reply}"
    );
    let query = [("pubtoken", &*token)];
    let reply = answer(&hallpass, rest_api("/v1/tokens/self", &query, &origin)).await;
    assert_eq!(code(&reply).0, 200, "{reply}");
    let query = [("pubtoken", &*token), ("pubtoken", "x")];
    let reply = answer(&hallpass, rest_api("/v1/tokens/self", &query, &origin)).await;
    assert_eq!(
        code(&reply),
        (400, "ambiguous_credentials".to_owned()),
        "{reply}"
    );
    // Payload 2.0 joins a repeated header with a comma.
    let joined = json!({"host": "x", "authorization": format!("Bearer {token},Bearer {token}")});
    let reply = answer(&hallpass, http_api("/v1/tokens/self", "", joined)).await;
    assert_eq!(
        code(&reply),
        (400, "malformed_header".to_owned()),
        "{reply}"
    );
    let origins = json!({"host": "x", "origin": "https://a.example,https://a.example"});
    let reply = answer(&hallpass, http_api("/v1/tokens/self", &one, origins)).await;
    assert_eq!(code(&reply), (403, "origin_denied".to_owned()), "{reply}");
}

#[tokio::test]
async fn a_compressed_file_goes_through_the_gateway_in_base64() {
    let hallpass = Hallpass::start("default").await;
    let page = hallpass.get("/docs").await;
    let page = page.body.as_str().unwrap();
    let mut paths = page.split('"');
    let path = paths.find(|it| it.starts_with("/docs/swagger-ui")).unwrap();
    let headers = json!({"host": "api.example"});
    for event in [
        http_api(path, "", headers.clone()),
        rest_api(path, &[], &headers),
    ] {
        let reply = answer(&hallpass, event).await;
        assert_eq!(reply["statusCode"], 200, "{path}");
        assert_eq!(reply["isBase64Encoded"], true, "{path}");
        let bytes = BASE64_STANDARD
            .decode(reply["body"].as_str().unwrap())
            .unwrap();
        assert!(bytes.starts_with(&[0x1f, 0x8b]), "{path} is no gzip");
    }
}

#[tokio::test]
async fn replies_keep_their_headers_and_the_gateways_request_id() {
    let hallpass = Hallpass::start("default").await;
    let headers = json!({"host": "api.example"});
    for event in [
        http_api("/v1/tokens/self", "", headers.clone()),
        rest_api("/v1/tokens/self", &[], &headers),
    ] {
        let reply = answer(&hallpass, event).await;
        assert_eq!(code(&reply), (401, "unauthenticated".to_owned()));
        let headers = if reply["headers"]["x-request-id"].is_null() {
            &reply["multiValueHeaders"]
        } else {
            &reply["headers"]
        };
        for (name, value) in [
            ("x-request-id", "gateway-id"),
            ("www-authenticate", "Bearer realm=\"hallpass\""),
            ("content-type", "application/problem+json"),
            ("cache-control", "no-store"),
            ("vary", "Origin"),
        ] {
            let held = headers[name].as_str().or(headers[name][0].as_str());
            assert_eq!(held, Some(value), "{name}: {reply}");
        }
    }
}

/// `lambda_http` makes a URL of what a client wrote, and panics where that is none.
#[tokio::test]
async fn s67_no_host_scheme_or_query_of_a_client_ends_an_event() {
    let hallpass = Hallpass::start("default").await;
    let secret = hallpass.secret().await;
    let with = |more: Value| {
        let mut headers = json!({
            "host": "api.example", "authorization": format!("Bearer {secret}"),
        });
        let all = headers.as_object_mut().unwrap();
        all.extend(more.as_object().unwrap().clone());
        headers
    };
    for more in [
        json!({"x-forwarded-proto": "https,http"}),
        json!({"x-forwarded-proto": "https, https"}),
        json!({"x-forwarded-proto": ""}),
        json!({"x-forwarded-proto": "javascript"}),
        json!({"x-forwarded-proto": "https://evil.example/?"}),
        json!({"host": "x:99999"}),
        json!({"host": ""}),
        json!({"host": "a b"}),
        json!({"host": "[::1"}),
        json!({"host": "api.example@evil.example:x"}),
        json!({"host": "evil.example/v1/tokens?"}),
        json!({"user-agent": "caf\u{e9} \u{1f600}"}),
        json!({"cookie": "a=\u{e9}"}),
    ] {
        for event in [
            http_api("/v1/tokens/self", "", with(more.clone())),
            rest_api("/v1/tokens/self", &[], &with(more.clone())),
        ] {
            let reply = answer(&hallpass, event).await;
            assert_eq!(code(&reply), (200, "active".to_owned()), "{more}: {reply}");
        }
    }
    for query in [
        "a=<b>",
        "a=b c",
        "a=\"",
        "a=\u{e9}",
        "#",
        "a=#b",
        "<",
        " ",
        "a=`{|}^\\",
        "%",
        "%zz",
        "??",
        "a\tb",
        "\u{0}",
    ] {
        let event = http_api("/v1/tokens/self", query, with(json!({})));
        let reply = answer(&hallpass, event).await;
        assert_eq!(code(&reply), (200, "active".to_owned()), "{query}: {reply}");
        // And it still says what it said.
        let query = format!("pubtoken=%70{query}");
        let event = http_api("/v1/tokens/self", &query, with(json!({})));
        let reply = answer(&hallpass, event).await;
        assert_eq!(code(&reply).0, 400, "two credentials: {query}: {reply}");
        let query = [("a", query.as_str()), (query.as_str(), "b")];
        let event = rest_api("/v1/tokens/self", &query, &with(json!({})));
        let reply = answer(&hallpass, event).await;
        assert_eq!(
            code(&reply),
            (200, "active".to_owned()),
            "{query:?}: {reply}"
        );
    }
    for path in [
        "/v1/tokens/<",
        "/v1/tokens/a b",
        "/v1/tokens/?",
        "/v1/tokens/#",
        "/v1/tokens/\u{e9}",
        "/v1/tokens/%",
        "/v1/tokens/\\",
        "v1/x",
        ":99999",
        "//x:99999/",
        "@x:y/",
    ] {
        for event in [
            http_api(path, "", with(json!({}))),
            rest_api(path, &[], &with(json!({}))),
        ] {
            let reply = answer(&hallpass, event).await;
            let (status, _) = code(&reply);
            assert!((400..500).contains(&status), "{path}: {reply}");
        }
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_a_problem_and_no_bare_500() {
    let hallpass = Hallpass::start("default").await;
    let root = &hallpass.root;
    let headers = json!({
        "host": "api.example", "authorization": format!("Bearer {root}"),
        "content-type": "application/json",
    });
    let before = hallpass.items().await.len();
    for (body, expected) in [
        ("%%%", (400, "broken_body")),
        ("e30", (400, "broken_body")),
        ("e30=\n", (400, "broken_body")),
        ("{}", (400, "broken_body")),
        // Right base64, of `{}`.
        ("e30=", (422, "invalid_field")),
    ] {
        for mut event in [
            http_api("/v1/tokens", "", headers.clone()),
            rest_api("/v1/tokens", &[], &headers),
        ] {
            if event["version"] == "2.0" {
                event["requestContext"]["http"]["method"] = json!("POST");
            } else {
                event["httpMethod"] = json!("POST");
            }
            event["body"] = json!(body);
            event["isBase64Encoded"] = json!(true);
            let reply = answer(&hallpass, event).await;
            let (status, found) = code(&reply);
            assert_eq!((status, &*found), expected, "{body}: {reply}");
            assert!(reply.to_string().contains("x-request-id"), "{reply}");
        }
    }
    assert_eq!(hallpass.items().await.len(), before);
    // Headers that are not ASCII are refused where they are read, and by name; as without a gateway.
    for (name, value, expected) in [
        ("authorization", "Bearer \u{e9}", (400, "malformed_header")),
        ("api_key", "\u{e9}", (400, "malformed_header")),
        ("origin", "https://\u{e9}.example", (200, "active")),
        ("x-other", "a\nb", (400, "malformed_header")),
        ("x other", "a", (400, "malformed_header")),
    ] {
        let mut headers = headers.clone();
        headers[name] = json!(value);
        for event in [
            http_api("/v1/tokens/self", "", headers.clone()),
            rest_api("/v1/tokens/self", &[], &headers),
        ] {
            let reply = answer(&hallpass, event).await;
            let (status, found) = code(&reply);
            assert_eq!((status, &*found), expected, "{name}: {reply}");
        }
    }
    // What is no event of a gateway's is not quoted in the log.
    let error = serde_json::from_str::<GatewayEvent>(r#"{"headers": "a-secret"}"#);
    assert!(!error.unwrap_err().to_string().contains("a-secret"));
}
