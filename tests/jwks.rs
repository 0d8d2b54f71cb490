//! What anybody may read: the published keys, and where and what we are.

use hallpass_keys_function::{KeysRequest, rotate_keys};
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Call, Hallpass, ISSUER};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinSet;

const JWKS: &str = "/.well-known/jwks.json";
const SERVER: [&str; 2] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
];
const RESOURCE: &str = "/.well-known/oauth-protected-resource";

fn jwks(hallpass: &Hallpass) -> Call {
    hallpass.get(JWKS)
}

#[tokio::test]
async fn rfc_7517_the_published_keys_and_nothing_else() {
    let hallpass = Hallpass::start("archilogic").await;
    let scheduled = KeysRequest::default();
    let run = rotate_keys(&hallpass.platform, &hallpass.keys, &scheduled).await;
    let run = run.unwrap();
    let reply = jwks(&hallpass).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("cache-control"), "public, max-age=300");
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    assert_eq!(reply.body.as_object().unwrap().len(), 1);
    let keys = reply.body["keys"].as_array().unwrap();
    let mut kids: Vec<&str> = keys
        .iter()
        .map(|key| key["kid"].as_str().unwrap())
        .collect();
    kids.sort_unstable();
    let mut expected = [run.current.unwrap().kid, run.next.unwrap().kid];
    expected.sort();
    assert_eq!(kids, expected);
    for key in keys {
        // RFC 7518 §6.2.2: `d` would be the private half.
        let names: Vec<&String> = key.as_object().unwrap().keys().collect();
        assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
        assert_eq!((&key["use"], &key["alg"]), (&json!("sig"), &json!("ES256")));
    }
}

#[tokio::test]
async fn anybody_may_ask_often_and_the_table_is_read_every_10_seconds() {
    let hallpass = Hallpass::start("archilogic").await;
    for (advance, queries) in [(0, 1), (9_999, 1), (1, 2), (9_999, 2), (1, 3)] {
        hallpass.clock.advance(Duration::from_millis(advance));
        let mut calls = JoinSet::new();
        for _ in 0..20 {
            calls.spawn(jwks(&hallpass).into_future());
        }
        for reply in calls.join_all().await {
            assert_eq!(reply.status, 200);
        }
        assert_eq!(hallpass.dynamodb.calls().len(), queries, "{advance}");
    }
    assert!(hallpass.kms.calls().is_empty());
}

#[tokio::test]
async fn s44_an_outage_is_503_and_never_a_set_without_keys() {
    let mut hallpass = Hallpass::start("archilogic").await;
    for fault in [
        Fault::ServerError,
        Fault::Throttle,
        Fault::Reset,
        Fault::HalfReply,
    ] {
        hallpass.another_instance();
        hallpass.dynamodb.inject(fault.clone().on("Query"));
        for path in [JWKS, SERVER[0], SERVER[1]] {
            let reply = hallpass.get(path).await;
            let answer = reply.answer();
            assert_eq!(answer, (503, "unavailable"), "{path}, {fault:?}");
            assert_eq!(reply.header("cache-control"), "no-store", "{path}");
            assert_eq!(reply.header("retry-after"), "1");
        }
        // It says nothing of keys.
        assert_eq!(hallpass.get(RESOURCE).await.status, 200);
        hallpass.dynamodb.heal();
        let keys = jwks(&hallpass).await.body["keys"].clone();
        assert_eq!(keys.as_array().unwrap().len(), 1);
    }
}

/// A verifier keeps a key for 300 s at most after it was read from the table, through an outage too.
#[tokio::test]
async fn s44_through_an_outage_what_was_read_is_answered_for_as_long_as_it_may_be_kept() {
    let hallpass = Hallpass::start("archilogic").await;
    for path in [JWKS, SERVER[0], SERVER[1]] {
        // Read at the tenth second at the latest, and not again before the next.
        hallpass.clock.advance(Duration::from_secs(300));
        let first = hallpass.get(path).await;
        assert_eq!(first.header("cache-control"), "public, max-age=300");
        hallpass.dynamodb.inject(Fault::ServerError.on("Query"));
        let mut age = 0;
        for later in [9_999, 1, 1, 9_999, 180_000, 99_999, 1] {
            age += later;
            hallpass.clock.advance(Duration::from_millis(later));
            let reply = hallpass.get(path).await;
            let left = (300_000 - age) / 1_000;
            if left == 0 {
                assert_eq!(reply.answer(), (503, "unavailable"), "{path} {age}");
                assert_eq!(reply.header("cache-control"), "no-store", "{path}");
                continue;
            }
            assert_eq!(reply.status, 200, "{path} {age}");
            assert_eq!(reply.body, first.body, "{path} {age}");
            let expected = format!("public, max-age={left}");
            assert_eq!(reply.header("cache-control"), expected, "{path} {age}");
        }
        hallpass.dynamodb.heal();
        let reply = hallpass.get(path).await;
        assert_eq!(reply.header("cache-control"), "public, max-age=300");
    }
}

#[tokio::test]
async fn s44_through_an_outage_the_table_is_asked_every_10_seconds_by_all_together() {
    let hallpass = Hallpass::start("archilogic").await;
    assert_eq!(jwks(&hallpass).await.status, 200);
    hallpass
        .dynamodb
        .inject(Fault::Refuse(400, "AccessDeniedException").on("Query"));
    hallpass.dynamodb.reset();
    for (advance, queries) in [(9_999, 0), (1, 1), (9_999, 1), (1, 2)] {
        hallpass.clock.advance(Duration::from_millis(advance));
        let mut calls = JoinSet::new();
        for _ in 0..20 {
            calls.spawn(jwks(&hallpass).into_future());
        }
        for reply in calls.join_all().await {
            assert_eq!(reply.status, 200);
        }
        assert_eq!(hallpass.dynamodb.count("Query"), queries, "{advance}");
    }
}

/// Between the retirement of a key and the end of its last copy lie 300 s at most.
#[tokio::test]
async fn s55_nobody_is_told_to_keep_a_retired_key_for_more_than_300_seconds() {
    let hallpass = Hallpass::start("archilogic").await;
    for waited in [0, 4, 9] {
        hallpass.clock.advance(Duration::from_secs(10));
        assert_eq!(jwks(&hallpass).await.status, 200);
        // A key that is retired now is answered for a while; whoever asks keeps it no longer.
        hallpass.clock.advance(Duration::from_secs(waited));
        let reply = jwks(&hallpass).await;
        let kept = reply.header("cache-control").rsplit_once('=').unwrap().1;
        assert_eq!(kept.parse::<u64>().unwrap() + waited, 300);
    }
}

#[tokio::test]
async fn rfc_8414_the_server_says_what_there_is() {
    let hallpass = Hallpass::start("archilogic").await;
    let mut documents = Vec::new();
    for path in SERVER {
        let reply = hallpass.get(path).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(reply.header("content-type"), "application/json");
        assert_eq!(reply.header("cache-control"), "public, max-age=300");
        documents.push(reply.body);
    }
    assert_eq!(documents[0], documents[1]);
    let mut document = documents.remove(0);
    let scopes = document.as_object_mut().unwrap().remove("scopes_supported");
    let expected = json!({
        "issuer": ISSUER,
        "jwks_uri": format!("{ISSUER}{JWKS}"),
        "response_types_supported": ["none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    });
    assert_eq!(document, expected);
    let scopes = scopes.unwrap();
    let scopes: Vec<&str> = scopes
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(scopes.contains(&"floor:readPrivate"), "{scopes:?}");
    for management in ["tokens:", "directory:", "activity:", "platform:"] {
        assert!(
            !scopes.iter().any(|scope| scope.starts_with(management)),
            "{scopes:?}"
        );
    }
    // RFC 8414 §3.2: "Claims with zero elements MUST be omitted from the response."
    let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
    assert!(!document.as_object().unwrap().values().any(is_empty));
}

#[tokio::test]
async fn rfc_9728_the_resource_names_its_authorization_server() {
    let hallpass = Hallpass::start("archilogic").await;
    let reply = hallpass.get(RESOURCE).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("cache-control"), "public, max-age=300");
    assert_eq!(reply.body["resource"], ISSUER);
    assert_eq!(reply.body["authorization_servers"], json!([ISSUER]));
    assert_eq!(reply.body["bearer_methods_supported"], json!(["header"]));
    let server = hallpass.get(SERVER[1]).await;
    assert_eq!(
        reply.body["scopes_supported"],
        server.body["scopes_supported"]
    );
}
