//! What the authorizer logs: by the gateway's id of the request, and by the route as the catalog has it.

use super::{ask, bearer, first, second};
use hallpass_tests::{Hallpass, Log};
use serde_json::{Value, json};

/// The lines so far of this level.
fn lines(log: &Log, level: &str) -> Vec<Value> {
    let text = log.take();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines
        .filter(|line: &Value| line["level"] == level)
        .collect()
}

#[tokio::test]
async fn a_refusal_says_which_request_which_route_and_whose_token() {
    let hallpass = Hallpass::start("default").await;
    let (id, reader) = hallpass
        .secret_with(json!({"scopes": ["asset:read"]}))
        .await;
    let log = Log::keep();
    let path = "/v1/assets/secretmark";
    for (event, request_id) in [
        (second("PUT", path, &bearer(&reader), ""), "gateway-2"),
        (
            first("PUT", path, &bearer(&reader), &json!({})),
            "gateway-1",
        ),
    ] {
        ask(&hallpass, event).await.unwrap();
        let lines = lines(&log, "INFO");
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!(lines[0]["fields"]["code"], "insufficient_scope");
        assert_eq!(lines[0]["fields"]["status"], 403);
        let request = &lines[0]["span"];
        assert_eq!(request["request_id"], request_id);
        assert_eq!(request["method"], "PUT");
        assert_eq!(request["route"], "PUT /v1/assets/{id}");
        assert_eq!(request["caller"], id);
        assert!(!lines[0].to_string().contains("secretmark"));
    }
    let unknown = second("MARK", "/no/such/secretmark", &bearer(&reader), "");
    ask(&hallpass, unknown).await.unwrap();
    let lines = lines(&log, "INFO");
    assert_eq!(lines[0]["span"]["route"], "unknown");
    assert_eq!(lines[0]["span"]["method"], "unknown");
}

#[tokio::test]
async fn s44_no_answer_is_an_error_with_its_cause() {
    let hallpass = Hallpass::start("default").await;
    let (_, reader) = hallpass
        .secret_with(json!({"scopes": ["asset:read"]}))
        .await;
    hallpass
        .dynamodb
        .inject(hallpass_tests::proxy::Fault::Refuse(
            400,
            "AccessDeniedException",
        ));
    let log = Log::keep();
    let event = second("GET", "/v1/assets/7", &bearer(&reader), "");
    ask(&hallpass, event).await.unwrap_err();
    let lines = lines(&log, "ERROR");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["span"]["request_id"], "gateway-2");
    let causes = lines[0]["fields"]["causes"].as_str().unwrap();
    assert!(causes.contains("AccessDenied"), "{causes}");
}
