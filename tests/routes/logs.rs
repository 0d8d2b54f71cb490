//! What is logged: a failure once, and never a token, a query string or an Origin.

use super::table::rows;
use super::world::{PARAMETERS, World, ask, takes_body};
use aws_sdk_kms::primitives::{DateTime, DateTimeFormat};
use hallpass_bootstrap::{BootstrapRequest, bootstrap};
use hallpass_keys::KeySort;
use hallpass_keys_function::{KeysRequest, rotate_keys};
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Hallpass, Log};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

/// What must never be seen: whole tokens, their secret part, and marks put into requests.
fn forbidden(world: &World) -> Vec<String> {
    let mut forbidden = Vec::new();
    for token in [
        &world.hallpass.root,
        &world.manager,
        &world.stranger,
        &world.secret,
        &world.target,
    ] {
        forbidden.extend(secrets(token));
    }
    for mark in [
        "querymark",
        "originmark",
        "bodymark",
        "headermark",
        "METHODMARK",
        "pubtoken",
    ] {
        forbidden.push(mark.to_owned());
    }
    forbidden
}

/// Calls of every route that fail in every way, with secrets and marks everywhere.
async fn fail_everywhere(world: &World) {
    let origin = "https://originmark.example";
    for row in rows() {
        let path = world.path(&row);
        let marked = format!("{path}?pubtoken={}&querymark=1", world.stranger);
        for token in [
            &world.hallpass.root,
            &world.manager,
            &world.stranger,
            &world.secret,
        ] {
            ask(world.call_at(&row, &marked).origin(origin)).await;
            ask(world.call_at(&row, &marked).origin(origin).bearer(token)).await;
            let junk = world.call(&row).origin(origin);
            ask(junk.header("authorization", format!("headermark {token}"))).await;
            let method = "METHODMARK".parse().unwrap();
            ask(world.hallpass.call(method, &marked).bearer(token)).await;
            ask(world
                .hallpass
                .get(&format!("/{token}/querymark"))
                .bearer(token))
            .await;
            let path = PARAMETERS
                .iter()
                .fold(row.template.to_owned(), |path, it| path.replace(it, token));
            ask(world.call_at(&row, &path).bearer(token)).await;
            if takes_body(&row) {
                for body in [
                    json!({"bodymark": token}).to_string(),
                    json!({token: "bodymark"}).to_string(),
                    json!({"token": {"bodymark": token}}).to_string(),
                    format!("{{\"token\":\"{token}\" bodymark"),
                ] {
                    ask(world
                        .call_with(&row, body)
                        .bearer(token)
                        .header("x", "headermark"))
                    .await;
                }
            }
        }
    }
}

#[tokio::test]
async fn s19_s32_no_log_line_holds_a_token_a_query_or_an_origin() {
    let world = World::new().await;
    let log = Log::keep();
    fail_everywhere(&world).await;
    let text = log.take();
    let ours: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("request_id"))
        .collect();
    assert!(ours.len() > 500, "only {} lines", ours.len());
    for forbidden in forbidden(&world) {
        let line = text.lines().find(|line| line.contains(&forbidden));
        assert_eq!(line, None, "holds `{forbidden}`");
    }
}

/// The secret parts of a token: of one of ours all behind its id, of a JWT what it says and its
/// signature.
fn secrets(token: &str) -> Vec<String> {
    let jwt: Vec<&str> = token.trim_start_matches("Bearer ").split('.').collect();
    match jwt[..] {
        [_, payload, signature] => vec![payload.to_owned(), signature.to_owned()],
        _ => vec![token.rsplit_once('_').unwrap().1[22..65].to_owned()],
    }
}

/// The texts of tokens in a reply, wherever they stand.
fn shown(body: &Value) -> Vec<&str> {
    const FIELDS: [&str; 3] = ["token", "authorization", "user_token"];
    match body {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match value.as_str() {
                // The log of use names a token's id, in a field of the same name.
                Some(text) if FIELDS.contains(&name.as_str()) && !text.starts_with("tok_") => {
                    vec![text]
                }
                _ => shown(value),
            })
            .collect(),
        Value::Array(values) => values.iter().flat_map(shown).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn s19_s32_no_log_line_of_a_call_that_succeeds_holds_a_secret() {
    let mut world = World::new().await;
    let log = Log::keep();
    let mut shown_at_all = 0;
    for row in rows() {
        let name = row.name();
        let call = async |world: &World| {
            log.take();
            let call = world.call(&row).bearer(world.good(&row));
            ask(call.header("idempotency-key", "key-mark-of-a-call")).await
        };
        let mut reply = call(&world).await;
        if reply.status != row.success {
            // The rows before ended what it is about, or did it already.
            world = World::new().await;
            reply = call(&world).await;
        }
        assert_eq!(reply.status, row.success, "{name}: {}", reply.body);
        let text = log.take();
        assert!(text.contains("request_id"), "{name}");
        let tokens = shown(&reply.body);
        shown_at_all += tokens.len();
        let mut forbidden = secrets(world.good(&row));
        forbidden.extend(tokens.into_iter().flat_map(secrets));
        // A token that is asked about, a password, and what only the caller knows.
        forbidden.extend(secrets(&world.target));
        forbidden.extend(["open-sesame", "key-mark-of-a-call"].map(str::to_owned));
        for forbidden in forbidden {
            let line = text.lines().find(|line| line.contains(&forbidden));
            assert_eq!(line, None, "{name}: holds `{forbidden}`");
        }
    }
    assert!(shown_at_all >= 5, "{shown_at_all} replies show a token");
}

#[tokio::test]
async fn s19_no_log_line_of_the_operators_calls_holds_a_secret() {
    let log = Log::keep();
    for wrapped in [false, true] {
        let hallpass = Hallpass::start_signing("default", KeySort::P256, wrapped).await;
        let again = BootstrapRequest { recover: true };
        let again = bootstrap(&hallpass.platform, &hallpass.keys, again).await;
        let again = again.unwrap().token.expose_secret().to_owned();
        let retired = hallpass.platform.store.key_rows().await.unwrap().remove(0);
        let request = KeysRequest {
            retire: Some(retired.kid),
            ..KeysRequest::default()
        };
        rotate_keys(&hallpass.platform, &hallpass.keys, &request)
            .await
            .unwrap();
        let text = log.take();
        assert!(!text.is_empty());
        for token in [&hallpass.root, &again] {
            for secret in secrets(token) {
                let line = text.lines().find(|line| line.contains(&secret));
                assert_eq!(line, None, "wrapped: {wrapped}");
            }
        }
    }
}

#[tokio::test]
async fn s44_a_failure_is_logged_once_with_its_cause_and_told_to_nobody() {
    let world = World::new().await;
    let log = Log::keep();
    for row in rows() {
        world
            .hallpass
            .dynamodb
            .inject(Fault::Refuse(400, "AccessDeniedException"));
        log.take();
        let reply = world.call(&row).bearer(world.good(&row)).await;
        world.hallpass.dynamodb.heal();
        assert_eq!(reply.answer(), (503, "unavailable"), "{}", row.name());
        assert_eq!(reply.header("retry-after"), "1", "{}", row.name());
        assert_eq!(reply.header("content-type"), "application/problem+json");
        assert!(
            !reply.body.to_string().contains("AccessDenied"),
            "{}",
            reply.body
        );
        let text = log.take();
        let ours = |line: &&str| line.contains("request_id") && line.contains("\"ERROR\"");
        let errors: Vec<Value> = text
            .lines()
            .filter(ours)
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(errors.len(), 1, "{}: {text}", row.name());
        let request = &errors[0]["span"];
        assert_eq!(request["request_id"], reply.header("x-request-id"));
        assert_eq!(request["route"], row.template);
        assert_eq!(request["method"], row.method.as_str());
        let causes = errors[0]["fields"]["causes"].as_str().unwrap();
        assert!(causes.contains("AccessDenied"), "{causes}");
        for forbidden in forbidden(&world) {
            assert!(
                !text.contains(&forbidden),
                "{}: holds `{forbidden}`",
                row.name()
            );
        }
    }
}

/// Lambda filters lines by level only where they have both of these (`ApplicationLogLevel`).
#[tokio::test]
async fn every_line_has_a_time_and_a_level_as_lambda_reads_them() {
    let world = World::new().await;
    let log = Log::keep();
    ask(world.hallpass.get("/v1/tokens/self")).await;
    let text = log.take();
    assert!(!text.is_empty());
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let time = line["timestamp"].as_str().unwrap();
        let parsed = DateTime::from_str(time, DateTimeFormat::DateTime);
        assert!(parsed.is_ok(), "{time}");
        let levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];
        let level = line["level"].as_str().unwrap();
        assert!(levels.contains(&level), "{level}");
    }
}

/// What did this caller do, and what was it refused: both by the id of its token.
#[tokio::test]
async fn an_act_is_logged_with_its_request_and_whose_token_did_it() {
    let world = World::new().await;
    let hallpass = &world.hallpass;
    let of = |fields: &Value| fields["fields"]["message"].clone();
    let (id, token) = hallpass
        .minted(json!({"kind": "management", "name": "m", "scopes": ["tokens:mint", "asset:read"]}))
        .await;
    let log = Log::keep();
    let body = json!({"kind": "secret", "name": "made", "scopes": ["asset:read"]});
    let made = ask(hallpass.post("/v1/tokens", body).bearer(&token)).await;
    ask(hallpass.get("/v1/audit").bearer(&token)).await;
    let text = log.take();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let lines: Vec<Value> = lines
        .filter(|line: &Value| line["level"] == "INFO")
        .collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert_eq!(of(&lines[0]), "done");
    assert_eq!(lines[0]["fields"]["action"], "mint");
    assert_eq!(lines[0]["fields"]["by"], id);
    assert_eq!(lines[0]["fields"]["subject"], made.body["id"]);
    assert_eq!(lines[0]["span"]["request_id"], made.header("x-request-id"));
    assert_eq!(lines[0]["span"]["route"], "/v1/tokens");
    assert_eq!(of(&lines[1]), "refused");
    assert_eq!(lines[1]["fields"]["code"], "insufficient_scope");
    for line in &lines {
        assert_eq!(line["span"]["caller"], id);
    }
}
