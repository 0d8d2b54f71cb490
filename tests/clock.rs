//! A machine's clock that is set back: what an instance remembers is forgotten when its time has
//! passed, whatever the clock says.

use hallpass_http::finish;
use hallpass_keys_function::{KeysRequest, rotate_keys};
use hallpass_tests::{Hallpass, text};
use serde_json::json;
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);

/// The clock is set back by an hour, and then so many seconds pass.
fn set_back(hallpass: &Hallpass, seconds: u64) {
    hallpass.clock.set_back(HOUR);
    hallpass.clock.advance(Duration::from_secs(seconds));
}

#[tokio::test]
async fn s71_a_public_tokens_revocation_takes_five_seconds_at_most() {
    let hallpass = Hallpass::start("archilogic").await;
    let origin = "https://a.com";
    let body = json!({"kind": "publishable", "name": "page", "origins": [origin]});
    let (id, token) = hallpass.minted(body).await;
    let ask = json!({"token": token, "origin": origin});
    assert_eq!(hallpass.validate(ask.clone()).await["code"], "active");
    let end = hallpass.delete(&format!("/v1/tokens/{id}"));
    assert_eq!(end.bearer(&hallpass.root).await.status, 204);
    set_back(&hallpass, 4);
    assert_eq!(hallpass.validate(ask.clone()).await["code"], "active");
    hallpass.clock.advance(Duration::from_secs(1));
    assert_eq!(hallpass.validate(ask).await["code"], "revoked");
}

#[tokio::test]
async fn s71_verification_keys_are_read_anew_after_300_seconds() {
    let hallpass = Hallpass::start("default").await;
    let parent = hallpass.secret().await;
    let body = json!({"scopes": ["asset:read"]});
    let child = hallpass.derive(&parent, body).await;
    let ask = async || hallpass.validate(json!({"token": child})).await["code"].clone();
    assert_eq!(ask().await, "active");
    for (later, queries) in [(299, 0), (1, 1), (1, 0)] {
        hallpass.clock.advance(Duration::from_secs(later));
        // By this clock no time has passed, and the token's `iat` does not lie ahead.
        hallpass.clock.set_back(Duration::from_secs(later));
        hallpass.dynamodb.reset();
        assert_eq!(ask().await, "active", "{later}");
        assert_eq!(hallpass.dynamodb.count("Query"), queries, "{later}");
    }
}

#[tokio::test]
async fn s71_a_signer_asks_every_minute_which_key_signs() {
    let hallpass = Hallpass::start("default").await;
    let parent = hallpass.secret().await;
    let body = json!({"scopes": ["asset:read"]});
    hallpass.derive(&parent, body.clone()).await;
    set_back(&hallpass, 59);
    for (later, queries) in [(0, 0), (1, 1)] {
        hallpass.clock.advance(Duration::from_secs(later));
        hallpass.dynamodb.reset();
        hallpass.derive(&parent, body.clone()).await;
        assert_eq!(hallpass.dynamodb.count("Query"), queries, "{later}");
    }
}

#[tokio::test]
async fn s71_published_keys_are_read_anew_after_10_seconds() {
    let hallpass = Hallpass::start("default").await;
    let ask = async || {
        let reply = hallpass.get("/.well-known/jwks.json").await;
        let keys = reply.body["keys"].as_array().unwrap().len();
        (keys, reply.header("cache-control").to_owned())
    };
    assert_eq!(ask().await, (1, "public, max-age=300".to_owned()));
    let run = KeysRequest::default();
    rotate_keys(&hallpass.platform, &hallpass.keys, &run)
        .await
        .unwrap();
    set_back(&hallpass, 9);
    assert_eq!(ask().await, (1, "public, max-age=291".to_owned()));
    hallpass.clock.advance(Duration::from_secs(1));
    assert_eq!(ask().await, (2, "public, max-age=300".to_owned()));
}

#[tokio::test]
async fn s71_use_is_written_down_after_a_minute() {
    let mut hallpass = Hallpass::start("default").await;
    let body = json!({"kind": "secret", "name": "a server"});
    let token = text(&hallpass.mint(body).await, "token");
    let platform = hallpass.platform.clone().flushing_during_requests();
    hallpass.router = finish(hallpass_local::routes(&hallpass.signer), &platform);
    let present = async || {
        let reply = hallpass.get("/v1/tokens/self").bearer(&token).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    };
    // More than a few, which would wait for others.
    for _ in 0..4 {
        present().await;
    }
    set_back(&hallpass, 59);
    present().await;
    assert_eq!(hallpass.dynamodb.count("PutItem"), 0);
    hallpass.clock.advance(Duration::from_secs(1));
    present().await;
    // It ends only if something is written.
    hallpass.dynamodb.arrived("PutItem", 1).await;
}
