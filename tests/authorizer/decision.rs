//! What is let in, and what the API behind learns of it.

use super::{ORIGIN, ask, bearer, first, lets_in, second, tokens};
use hallpass_authorizer::AuthorizeError;
use hallpass_tests::Hallpass;
use serde_json::{Value, json};

/// A request to the protected API, and whether it is let in.
struct Asked {
    name: &'static str,
    method: &'static str,
    path: &'static str,
    headers: Value,
    query: String,
    expected: bool,
}

#[tokio::test]
async fn a_request_is_let_in_where_its_token_may_do_what_the_route_needs() {
    let hallpass = Hallpass::start("default").await;
    let (page, secret, temporary) = tokens(&hallpass).await;
    let none = json!({});
    let from = |origin: &str| json!({"origin": origin});
    for Asked {
        name,
        method,
        path,
        headers,
        query,
        expected,
    } in [
        Asked {
            name: "a server",
            method: "GET",
            path: "/v1/assets/7",
            headers: bearer(&secret),
            query: String::new(),
            expected: true,
        },
        Asked {
            name: "the scheme in capitals",
            method: "GET",
            path: "/v1/assets/7",
            headers: json!({"Authorization": format!("BEARER {secret}")}),
            query: String::new(),
            expected: true,
        },
        Asked {
            name: "a visitor, who may write",
            method: "PUT",
            path: "/v1/assets/7",
            headers: bearer(&temporary),
            query: String::new(),
            expected: true,
        },
        Asked {
            name: "by implication",
            method: "GET",
            path: "/v1/assets/7",
            headers: bearer(&temporary),
            query: String::new(),
            expected: true,
        },
        Asked {
            name: "another place",
            method: "PUT",
            path: "/v1/assets/8",
            headers: bearer(&temporary),
            query: String::new(),
            expected: false,
        },
        Asked {
            name: "another action",
            method: "DELETE",
            path: "/v1/assets/7",
            headers: bearer(&temporary),
            query: String::new(),
            expected: false,
        },
        Asked {
            name: "a page",
            method: "GET",
            path: "/v1/assets/7",
            headers: from(ORIGIN),
            query: format!("pubtoken={page}"),
            expected: true,
        },
        Asked {
            name: "another page",
            method: "GET",
            path: "/v1/assets/7",
            headers: from("https://evil.example"),
            query: format!("pubtoken={page}"),
            expected: false,
        },
        Asked {
            name: "no page",
            method: "GET",
            path: "/v1/assets/7",
            headers: none.clone(),
            query: format!("pubtoken={page}"),
            expected: false,
        },
        Asked {
            name: "a page that writes",
            method: "PUT",
            path: "/v1/assets/7",
            headers: from(ORIGIN),
            query: format!("pubtoken={page}"),
            expected: false,
        },
        Asked {
            name: "a secret in the query",
            method: "GET",
            path: "/v1/assets/7",
            headers: none.clone(),
            query: format!("pubtoken={secret}"),
            expected: false,
        },
        Asked {
            name: "nobody",
            method: "GET",
            path: "/v1/assets/7",
            headers: none.clone(),
            query: String::new(),
            expected: false,
        },
        Asked {
            name: "junk",
            method: "GET",
            path: "/v1/assets/7",
            headers: bearer("junk"),
            query: String::new(),
            expected: false,
        },
        Asked {
            name: "two credentials",
            method: "GET",
            path: "/v1/assets/7",
            headers: bearer(&secret),
            query: format!("pubtoken={page}"),
            expected: false,
        },
        Asked {
            name: "two in one header",
            method: "GET",
            path: "/v1/assets/7",
            headers: json!({"authorization": format!("Bearer {secret},Bearer {temporary}")}),
            query: String::new(),
            expected: false,
        },
        Asked {
            name: "an unknown route",
            method: "GET",
            path: "/v1/others/7",
            headers: bearer(&hallpass.root),
            query: String::new(),
            expected: false,
        },
        Asked {
            name: "another method",
            method: "PATCH",
            path: "/v1/assets/7",
            headers: bearer(&hallpass.root),
            query: String::new(),
            expected: false,
        },
        Asked {
            name: "s13 an encoded slash",
            method: "GET",
            path: "/v1/assets/7%2F8",
            headers: bearer(&hallpass.root),
            query: String::new(),
            expected: false,
        },
        Asked {
            name: "encoded though it need not be",
            method: "PUT",
            path: "/v1/assets/%37",
            headers: bearer(&temporary),
            query: String::new(),
            expected: false,
        },
        Asked {
            name: "encoded twice",
            method: "GET",
            path: "/v1/assets/%2537",
            headers: bearer(&hallpass.root),
            query: String::new(),
            expected: false,
        },
        Asked {
            name: "a dotted segment",
            method: "GET",
            path: "/v1/assets/..",
            headers: bearer(&hallpass.root),
            query: String::new(),
            expected: false,
        },
        Asked {
            name: "a trailing slash",
            method: "GET",
            path: "/v1/assets/7/",
            headers: bearer(&hallpass.root),
            query: String::new(),
            expected: false,
        },
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
async fn a_bad_token_is_401_and_a_good_one_that_may_not_is_403_where_the_answer_is_a_policy() {
    let hallpass = Hallpass::start("default").await;
    let (_, secret, temporary) = tokens(&hallpass).await;
    let asked =
        |token: &str, method: &str| first(method, "/v1/assets/7", &bearer(token), &Value::Null);
    let denied = ask(&hallpass, asked(&temporary, "DELETE")).await.unwrap();
    assert_eq!(denied["policyDocument"]["Statement"][0]["Effect"], "Deny");
    assert_eq!(denied["context"], json!({"code": "insufficient_scope"}));
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

#[tokio::test]
async fn a_head_is_let_in_where_a_get_is() {
    let hallpass = Hallpass::start("default").await;
    let (_, secret, temporary) = tokens(&hallpass).await;
    for (token, path) in [
        (secret.as_str(), "/v1/assets/7"),
        (&temporary, "/v1/assets/7"),
        (&temporary, "/v1/assets/8"),
        (&secret, "/v1/others/7"),
        ("junk", "/v1/assets/7"),
    ] {
        for asked in [
            |method, path, headers: &Value| second(method, path, headers, ""),
            |method, path, headers: &Value| first(method, path, headers, &Value::Null),
        ] {
            let get = ask(&hallpass, asked("GET", path, &bearer(token))).await;
            let head = ask(&hallpass, asked("HEAD", path, &bearer(token))).await;
            assert_eq!(lets_in(&head), lets_in(&get), "{path}");
        }
    }
    let head = ask(
        &hallpass,
        second("HEAD", "/v1/assets/7", &bearer(&secret), ""),
    )
    .await;
    assert!(lets_in(&head));
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
