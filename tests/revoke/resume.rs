//! A closing that is cut short or takes longer than a call is gone on with.

use crate::revoke::close::{account, assert_closed};
use crate::revoke::revoke;
use hallpass_http::finish;
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};
use std::time::Duration;

/// 120 tokens are two pages, after one of shared models; the second fails.
#[tokio::test]
async fn s54_what_breaks_off_is_finished_by_asking_again() {
    let hallpass = Hallpass::start("default").await;
    for again in ["POST", "GET"] {
        let (account_id, _, test) = account(&hallpass, &again.to_lowercase()).await;
        let mut tokens = Vec::new();
        for _ in 0..120 {
            let mut body = json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"]});
            body.as_object_mut()
                .unwrap()
                .extend(test.as_object().unwrap().clone());
            tokens.push(text(&hallpass.mint(body).await, "token"));
        }
        let (_, neighbour) = hallpass.secret_with(json!({"account": account_id})).await;
        hallpass
            .dynamodb
            .inject(Fault::ServerError.on("Query").after(2));
        let reply = revoke(&hallpass, test.clone()).bearer(&hallpass.root).await;
        reply.assert("broken off", 503, "unavailable");
        hallpass.dynamodb.heal();
        // Nothing more is minted from the first moment on, and some still live.
        assert_closed(&hallpass, &test, true).await;
        let mut living = 0;
        for token in &tokens {
            living += usize::from(hallpass.code(token).await == "active");
        }
        assert_eq!(living, 20);
        hallpass.dynamodb.reset();
        let path = format!("/v1/revocations/{account_id}/app/test");
        let call = match again {
            "GET" => hallpass.get(&path),
            _ => revoke(&hallpass, test.clone()),
        };
        call.bearer(&hallpass.root).await.assert(again, 204, "");
        // It goes on where it was: one page, and not the others again.
        assert_eq!(hallpass.dynamodb.count("Query"), 1);
        for token in &tokens {
            assert_eq!(hallpass.code(token).await, "revoked");
        }
        assert_eq!(hallpass.code(&neighbour).await, "active");
    }
}

/// A function whose time is up after one page: it answers 202, and `GET` of the `Location` goes on.
#[tokio::test]
async fn s54_an_unfinished_closing_goes_on_at_its_location() {
    let mut hallpass = Hallpass::start("default").await;
    let (account_id, live, test) = account(&hallpass, "acme").await;
    let mut tokens = Vec::new();
    for _ in 0..101 {
        let mut body = json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"]});
        body.as_object_mut()
            .unwrap()
            .extend(test.as_object().unwrap().clone());
        tokens.push(text(&hallpass.mint(body).await, "token"));
    }
    tokens.push(hallpass.secret_with(live).await.1);
    let whole = hallpass.router.clone();
    let hurried = hallpass_revoke::routes_walking_for(Duration::ZERO);
    hallpass.router = finish(hurried, &hallpass.platform);
    let reply = revoke(&hallpass, json!({"account": account_id}))
        .bearer(&hallpass.root)
        .await;
    reply.assert("begun", 202, "");
    let location = reply.header("location").to_owned();
    assert_eq!(location, format!("/v1/revocations/{account_id}"));
    assert_eq!(reply.header("retry-after"), "1");
    // A page of each call, until all is done.
    let mut asked = 0;
    loop {
        let reply = hallpass.get(&location).bearer(&hallpass.root).await;
        asked += 1;
        if reply.status == 204 {
            break;
        }
        reply.assert("asked", 202, "");
        assert!(asked < 5, "every call does a page");
    }
    assert_eq!(
        asked, 2,
        "the other page of one environment, and the other environment"
    );
    hallpass.router = whole;
    assert_closed(&hallpass, &test, true).await;
    for token in &tokens {
        assert_eq!(hallpass.code(token).await, "revoked");
    }
}

/// The token that asks is among those that end, and the first of them: it comes last, so that it can
/// ask until all the rest is dead, also where another one sees it through.
#[tokio::test]
async fn s54_the_token_that_closes_its_own_environment_is_ended_last() {
    for by_another in [false, true] {
        let mut hallpass = Hallpass::start("default").await;
        let (account_id, _, test) = account(&hallpass, "acme").await;
        let mint = async |mut body: Value| {
            let more = test.as_object().unwrap().clone();
            body.as_object_mut().unwrap().extend(more);
            hallpass.mint(body).await
        };
        // Among the first hundred tokens, which are a page: an eighth of all ids begins with 0.
        let own = loop {
            let made = mint(json!({
                "kind": "management", "name": "m", "scopes": ["tokens:revoke", "directory:write"],
            }));
            let made = made.await;
            if text(&made, "id").starts_with("tok_0") {
                break text(&made, "token");
            }
        };
        let key = mint(json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"]})).await;
        let key = text(&key, "id");
        hallpass.copies(&key, 240).await;
        let whole = hallpass.router.clone();
        let hurried = hallpass_revoke::routes_walking_for(Duration::ZERO);
        hallpass.router = finish(hurried, &hallpass.platform);
        let body = json!({"environment": "app/test"});
        // Its first page, which is of shared models, has no token on it; the second its own.
        for _ in 0..2 {
            let reply = revoke(&hallpass, body.clone()).bearer(&own).await;
            reply.assert("begun", 202, "");
        }
        let location = format!("/v1/revocations/{account_id}/app/test");
        let other = if by_another { &hallpass.root } else { &own };
        loop {
            let reply = hallpass.get(&location).bearer(other).await;
            if reply.status == 204 {
                break;
            }
            reply.assert("asked", 202, "");
        }
        hallpass.router = whole;
        let living = hallpass.items().await.into_iter().filter(|item| {
            let environment = item.get("environment").and_then(|it| it.as_s().ok());
            item.contains_key("secret_hash")
                && environment.is_some_and(|it| it == "app/test")
                && !item.contains_key("revoked_at")
        });
        assert_eq!(living.count(), 0);
        assert_eq!(hallpass.code(&own).await, "revoked");
    }
}

/// What was begun by removing somebody from the directory is seen through by who did it.
#[tokio::test]
async fn a_removal_goes_on_with_the_scope_it_was_begun_with() {
    let mut hallpass = Hallpass::start("default").await;
    let body = json!({"name": "shop"});
    let shop = hallpass.made(&hallpass.root, "/v1/service-accounts", body);
    let shop = shop.await;
    let body = json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"], "principal": shop});
    let key = text(&hallpass.mint(body).await, "id");
    hallpass.copies(&key, 120).await;
    let mint = async |scope: &str| {
        let body = json!({"kind": "management", "name": "m", "scopes": [scope]});
        text(&hallpass.mint(body).await, "token")
    };
    let (directory, tokens) = (mint("directory:write").await, mint("tokens:revoke").await);
    let neither = mint("tokens:read").await;
    let hurried = hallpass_directory::routes_walking_for(Duration::ZERO)
        .merge(hallpass_revoke::routes_walking_for(Duration::ZERO));
    hallpass.router = finish(hurried, &hallpass.platform);
    let path = format!("/v1/service-accounts/{shop}");
    let reply = hallpass.delete(&path).bearer(&directory).await;
    reply.assert("begun", 202, "");
    let location = reply.header("location").to_owned();
    let refused = hallpass.get(&location).bearer(&neither).await;
    refused.assert("neither", 403, "insufficient_scope");
    for by in [&directory, &tokens] {
        let reply = hallpass.get(&location).bearer(by).await;
        reply.assert("asked", 204, "");
    }
}
