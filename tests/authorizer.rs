//! API Gateway's authorizer, in both forms of its events.

mod caching;
mod context;
mod decision;
mod event;
mod log;
mod outage;

use hallpass_authorizer::{Answer, AuthorizeError, AuthorizerSources, Event, authorize};
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};

const ORIGIN: &str = "https://shop.example";
const ARN: &str = "arn:aws:execute-api:eu-west-1:123456789012:api/prod/GET/v1/assets/7";

/// Payload 2.0 of an HTTP API.
fn second(method: &str, path: &str, headers: &Value, query: &str) -> Value {
    json!({
        "version": "2.0", "type": "REQUEST", "routeArn": ARN, "identitySource": [],
        "routeKey": "$default", "rawPath": path, "rawQueryString": query, "headers": headers,
        "requestContext": {
            "stage": "$default", "requestId": "gateway-2",
            "http": {"method": method, "path": path, "sourceIp": "192.0.2.7"},
        },
    })
}

/// Payload 1.0 of a REST API.
fn first(method: &str, path: &str, headers: &Value, query: &Value) -> Value {
    json!({
        "type": "REQUEST", "methodArn": ARN, "resource": "/v1/assets/{id}", "path": path,
        "httpMethod": method, "headers": headers, "queryStringParameters": query,
        "requestContext": {
            "stage": "prod", "requestId": "gateway-1", "path": format!("/prod{path}"), "identity": {"sourceIp": "192.0.2.7"},
        },
    })
}

fn bearer(token: &str) -> Value {
    json!({"authorization": format!("Bearer {token}")})
}

async fn ask(hallpass: &Hallpass, event: Value) -> Result<Value, AuthorizeError> {
    ask_declared(hallpass, &AuthorizerSources::default(), event).await
}

/// Asks a function to which the deployment told these identity sources.
async fn ask_declared(
    hallpass: &Hallpass,
    sources: &AuthorizerSources,
    event: Value,
) -> Result<Value, AuthorizeError> {
    let event: Event = serde_json::from_value(event).unwrap();
    let answer: Answer = authorize(&hallpass.platform, sources, event).await?;
    Ok(serde_json::to_value(answer).unwrap())
}

/// Whether an answer lets the request in: by a boolean, or by a policy about this one method.
fn lets_in(answer: &Result<Value, AuthorizeError>) -> bool {
    match answer {
        Ok(answer) if answer.get("isAuthorized").is_some() => {
            answer["isAuthorized"].as_bool().expect("a real boolean")
        }
        Ok(answer) => {
            let statements = answer["policyDocument"]["Statement"].as_array().unwrap();
            assert_eq!(statements.len(), 1);
            assert_eq!(
                statements[0]["Resource"], ARN,
                "s56 nothing but what was asked"
            );
            statements[0]["Effect"] == "Allow"
        }
        Err(_) => false,
    }
}

/// A publishable token of `ORIGIN`, a secret, and a JWT that may write one asset.
async fn tokens(hallpass: &Hallpass) -> (String, String, String) {
    let body = json!({"kind": "publishable", "name": "p", "origins": [ORIGIN]});
    let page = text(&hallpass.mint(body).await, "token");
    let secret = hallpass.secret().await;
    let body = json!({"scopes": ["asset:write@asset/7"]});
    let temporary = hallpass.derive(&secret, body).await;
    (page, secret, temporary)
}
