//! Faults of DynamoDB and KMS, at the wire (s44, s45, s53): an outage is 503, never an answer, and
//! nothing is lost or doubled by one.

mod conflict;
mod frozen;
mod lost_reply;
mod outage;
mod routes;
mod unprocessed;

use hallpass_tests::{Call, Reply};
use std::time::Duration;

/// Asserts that a reply is the one answer to any outage: to the byte the same, so that nothing of
/// the cause leaks and nothing reads as a decision.
fn assert_unavailable(what: &str, reply: &Reply) {
    assert_eq!(reply.status, 503, "{what}: {}", reply.body);
    assert_eq!(reply.header("retry-after"), "1", "{what}");
    assert_eq!(
        reply.header("content-type"),
        "application/problem+json",
        "{what}"
    );
    assert_eq!(reply.header("cache-control"), "no-store", "{what}");
    assert_eq!(reply.header("www-authenticate"), "", "{what}");
    insta::allow_duplicates! {
        insta::assert_json_snapshot!(reply.body, @r#"
        {
          "code": "unavailable",
          "detail": "the service cannot answer now: try again in a moment; what was to be made or changed may have been, so repeat it with the same `Idempotency-Key`",
          "status": 503,
          "title": "Service Unavailable",
          "type": "about:blank"
        }
        "#);
    }
}

/// The reply, which comes within 5 real seconds. The timer is one of the runtime that the call
/// runs in: a machine that is busy with something else delays both alike.
async fn within_5_seconds(what: &str, call: Call) -> Reply {
    let reply = tokio::time::timeout(Duration::from_secs(5), call.into_future()).await;
    reply.unwrap_or_else(|_elapsed| panic!("{what} took more than 5 s"))
}
