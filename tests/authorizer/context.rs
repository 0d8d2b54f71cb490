//! What the API behind the gateway learns of the token, and the gateway of a refusal.

use super::{ORIGIN, ask, bearer, first, second, tokens};
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};

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
async fn the_scope_that_the_route_needs_is_named_and_the_one_that_covers_it() {
    let hallpass = Hallpass::start("default").await;
    let (_, secret, temporary) = tokens(&hallpass).await;
    for (token, method, scope, matched) in [
        (&secret, "PUT", "asset:write@asset/7", "asset:*"),
        (
            &temporary,
            "PUT",
            "asset:write@asset/7",
            "asset:write@asset/7",
        ),
        (
            &temporary,
            "GET",
            "asset:read@asset/7",
            "asset:write@asset/7",
        ),
        (
            &temporary,
            "HEAD",
            "asset:read@asset/7",
            "asset:write@asset/7",
        ),
    ] {
        let event = second(method, "/v1/assets/7", &bearer(token), "");
        let answer = ask(&hallpass, event).await.unwrap();
        assert_eq!(answer["context"]["scope"], scope);
        assert_eq!(answer["context"]["matched"], matched);
    }
}

#[tokio::test]
async fn of_several_scopes_that_a_route_takes_those_that_are_held_are_named() {
    let hallpass = Hallpass::start("archilogic").await;
    let body = json!({"kind": "publishable", "name": "p", "origins": [ORIGIN]});
    let page = text(&hallpass.mint(body).await, "token");
    let from = json!({"origin": ORIGIN});
    let event = second("GET", "/v2/floor/42", &from, &format!("pubtoken={page}"));
    let public = ask(&hallpass, event).await.unwrap();
    let secret = hallpass.secret().await;
    let event = second("GET", "/v2/floor/42", &bearer(&secret), "");
    let both = ask(&hallpass, event).await.unwrap();
    assert_eq!(public["context"]["scope"], "floor:readPublic@floor/42");
    assert_eq!(public["context"]["matched"], "floor:readPublic");
    let held = "floor:readPublic@floor/42 floor:readPrivate@floor/42";
    assert_eq!(both["context"]["scope"], held, "{both}");
    assert_eq!(both["context"]["matched"], "floor:* floor:*", "{both}");
}

#[tokio::test]
async fn the_page_that_may_read_the_reply_is_named() {
    let hallpass = Hallpass::start("default").await;
    let (page, secret, _) = tokens(&hallpass).await;
    for (token, origin, expected) in [
        (&page, json!(ORIGIN), json!(ORIGIN)),
        // A token that is bound to none may be used from any page.
        (
            &secret,
            json!("https://any.example"),
            json!("https://any.example"),
        ),
        (&secret, json!("null"), Value::Null),
    ] {
        let headers = json!({"authorization": format!("Bearer {token}"), "origin": origin});
        let answer = ask(&hallpass, second("GET", "/v1/assets/7", &headers, "")).await;
        assert_eq!(answer.unwrap()["context"]["origin"], expected, "{origin}");
    }
    let nowhere = ask(
        &hallpass,
        second("GET", "/v1/assets/7", &bearer(&secret), ""),
    )
    .await;
    assert_eq!(nowhere.unwrap()["context"].get("origin"), None);
}

#[tokio::test]
async fn a_refusal_says_its_code_wherever_there_is_room_for_it() {
    let hallpass = Hallpass::start("default").await;
    let (page, secret, temporary) = tokens(&hallpass).await;
    let evil = json!({"authorization": format!("Bearer {page}"), "origin": "https://evil.example"});
    for (method, path, headers, code) in [
        (
            "DELETE",
            "/v1/assets/7",
            bearer(&temporary),
            "insufficient_scope",
        ),
        ("GET", "/v1/others/7", bearer(&secret), "unknown_route"),
        ("GET", "/v1/assets/..", bearer(&secret), "invalid_parameter"),
        ("GET", "/v1/assets/7", evil, "origin_denied"),
        ("GET", "/v1/assets/7", bearer("junk"), "malformed"),
        ("GET", "/v1/assets/7", json!({}), "unauthenticated"),
    ] {
        let simple = ask(&hallpass, second(method, path, &headers, ""))
            .await
            .unwrap();
        assert_eq!(
            simple,
            json!({"isAuthorized": false, "context": {"code": code}})
        );
        // Of a 401, API Gateway takes the one word that it makes 401 of.
        if let Ok(policy) = ask(&hallpass, first(method, path, &headers, &Value::Null)).await {
            assert_eq!(policy["context"], json!({"code": code}));
        }
    }
}

/// What a WebSocket API takes, the least of all.
const MOST_BYTES: usize = 8_000;

#[tokio::test]
async fn an_answer_is_never_longer_than_a_gateway_takes() {
    let hallpass = Hallpass::start("default").await;
    let path = |number: usize| format!("{number:0>60}/{number:0>60}");
    for (count, is_whole) in [(1, true), (40, true), (100, false), (200, false)] {
        let read = (1..count).map(|number| format!("asset:read@{}", path(number)));
        let scopes: Vec<String> = read.chain(["asset:write".to_owned()]).collect();
        let body = json!({"kind": "secret", "name": "s", "scopes": scopes});
        let token = text(&hallpass.mint(body).await, "token");
        for event in [
            second("PUT", "/v1/assets/7", &bearer(&token), ""),
            first("PUT", "/v1/assets/7", &bearer(&token), &Value::Null),
        ] {
            let answer = ask(&hallpass, event).await.unwrap();
            let bytes = serde_json::to_vec(&answer).unwrap().len();
            assert!(bytes <= MOST_BYTES, "{count} scopes: {bytes} bytes");
            let context = &answer["context"];
            assert_eq!(context.get("scopes").is_some(), is_whole, "{count}");
            let left_out = (!is_whole).then_some("scopes");
            assert_eq!(context["left_out"].as_str(), left_out, "{count}");
            assert_eq!(context["matched"], "asset:write");
        }
    }
}
