//! API Gateway's events through the functions' own wiring, payload 1.0 and 2.0.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hallpass_http::on_lambda;
use hallpass_tests::{Hallpass, text};
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Context, LambdaEvent, Service as _};
use serde_json::{Value, json};

/// The function's reply to an event, as API Gateway gets it.
async fn answer(hallpass: &Hallpass, event: Value) -> Value {
    let event: LambdaRequest = serde_json::from_str(&event.to_string()).unwrap();
    let mut adapter = Adapter::from(on_lambda(hallpass.router.clone()));
    let reply = adapter
        .call(LambdaEvent::new(event, Context::default()))
        .await;
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
