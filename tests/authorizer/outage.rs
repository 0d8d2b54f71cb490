//! Where the table does not answer, there is no answer.

use super::{ask, bearer, first, lets_in, second};
use hallpass_authorizer::AuthorizeError;
use hallpass_tests::proxy::{ALL, Fault};
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};
use std::time::Duration;

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
    let user = threekit.user("ann", json!(["asset:read"])).await;
    let group = threekit.group("staff").await;
    threekit.join(&group, &user).await;
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
