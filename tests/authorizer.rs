//! API Gateway's authorizer, in both forms of its events.

use hallpass_authorizer::{Answer, AuthorizeError, Event, authorize};
use hallpass_tests::proxy::{ALL, Fault};
use hallpass_tests::{Hallpass, text};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

const ORIGIN: &str = "https://shop.example";
const ARN: &str = "arn:aws:execute-api:eu-west-1:123456789012:api/prod/GET/v1/assets/7";

/// Payload 2.0 of an HTTP API.
fn second(method: &str, path: &str, headers: &Value, query: &str) -> Value {
    json!({
        "version": "2.0", "type": "REQUEST", "routeArn": ARN, "identitySource": [],
        "routeKey": "$default", "rawPath": path, "rawQueryString": query, "headers": headers,
        "requestContext": {
            "stage": "$default",
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
            "stage": "prod", "path": format!("/prod{path}"), "identity": {"sourceIp": "192.0.2.7"},
        },
    })
}

fn bearer(token: &str) -> Value {
    json!({"authorization": format!("Bearer {token}")})
}

async fn ask(hallpass: &Hallpass, event: Value) -> Result<Value, AuthorizeError> {
    let event: Event = serde_json::from_value(event).unwrap();
    let answer: Answer = authorize(&hallpass.platform, event).await?;
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

#[tokio::test]
async fn a_request_is_let_in_where_its_token_may_do_what_the_route_needs() {
    let hallpass = Hallpass::start("default").await;
    let (page, secret, temporary) = tokens(&hallpass).await;
    let none = json!({});
    let from = |origin: &str| json!({"origin": origin});
    for (name, method, path, headers, query, expected) in [
        (
            "a server",
            "GET",
            "/v1/assets/7",
            bearer(&secret),
            String::new(),
            true,
        ),
        (
            "the scheme in capitals",
            "GET",
            "/v1/assets/7",
            json!({"Authorization": format!("BEARER {secret}")}),
            String::new(),
            true,
        ),
        (
            "a visitor, who may write",
            "PUT",
            "/v1/assets/7",
            bearer(&temporary),
            String::new(),
            true,
        ),
        (
            "by implication",
            "GET",
            "/v1/assets/7",
            bearer(&temporary),
            String::new(),
            true,
        ),
        (
            "another place",
            "PUT",
            "/v1/assets/8",
            bearer(&temporary),
            String::new(),
            false,
        ),
        (
            "another action",
            "DELETE",
            "/v1/assets/7",
            bearer(&temporary),
            String::new(),
            false,
        ),
        (
            "a page",
            "GET",
            "/v1/assets/7",
            from(ORIGIN),
            format!("pubtoken={page}"),
            true,
        ),
        (
            "another page",
            "GET",
            "/v1/assets/7",
            from("https://evil.example"),
            format!("pubtoken={page}"),
            false,
        ),
        (
            "no page",
            "GET",
            "/v1/assets/7",
            none.clone(),
            format!("pubtoken={page}"),
            false,
        ),
        (
            "a page that writes",
            "PUT",
            "/v1/assets/7",
            from(ORIGIN),
            format!("pubtoken={page}"),
            false,
        ),
        (
            "a secret in the query",
            "GET",
            "/v1/assets/7",
            none.clone(),
            format!("pubtoken={secret}"),
            false,
        ),
        (
            "nobody",
            "GET",
            "/v1/assets/7",
            none.clone(),
            String::new(),
            false,
        ),
        (
            "junk",
            "GET",
            "/v1/assets/7",
            bearer("junk"),
            String::new(),
            false,
        ),
        (
            "two credentials",
            "GET",
            "/v1/assets/7",
            bearer(&secret),
            format!("pubtoken={page}"),
            false,
        ),
        (
            "two in one header",
            "GET",
            "/v1/assets/7",
            json!({"authorization": format!("Bearer {secret},Bearer {temporary}")}),
            String::new(),
            false,
        ),
        (
            "an unknown route",
            "GET",
            "/v1/others/7",
            bearer(&hallpass.root),
            String::new(),
            false,
        ),
        (
            "another method",
            "PATCH",
            "/v1/assets/7",
            bearer(&hallpass.root),
            String::new(),
            false,
        ),
        (
            "s13 an encoded slash",
            "GET",
            "/v1/assets/7%2F8",
            bearer(&hallpass.root),
            String::new(),
            false,
        ),
        (
            "encoded though it need not be",
            "PUT",
            "/v1/assets/%37",
            bearer(&temporary),
            String::new(),
            false,
        ),
        (
            "encoded twice",
            "GET",
            "/v1/assets/%2537",
            bearer(&hallpass.root),
            String::new(),
            false,
        ),
        (
            "a dotted segment",
            "GET",
            "/v1/assets/..",
            bearer(&hallpass.root),
            String::new(),
            false,
        ),
        (
            "a trailing slash",
            "GET",
            "/v1/assets/7/",
            bearer(&hallpass.root),
            String::new(),
            false,
        ),
    ] {
        let event = second(method, path, &headers, &query);
        assert_eq!(
            lets_in(&ask(&hallpass, event).await),
            expected,
            "2.0: {name}"
        );
        let parameters: Value = query
            .split_once('=')
            .map_or(Value::Null, |(name, value)| json!({name: value}));
        let event = first(method, path, &headers, &parameters);
        assert_eq!(
            lets_in(&ask(&hallpass, event).await),
            expected,
            "1.0: {name}"
        );
    }
}

#[tokio::test]
async fn what_the_api_behind_learns() {
    let hallpass = Hallpass::start("default").await;
    let secret = hallpass.mint(json!({"kind": "secret", "name": "s"})).await;
    let token = text(&secret, "token");
    let event = second("GET", "/v1/assets/7", &bearer(&token), "");
    let simple = ask(&hallpass, event).await.unwrap();
    let event = first("GET", "/v1/assets/7", &bearer(&token), &Value::Null);
    let policy = ask(&hallpass, event).await.unwrap();
    assert_eq!(simple["isAuthorized"], true);
    assert_eq!(policy["principalId"], secret["account"]);
    for answer in [&simple, &policy] {
        let context = answer["context"].as_object().unwrap();
        for (name, value) in context {
            let value = value
                .as_str()
                .unwrap_or_else(|| panic!("`{name}` is no text"));
            assert!(!value.contains(&token[30..]), "s19 {name}");
        }
        assert_eq!(context["token"], secret["id"]);
        assert_eq!(context["account"], secret["account"]);
        assert_eq!(context["environment"], "default/live");
        assert_eq!(context["kind"], "secret");
        assert_eq!(context["scopes"], "analytics:* asset:* configuration:*");
    }
    assert_eq!(policy["policyDocument"]["Version"], "2012-10-17");
}

#[tokio::test]
async fn s56_what_one_route_or_origin_was_answered_opens_no_other() {
    let hallpass = Hallpass::start("default").await;
    let (page, _, temporary) = tokens(&hallpass).await;
    // The very answer that a gateway may keep: about this method of this path, and no wildcard.
    let event = first("PUT", "/v1/assets/7", &bearer(&temporary), &Value::Null);
    let answer = ask(&hallpass, event).await.unwrap();
    let resource = text(&answer["policyDocument"]["Statement"][0], "Resource");
    assert!(!resource.contains(['*', '?']), "{resource}");
    // And our own memory (`freshness`) decides each request anew.
    let query = format!("pubtoken={page}");
    let from = |origin: &str| second("GET", "/v1/assets/7", &json!({"origin": origin}), &query);
    for (origin, expected) in [
        (ORIGIN, true),
        ("https://evil.example", false),
        (ORIGIN, true),
    ] {
        let answer = ask(&hallpass, from(origin)).await;
        assert_eq!(lets_in(&answer), expected, "{origin}");
    }
}

/// An event of an authorizer that keeps answers under these identity sources.
fn keeping(route: &str, headers: &Value, query: &str, sources: &[&str]) -> Value {
    let mut event = second("GET", "/v1/assets/7", headers, query);
    event["routeKey"] = json!(route);
    event["requestContext"]["routeKey"] = json!(route);
    event["identitySource"] = json!(sources);
    event
}

#[tokio::test]
async fn s56_an_answer_is_kept_only_under_all_that_it_rests_on() {
    const ROUTE: &str = "ANY /v1/assets/{id}";
    const METHOD: &str = "GET";
    const PATH: &str = "/v1/assets/7";
    const ADDRESS: &str = "192.0.2.7";
    let hallpass = Hallpass::start("default").await;
    let (page, secret, _) = tokens(&hallpass).await;
    let body = json!({"kind": "secret", "name": "s", "ips": ["192.0.2.0/24"]});
    let local = text(&hallpass.mint(body).await, "token");
    let here = json!({"scopes": ["asset:read"], "origins": [ORIGIN]});
    let visitor = hallpass.derive(&secret, here).await;
    let of = |token: &str| format!("Bearer {token}");
    let (secret, local, visitor, shown) = (of(&secret), of(&local), of(&visitor), of(&page));
    for (name, credential, sources, expected) in [
        ("not kept", &secret, vec![], true),
        ("not kept, by an address", &local, vec![], true),
        ("not kept, from a page", &shown, vec![], true),
        ("whole", &secret, vec![ROUTE, METHOD, PATH], true),
        ("without the method", &secret, vec![ROUTE, PATH], false),
        ("without the place", &secret, vec![ROUTE, METHOD], false),
        (
            "without the address",
            &local,
            vec![ROUTE, METHOD, PATH],
            false,
        ),
        ("with it", &local, vec![ROUTE, METHOD, PATH, ADDRESS], true),
        (
            "another address",
            &local,
            vec![ROUTE, METHOD, PATH, "192.0.2.8"],
            false,
        ),
        (
            "without the origin",
            &shown,
            vec![ROUTE, METHOD, PATH, ADDRESS],
            false,
        ),
        ("with it", &shown, vec![ROUTE, METHOD, PATH, ORIGIN], true),
        (
            "a visitor's, without",
            &visitor,
            vec![ROUTE, METHOD, PATH],
            false,
        ),
        (
            "a visitor's, with",
            &visitor,
            vec![ROUTE, METHOD, PATH, ORIGIN],
            true,
        ),
    ] {
        let headers = json!({"authorization": credential, "origin": ORIGIN});
        let mut kept = vec![credential.as_str()];
        kept.extend(sources);
        let event = keeping(ROUTE, &headers, "", &kept);
        assert_eq!(lets_in(&ask(&hallpass, event).await), expected, "{name}");
    }
    // A credential that is no part of the key would open to whoever presents none.
    let sources = [ORIGIN, "else", ROUTE, METHOD, PATH, ADDRESS];
    let from = json!({"origin": ORIGIN});
    let event = keeping(ROUTE, &from, &format!("pubtoken={page}"), &sources);
    assert!(!lets_in(&ask(&hallpass, event).await));
    let sources = [ORIGIN, &page, ROUTE, METHOD, PATH, ADDRESS];
    let event = keeping(ROUTE, &from, &format!("pubtoken={page}"), &sources);
    assert!(lets_in(&ask(&hallpass, event).await));
}

#[tokio::test]
async fn a_bad_token_is_401_and_a_good_one_that_may_not_is_403_where_the_answer_is_a_policy() {
    let hallpass = Hallpass::start("default").await;
    let (_, secret, temporary) = tokens(&hallpass).await;
    let asked =
        |token: &str, method: &str| first(method, "/v1/assets/7", &bearer(token), &Value::Null);
    let denied = ask(&hallpass, asked(&temporary, "DELETE")).await.unwrap();
    assert_eq!(denied["policyDocument"]["Statement"][0]["Effect"], "Deny");
    assert_eq!(denied.get("context"), None);
    let body = json!({"token": secret});
    hallpass
        .post("/v1/revocations", body)
        .bearer(&hallpass.root)
        .await;
    // Revoked: refused at once, and its child with it.
    for token in [secret.as_str(), &temporary, "junk"] {
        let refused = ask(&hallpass, asked(token, "GET")).await;
        assert!(
            matches!(refused, Err(AuthorizeError::Unauthorized)),
            "{refused:?}"
        );
        assert_eq!(refused.unwrap_err().to_string(), "Unauthorized");
    }
    let event = first("GET", "/v1/assets/7", &json!({}), &Value::Null);
    let nobody = ask(&hallpass, event).await;
    assert!(matches!(nobody, Err(AuthorizeError::Unauthorized)));
}

/// Past this the verification keys are read anew.
const KEYS_ARE_OLD: Duration = Duration::from_secs(300);

/// Asserts that API Gateway gets no answer of which it could make anything but its own 500.
async fn assert_no_answer(hallpass: &Hallpass, what: &str, event: Value) {
    let answer = tokio::time::timeout(Duration::from_secs(5), ask(hallpass, event)).await;
    let answer = answer.unwrap_or_else(|_elapsed| panic!("{what} took more than 5 s"));
    assert!(
        matches!(answer, Err(AuthorizeError::Unavailable(_))),
        "{what}: {answer:?}"
    );
    // Not the word that API Gateway makes 401 of.
    assert_ne!(answer.unwrap_err().to_string(), "Unauthorized", "{what}");
}

/// A token, the path that it opens, and the reads that its answer takes: the operation, and how many
/// of it come before.
type Asked = (String, &'static str, &'static [(&'static str, usize)]);

/// A server's token, a JWT whose key is to be read first, and one with its user's rights, which come
/// from their row and then their groups'.
async fn asked() -> [(Hallpass, Vec<Asked>); 2] {
    let default = Hallpass::start("default").await;
    let secret = default.secret().await;
    let body = json!({"scopes": ["asset:read"], "durationSeconds": 86_400});
    let temporary = default.derive(&secret, body).await;
    let threekit = Hallpass::start("threekit").await;
    let root = &threekit.root;
    let body = json!({"username": "ann", "scopes": ["asset:read"]});
    let user = threekit.made(root, "/v1/users", body).await;
    let body = json!({"name": "staff"});
    let group = threekit.made(root, "/v1/groups", body).await;
    let path = format!("/v1/groups/{group}/members/users/{user}");
    let joined = threekit.call(Method::PUT, &path).bearer(root).await;
    assert_eq!(joined.status, 204, "{}", joined.body);
    let body = json!({"kind": "private", "name": "a script", "principal": user});
    let live = text(&threekit.mint(body).await, "token");
    const BATCH: (&str, usize) = ("BatchGetItem", 0);
    [
        (
            default,
            vec![
                (secret, "/v1/assets/7", &[BATCH]),
                (temporary, "/v1/assets/7", &[("Query", 0), BATCH]),
            ],
        ),
        (
            threekit,
            vec![(
                live,
                "/api/assets/7",
                &[BATCH, ("BatchGetItem", 1), ("BatchGetItem", 2)],
            )],
        ),
    ]
}

#[tokio::test]
async fn s44_an_outage_of_any_read_is_no_answer_and_never_an_allow() {
    for (hallpass, tokens) in asked().await {
        for (token, path, reads) in tokens {
            let both = || {
                [
                    second("GET", path, &bearer(&token), ""),
                    first("GET", path, &bearer(&token), &Value::Null),
                ]
            };
            for &(operation, before) in reads {
                let mut faults = vec![
                    Fault::ServerError,
                    Fault::Throttle,
                    Fault::Reset,
                    Fault::HalfReply,
                    Fault::Refuse(400, "AccessDeniedException"),
                ];
                if operation == "BatchGetItem" {
                    faults.push(Fault::Unprocessed(ALL));
                }
                for fault in faults {
                    for event in both() {
                        hallpass.clock.advance(KEYS_ARE_OLD);
                        let what = format!("{path}, {fault:?} on {operation} after {before}");
                        let rule = fault.clone().on(operation).after(before);
                        hallpass.dynamodb.inject(rule);
                        assert_no_answer(&hallpass, &what, event).await;
                        hallpass.dynamodb.heal();
                    }
                }
            }
            for event in both() {
                hallpass.clock.advance(KEYS_ARE_OLD);
                hallpass.dynamodb.reset();
                assert!(lets_in(&ask(&hallpass, event).await), "{path}");
                let made = hallpass.dynamodb.operations().len();
                assert_eq!(made, reads.len(), "{path}: each read is tried above");
            }
        }
    }
}

#[tokio::test]
async fn s44_a_read_that_does_not_come_back_is_no_answer() {
    let [mut default, mut threekit] = asked().await;
    default.0.another_impatient_instance();
    threekit.0.another_impatient_instance();
    let stalled =
        async |(hallpass, tokens): &(Hallpass, Vec<Asked>), operation: &'static str, before| {
            hallpass.clock.advance(KEYS_ARE_OLD);
            hallpass
                .dynamodb
                .inject(Fault::Stall.on(operation).after(before));
            let (token, path, _) = tokens.last().unwrap();
            let event = second("GET", path, &bearer(token), "");
            let what = format!("{path}, stalled on {operation} after {before}");
            assert_no_answer(hallpass, &what, event.clone()).await;
            hallpass.dynamodb.heal();
            assert!(lets_in(&ask(hallpass, event).await), "{what}");
        };
    let of_default = async {
        stalled(&default, "Query", 0).await;
        stalled(&default, "BatchGetItem", 0).await;
    };
    let of_threekit = async {
        for before in 0..3 {
            stalled(&threekit, "BatchGetItem", before).await;
        }
    };
    tokio::join!(of_default, of_threekit);
}

#[tokio::test]
async fn it_costs_one_read_and_junk_none() {
    let hallpass = Hallpass::start("default").await;
    let (_, secret, temporary) = tokens(&hallpass).await;
    let get = |token: &str| second("GET", "/v1/assets/7", &bearer(token), "");
    ask(&hallpass, get(&temporary)).await.unwrap();
    for (token, reads) in [(secret.as_str(), 1), (&temporary, 1), ("junk", 0)] {
        hallpass.dynamodb.reset();
        hallpass.kms.reset();
        let _ = ask(&hallpass, get(token)).await;
        assert_eq!(hallpass.dynamodb.calls().len(), reads, "{token}");
        assert_eq!(hallpass.dynamodb.count("BatchGetItem"), reads);
        assert_eq!(hallpass.kms.calls().len(), 0);
    }
}

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

#[tokio::test]
async fn a_stage_is_not_part_of_the_path() {
    let hallpass = Hallpass::start("default").await;
    let secret = hallpass.secret().await;
    let (aws, own) = ("api.execute-api.eu-west-1.amazonaws.com", "api.example.com");
    for (domain, stage, path, expected) in [
        (aws, "$default", "/v1/assets/7", true),
        (aws, "prod", "/prod/v1/assets/7", true),
        (aws, "prod", "/v1/assets/7", true),
        (aws, "prod", "/production/v1/assets/7", false),
        (aws, "v1", "/v1/v1/assets/7", true),
        (aws, "$default", "/$default/v1/assets/7", false),
        // A domain of one's own has no stage in its paths, though a path may begin with the same word.
        (own, "v1", "/v1/assets/7", true),
        (own, "prod", "/prod/v1/assets/7", false),
        ("", "prod", "/prod/v1/assets/7", false),
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
}

#[tokio::test]
async fn a_websocket_is_opened_by_the_route_connect() {
    let mut hallpass = Hallpass::start("default").await;
    let source = include_str!("../infra/catalogs/default.toml")
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
