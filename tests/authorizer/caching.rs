//! What a gateway may keep of an answer.

use super::{ORIGIN, ask, ask_declared, bearer, first, lets_in, second, tokens};
use hallpass_authorizer::AuthorizerSources;
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};

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

const ROUTE: &str = "ANY /v1/assets/{id}";
const PATH: &str = "/v1/assets/7";
const ADDRESS: &str = "192.0.2.7";

/// An identity source, and its value in an event.
type Source<'a> = (&'static str, &'a str);

/// What the gateway itself says of the request.
const GATEWAY: [Source<'_>; 4] = [
    ("$context.routeKey", ROUTE),
    ("$context.httpMethod", "GET"),
    ("$context.path", PATH),
    ("$context.identity.sourceIp", ADDRESS),
];

/// An event of an authorizer with identity sources of these values.
fn valued(headers: &Value, query: &str, values: &[&str]) -> Value {
    let mut event = second("GET", PATH, headers, query);
    event["routeKey"] = json!(ROUTE);
    event["requestContext"]["routeKey"] = json!(ROUTE);
    event["identitySource"] = json!(values);
    event
}

/// Whether a request is let in by an authorizer with these identity sources, all of which the
/// deployment has told.
async fn is_let_in(hallpass: &Hallpass, headers: &Value, query: &str, of: &[Source<'_>]) -> bool {
    let names: Vec<&str> = of.iter().map(|(name, _)| *name).collect();
    let values: Vec<&str> = of.iter().map(|(_, value)| *value).collect();
    let declared = names.join(",").parse().unwrap();
    let event = valued(headers, query, &values);
    lets_in(&ask_declared(hallpass, &declared, event).await)
}

#[tokio::test]
async fn s56_an_answer_is_cached_only_under_all_that_it_depends_on() {
    const AUTHORIZATION: &str = "$request.header.Authorization";
    const FROM: Source<'_> = ("$request.header.Origin", ORIGIN);
    let hallpass = Hallpass::start("default").await;
    let (page, secret, _) = tokens(&hallpass).await;
    let body = json!({"kind": "secret", "name": "s", "ips": ["192.0.2.0/24"]});
    let local = text(&hallpass.mint(body).await, "token");
    let here = json!({"scopes": ["asset:read"], "origins": [ORIGIN]});
    let visitor = hallpass.derive(&secret, here).await;
    let of = |token: &str| format!("Bearer {token}");
    let (secret, local, visitor, shown) = (of(&secret), of(&local), of(&visitor), of(&page));
    let [route, method, path, address] = GATEWAY;
    let another = ("$context.identity.sourceIp", "192.0.2.8");
    for (name, credential, sources, expected) in [
        ("not cached", &secret, vec![], true),
        ("not cached, of an address", &local, vec![], true),
        ("not cached, from a page", &shown, vec![], true),
        ("whole", &secret, vec![route, method, path], true),
        ("in another order", &secret, vec![path, method, route], true),
        ("without the method", &secret, vec![route, path], false),
        ("without the path", &secret, vec![route, method], false),
        (
            "without the address",
            &local,
            vec![route, method, path],
            false,
        ),
        ("with it", &local, vec![route, method, path, address], true),
        (
            "another address",
            &local,
            vec![route, method, path, another],
            false,
        ),
        (
            "without the origin",
            &shown,
            vec![route, method, path, address],
            false,
        ),
        ("with it", &shown, vec![route, method, path, FROM], true),
        (
            "a visitor's, without",
            &visitor,
            vec![route, method, path],
            false,
        ),
        (
            "a visitor's, with",
            &visitor,
            vec![route, method, path, FROM],
            true,
        ),
    ] {
        let headers = json!({"authorization": credential, "origin": ORIGIN});
        let mut of = vec![(AUTHORIZATION, credential.as_str())];
        of.extend(sources);
        assert_eq!(
            is_let_in(&hallpass, &headers, "", &of).await,
            expected,
            "{name}"
        );
    }
    // A credential that is no part of the key would open to whoever presents none.
    let from = json!({"origin": ORIGIN});
    let query = format!("pubtoken={page}");
    for (parameter, expected) in [
        ("$request.querystring.pubtoken", true),
        ("$request.querystring.other", false),
    ] {
        let of = [FROM, (parameter, page.as_str()), route, method, path];
        assert_eq!(
            is_let_in(&hallpass, &from, &query, &of).await,
            expected,
            "{parameter}"
        );
    }
}

#[tokio::test]
async fn s56_a_cached_answer_names_an_origin_only_where_it_is_cached_by_it() {
    let hallpass = Hallpass::start("default").await;
    let bearer = format!("Bearer {}", hallpass.secret().await);
    let headers = json!({"authorization": bearer, "origin": ORIGIN});
    const SERVER: &str =
        "$request.header.Authorization,$context.routeKey,$context.httpMethod,$context.path";
    let values = [bearer.as_str(), ROUTE, "GET", PATH, ORIGIN];
    for (declared, values, expected) in [
        (SERVER.to_owned(), &values[..4], None),
        (
            format!("{SERVER},$request.header.Origin"),
            &values[..],
            Some(ORIGIN),
        ),
        (
            "$request.header.Authorization".to_owned(),
            &values[..1],
            Some(ORIGIN),
        ),
    ] {
        let event = valued(&headers, "", values);
        let answer = ask_declared(&hallpass, &declared.parse().unwrap(), event).await;
        let context = &answer.unwrap()["context"];
        assert_eq!(context["origin"].as_str(), expected, "{declared}");
    }
}

#[tokio::test]
async fn s67_a_value_that_a_client_writes_is_never_taken_for_the_gateways() {
    let hallpass = Hallpass::start("default").await;
    let (page, secret, _) = tokens(&hallpass).await;
    let bearer = format!("Bearer {secret}");
    let [route, method, _, address] = GATEWAY;
    let authorization = ("$request.header.Authorization", bearer.as_str());
    // The path was forgotten, and the client sends it in a header that is a source.
    for (name, field) in [
        ("$request.header.Origin", "origin"),
        ("$request.header.X-Path", "x-path"),
        ("$request.header.Referer", "referer"),
    ] {
        let headers = json!({"authorization": bearer, field: PATH});
        let of = [authorization, (name, PATH), route, method, address];
        assert!(!is_let_in(&hallpass, &headers, "", &of).await, "{name}");
    }
    // The same with the method, the address, and the origin that a token is bound to.
    let path = GATEWAY[2];
    let of = [
        authorization,
        ("$request.querystring.m", "GET"),
        route,
        path,
        address,
    ];
    let headers = json!({"authorization": bearer});
    assert!(
        !is_let_in(&hallpass, &headers, "m=GET", &of).await,
        "the method"
    );
    let body = json!({"kind": "secret", "name": "s", "ips": ["192.0.2.0/24"]});
    let local = format!("Bearer {}", text(&hallpass.mint(body).await, "token"));
    let headers = json!({"authorization": local, "x-forwarded-for": ADDRESS});
    let forwarded = ("$request.header.X-Forwarded-For", ADDRESS);
    let of = [
        ("$request.header.Authorization", local.as_str()),
        forwarded,
        route,
        method,
        path,
    ];
    assert!(
        !is_let_in(&hallpass, &headers, "", &of).await,
        "the address"
    );
    let headers = json!({"origin": ORIGIN, "x-origin": ORIGIN});
    let parameter = ("$request.querystring.pubtoken", page.as_str());
    let of = [
        ("$request.header.X-Origin", ORIGIN),
        parameter,
        route,
        method,
        path,
    ];
    let query = format!("pubtoken={page}");
    assert!(
        !is_let_in(&hallpass, &headers, &query, &of).await,
        "the origin"
    );
    // And a credential that stands somewhere else than the source says.
    let headers = json!({"authorization": bearer, "x-copy": bearer});
    let of = [
        ("$request.header.X-Copy", bearer.as_str()),
        route,
        method,
        path,
    ];
    assert!(
        !is_let_in(&hallpass, &headers, "", &of).await,
        "the credential"
    );
}

#[tokio::test]
async fn s67_only_what_the_deployment_told_of_an_authorizer_counts() {
    let hallpass = Hallpass::start("default").await;
    let (_, secret, _) = tokens(&hallpass).await;
    let bearer = format!("Bearer {secret}");
    let headers = json!({"authorization": bearer, "origin": PATH});
    let asked = async |declared: &str, values: &[&str]| {
        let event = valued(&headers, "", values);
        lets_in(&ask_declared(&hallpass, &declared.parse().unwrap(), event).await)
    };
    const CACHED: &str = "$request.header.Authorization, $context.routeKey, $context.httpMethod, \
         $context.path; $request.header.Authorization";
    let whole = [bearer.as_str(), ROUTE, "GET", PATH];
    assert!(asked(CACHED, &whole).await);
    assert!(
        asked(CACHED, &[&bearer]).await,
        "each has a list of its own"
    );
    // None of this length: nobody knows what is cached by what.
    assert!(!asked(CACHED, &[&bearer, ROUTE, "GET"]).await);
    assert!(!asked(CACHED, &[&bearer, PATH]).await);
    // A list of this length, of another authorizer: `Origin` stands where the path should.
    assert!(!asked(CACHED, &[&bearer, "GET", ROUTE, PATH]).await);
    assert!(!asked(CACHED, &[&bearer, ROUTE, "GET", "/v1/assets/8"]).await);
    assert!(!asked("$context.path", &[&bearer]).await);
    // Told that nothing is cached, where an event shows that something is.
    let told = "$request.header.Authorization, $stageVariables.route";
    assert!(!asked(told, &[&bearer, ROUTE]).await);
    assert!(asked(told, &[&bearer, "prod"]).await);
}

#[tokio::test]
async fn s67_payload_1_of_an_http_api_is_held_to_the_same() {
    let hallpass = Hallpass::start("default").await;
    let secret = hallpass.secret().await;
    let told = "$request.header.Authorization; \
         $request.header.Authorization,$context.routeKey,$context.httpMethod,$context.path";
    let asked = async |values: Value| {
        let mut event = first("GET", PATH, &bearer(&secret), &Value::Null);
        event["version"] = json!("1.0");
        event["identitySource"] = values;
        lets_in(&ask_declared(&hallpass, &told.parse().unwrap(), event).await)
    };
    let of = |rest: &str| json!(format!("Bearer {secret}{rest}"));
    assert!(asked(Value::Null).await);
    assert!(asked(of("")).await);
    assert!(asked(of(&format!(",{ROUTE},GET,{PATH}"))).await);
    assert!(!asked(of(&format!(",{ROUTE},GET,/v1/assets/8"))).await);
    assert!(!asked(of(&format!(",{ROUTE},GET"))).await);
}

#[test]
fn a_list_of_sources_that_cannot_be_told_from_another_is_refused() {
    for (told, expected) in [
        (
            "$request.header.A; $request.header.B",
            "1 identity sources each",
        ),
        (
            "$context.path,$context.path;$context.a,$context.b",
            "2 identity sources each",
        ),
        ("$request.header.A,", "a source is empty"),
        (";$request.header.A", "a source is empty"),
        ("Authorization", "`Authorization` is not an identity source"),
        (
            "method.request.header.Authorization",
            "is not an identity source",
        ),
        ("$request.header.", "is not an identity source"),
        ("$request.path", "is not an identity source"),
    ] {
        let error = told.parse::<AuthorizerSources>().unwrap_err().to_string();
        assert!(error.contains(expected), "{told}: {error}");
    }
}
