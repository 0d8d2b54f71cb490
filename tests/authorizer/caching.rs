//! What a gateway may keep of an answer.

use super::{ORIGIN, ask, bearer, first, lets_in, second, tokens};
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

/// An event of an authorizer that keeps answers under these identity sources.
fn keeping(route: &str, headers: &Value, query: &str, sources: &[&str]) -> Value {
    let mut event = second("GET", "/v1/assets/7", headers, query);
    event["routeKey"] = json!(route);
    event["requestContext"]["routeKey"] = json!(route);
    event["identitySource"] = json!(sources);
    event
}

/// A credential, what the gateway keeps its answer by, and whether it is let in.
struct Case<'a> {
    name: &'static str,
    credential: &'a String,
    sources: Vec<&'static str>,
    expected: bool,
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
    for Case {
        name,
        credential,
        sources,
        expected,
    } in [
        Case {
            name: "not kept",
            credential: &secret,
            sources: vec![],
            expected: true,
        },
        Case {
            name: "not kept, by an address",
            credential: &local,
            sources: vec![],
            expected: true,
        },
        Case {
            name: "not kept, from a page",
            credential: &shown,
            sources: vec![],
            expected: true,
        },
        Case {
            name: "whole",
            credential: &secret,
            sources: vec![ROUTE, METHOD, PATH],
            expected: true,
        },
        Case {
            name: "without the method",
            credential: &secret,
            sources: vec![ROUTE, PATH],
            expected: false,
        },
        Case {
            name: "without the place",
            credential: &secret,
            sources: vec![ROUTE, METHOD],
            expected: false,
        },
        Case {
            name: "without the address",
            credential: &local,
            sources: vec![ROUTE, METHOD, PATH],
            expected: false,
        },
        Case {
            name: "with it",
            credential: &local,
            sources: vec![ROUTE, METHOD, PATH, ADDRESS],
            expected: true,
        },
        Case {
            name: "another address",
            credential: &local,
            sources: vec![ROUTE, METHOD, PATH, "192.0.2.8"],
            expected: false,
        },
        Case {
            name: "without the origin",
            credential: &shown,
            sources: vec![ROUTE, METHOD, PATH, ADDRESS],
            expected: false,
        },
        Case {
            name: "with it",
            credential: &shown,
            sources: vec![ROUTE, METHOD, PATH, ORIGIN],
            expected: true,
        },
        Case {
            name: "a visitor's, without",
            credential: &visitor,
            sources: vec![ROUTE, METHOD, PATH],
            expected: false,
        },
        Case {
            name: "a visitor's, with",
            credential: &visitor,
            sources: vec![ROUTE, METHOD, PATH, ORIGIN],
            expected: true,
        },
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
