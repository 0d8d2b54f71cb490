//! Which parts of an event count, and which events are refused.

use super::{ARN, ORIGIN, ask, bearer, first, lets_in, second, tokens};
use hallpass_authorizer::AuthorizeError;
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};

#[tokio::test]
async fn the_address_is_the_gateways_word() {
    let hallpass = Hallpass::start("default").await;
    let body = json!({"kind": "secret", "name": "s", "ips": ["192.0.2.0/24"]});
    let token = text(&hallpass.mint(body).await, "token");
    for (source, forwarded, expected) in [
        ("192.0.2.7", "198.51.100.1", true),
        ("198.51.100.1", "192.0.2.7", false),
        ("", "192.0.2.7", false),
    ] {
        let headers = json!({
            "authorization": format!("Bearer {token}"), "x-forwarded-for": forwarded,
            "forwarded": format!("for={forwarded}"),
        });
        let mut event = second("GET", "/v1/assets/7", &headers, "");
        event["requestContext"]["http"]["sourceIp"] = json!(source);
        assert_eq!(
            lets_in(&ask(&hallpass, event).await),
            expected,
            "2.0 {source}"
        );
        let mut event = first("GET", "/v1/assets/7", &headers, &Value::Null);
        event["requestContext"]["identity"]["sourceIp"] = json!(source);
        assert_eq!(
            lets_in(&ask(&hallpass, event).await),
            expected,
            "1.0 {source}"
        );
    }
}

/// Where a request came in, and whether its path is that of the route.
struct Staged {
    domain: &'static str,
    stage: &'static str,
    path: &'static str,
    expected: bool,
}

#[tokio::test]
async fn a_stage_is_not_part_of_the_path() {
    let hallpass = Hallpass::start("default").await;
    let secret = hallpass.secret().await;
    let (aws, own) = ("api.execute-api.eu-west-1.amazonaws.com", "api.example.com");
    for Staged {
        domain,
        stage,
        path,
        expected,
    } in [
        Staged {
            domain: aws,
            stage: "$default",
            path: "/v1/assets/7",
            expected: true,
        },
        Staged {
            domain: aws,
            stage: "prod",
            path: "/prod/v1/assets/7",
            expected: true,
        },
        Staged {
            domain: aws,
            stage: "prod",
            path: "/v1/assets/7",
            expected: true,
        },
        Staged {
            domain: aws,
            stage: "prod",
            path: "/production/v1/assets/7",
            expected: false,
        },
        Staged {
            domain: aws,
            stage: "v1",
            path: "/v1/v1/assets/7",
            expected: true,
        },
        Staged {
            domain: aws,
            stage: "$default",
            path: "/$default/v1/assets/7",
            expected: false,
        },
        // A domain of one's own has no stage in its paths, though a path may begin with the same word.
        Staged {
            domain: own,
            stage: "v1",
            path: "/v1/assets/7",
            expected: true,
        },
        Staged {
            domain: own,
            stage: "prod",
            path: "/prod/v1/assets/7",
            expected: false,
        },
        Staged {
            domain: "",
            stage: "prod",
            path: "/prod/v1/assets/7",
            expected: false,
        },
    ] {
        let mut event = second("GET", path, &bearer(&secret), "");
        event["requestContext"]["domainName"] = json!(domain);
        event["requestContext"]["stage"] = json!(stage);
        assert_eq!(
            lets_in(&ask(&hallpass, event).await),
            expected,
            "{domain} {stage} {path}"
        );
    }
}

#[tokio::test]
async fn s67_a_stage_is_what_the_gateway_says_in_payload_1_too() {
    const HTTP: Option<&str> = Some("1.0");
    const REST: Option<&str> = None;
    let hallpass = Hallpass::start("default").await;
    let secret = hallpass.secret().await;
    let (aws, own) = (
        Some("api.execute-api.eu-west-1.amazonaws.com"),
        Some("api.example.com"),
    );
    for (version, domain, stage, path, expected) in [
        (HTTP, aws, "dev", "/dev/v1/assets/7", true),
        (HTTP, None, "dev", "/dev/v1/assets/7", true),
        (HTTP, aws, "v1", "/v1/v1/assets/7", true),
        (HTTP, aws, "$default", "/v1/assets/7", true),
        (HTTP, aws, "$default", "/$default/v1/assets/7", false),
        (HTTP, aws, "dev", "/develop/v1/assets/7", false),
        (HTTP, own, "v1", "/v1/assets/7", true),
        (HTTP, own, "dev", "/dev/v1/assets/7", false),
        // A REST API has none there, whatever its domain.
        (REST, aws, "dev", "/v1/assets/7", true),
        (REST, aws, "v1", "/v1/assets/7", true),
        (REST, aws, "dev", "/dev/v1/assets/7", false),
        (REST, own, "v1", "/v1/assets/7", true),
    ] {
        // What a client writes as its host says nothing.
        let mut headers = bearer(&secret);
        headers["host"] = json!("api.execute-api.eu-west-1.amazonaws.com");
        let mut event = first("GET", path, &headers, &Value::Null);
        event["requestContext"]["stage"] = json!(stage);
        event["version"] = json!(version);
        event["requestContext"]["domainName"] = json!(domain);
        assert_eq!(
            lets_in(&ask(&hallpass, event).await),
            expected,
            "{version:?} {domain:?} {stage} {path}"
        );
    }
}

#[tokio::test]
async fn s68_no_wildcard_that_a_client_wrote_stands_in_a_policy() {
    let hallpass = Hallpass::start("default").await;
    let secret = hallpass.secret().await;
    for path in [
        "/v1/assets/*",
        "/v1/*",
        "/*",
        "/v1/assets/?",
        "/v1/assets/a?b",
        "/v1/assets/**",
        "/v1/assets/${aws:SourceIp}",
    ] {
        for token in [secret.as_str(), "junk", &hallpass.root] {
            let mut event = first("GET", path, &bearer(token), &Value::Null);
            event["methodArn"] = json!(format!(
                "arn:aws:execute-api:eu-west-1:123456789012:api/$default/GET{path}"
            ));
            // An error, which API Gateway does not cache, and neither an Allow nor a Deny.
            let answer = ask(&hallpass, event).await;
            assert!(
                matches!(answer, Err(AuthorizeError::Unauthorized)),
                "{path}: {answer:?}"
            );
        }
    }
    // The stage is not the client's word.
    let mut event = first("GET", "/v1/assets/7", &bearer(&secret), &Value::Null);
    let arn = "arn:aws:execute-api:eu-west-1:123456789012:api/$default/GET/v1/assets/7";
    event["methodArn"] = json!(arn);
    let answer = ask(&hallpass, event).await.unwrap();
    let statement = &answer["policyDocument"]["Statement"][0];
    assert_eq!(
        (&statement["Effect"], &statement["Resource"]),
        (&json!("Allow"), &json!(arn))
    );
}

#[tokio::test]
async fn what_is_listed_more_than_once_is_seen_more_than_once() {
    let hallpass = Hallpass::start("default").await;
    let (page, secret, _) = tokens(&hallpass).await;
    let mut event = first("GET", "/v1/assets/7", &bearer(&secret), &Value::Null);
    event["multiValueHeaders"] =
        json!({"authorization": [format!("Bearer {secret}"), format!("Bearer {page}")]});
    assert!(!lets_in(&ask(&hallpass, event.clone()).await), "s34");
    event["multiValueHeaders"] = json!({"authorization": [format!("Bearer {secret}")]});
    assert!(lets_in(&ask(&hallpass, event).await));
    let mut event = first(
        "GET",
        "/v1/assets/7",
        &json!({}),
        &json!({"pubtoken": page}),
    );
    event["multiValueHeaders"] = json!({"origin": [ORIGIN, "https://evil.example"]});
    assert!(!lets_in(&ask(&hallpass, event.clone()).await));
    event["multiValueHeaders"] = json!({"origin": [ORIGIN]});
    event["multiValueQueryStringParameters"] = json!({"pubtoken": [page, secret]});
    assert!(!lets_in(&ask(&hallpass, event).await), "s34");
    // HTTP has names of headers in any case: two spellings are one header with two values.
    let both = json!({
        "authorization": format!("Bearer {secret}"), "Authorization": format!("Bearer {page}"),
    });
    let event = first("GET", "/v1/assets/7", &both, &Value::Null);
    assert!(!lets_in(&ask(&hallpass, event).await), "s34, payload 1.0");
    let event = second("GET", "/v1/assets/7", &both, "");
    assert!(!lets_in(&ask(&hallpass, event).await), "s34, payload 2.0");
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_not_quoted() {
    let hallpass = Hallpass::start("default").await;
    let unreadable = json!({"authorization": "Bearer quoted\u{7f}"});
    let mut number = first("GET", "/v1/assets/7", &json!({}), &Value::Null);
    number["path"] = json!({"quoted": 1});
    for event in [
        first("GET", "/v1/assets/7", &unreadable, &Value::Null),
        second("GET", "/v1/assets/7", &unreadable, ""),
        number,
    ] {
        let error = ask(&hallpass, event).await.unwrap_err();
        assert!(matches!(error, AuthorizeError::Event(_)), "{error:?}");
        let told = format!("{error} {error:?}");
        assert!(!told.contains("quoted"), "{told}");
    }
}

#[tokio::test]
async fn a_websocket_is_opened_by_the_route_connect() {
    let mut hallpass = Hallpass::start("default").await;
    let source = include_str!("../../infra/catalogs/default.toml")
        .replace("[routes]", "[routes]\n\"CONNECT /\" = \"asset:read\"");
    let event = |token: &str| {
        json!({
            "type": "REQUEST", "methodArn": ARN, "headers": bearer(token),
            "requestContext": {
                "stage": "prod", "routeKey": "$connect", "eventType": "CONNECT",
                "connectionId": "c", "identity": {"sourceIp": "192.0.2.7"},
            },
        })
    };
    let secret = hallpass.secret().await;
    assert!(
        !lets_in(&ask(&hallpass, event(&secret)).await),
        "no such route yet"
    );
    hallpass.with_catalog(hallpass_core::Catalog::parse("sockets.toml", &source).unwrap());
    assert!(lets_in(&ask(&hallpass, event(&secret)).await));
    let mut message = event(&secret);
    message["requestContext"]["routeKey"] = json!("sendMessage");
    assert!(matches!(
        ask(&hallpass, message).await,
        Err(AuthorizeError::Event(_))
    ));
}

#[tokio::test]
async fn what_is_no_event_of_a_request_is_refused() {
    let hallpass = Hallpass::start("default").await;
    let secret = hallpass.secret().await;
    let mut both = second("GET", "/v1/assets/7", &bearer(&secret), "");
    both["methodArn"] = json!(ARN);
    let mut neither = both.clone();
    neither.as_object_mut().unwrap().remove("methodArn");
    neither.as_object_mut().unwrap().remove("routeArn");
    let mut header = second("GET", "/v1/assets/7", &bearer(&secret), "");
    header["headers"]["bad header"] = json!("x");
    for event in [both, neither, header] {
        let answer = ask(&hallpass, event.clone()).await;
        assert!(
            matches!(answer, Err(AuthorizeError::Event(_))),
            "{event} {answer:?}"
        );
    }
    // What a client may write into a query, though no URI holds it.
    let query = second(
        "GET",
        "/v1/assets/7",
        &bearer(&secret),
        "q={\"a\":\"<b>\"}&a b\u{7f}",
    );
    assert!(lets_in(&ask(&hallpass, query).await));
    let mut pathless = second("GET", "/v1/assets/7", &bearer(&secret), "");
    pathless.as_object_mut().unwrap().remove("rawPath");
    assert!(!lets_in(&ask(&hallpass, pathless).await));
}
