//! The body: every field's form, and that nothing unknown passes.

use crate::mint::{assert_outcomes, management, mint, publishable, secret};
use hallpass_tests::Hallpass;
use serde_json::{Value, json};

const INVALID: u16 = 422;

fn entries(count: usize) -> Value {
    let entries = (0..count).map(|number| (format!("{number:02}"), json!("x")));
    Value::Object(entries.collect())
}

#[tokio::test]
async fn each_field_has_its_form_and_its_boundaries() {
    let hallpass = Hallpass::start("archilogic").await;
    let invalid = |field| Err((INVALID, "invalid_field", field));
    let cases = [
        (json!({"name": "x"}), Ok(())),
        (json!({"name": "é".repeat(100)}), Ok(())),
        (json!({"name": "é".repeat(101)}), invalid("name")),
        (json!({"name": ""}), invalid("name")),
        (json!({"name": " \u{a0}"}), invalid("name")),
        (json!({"name": "a\nb"}), invalid("name")),
        (json!({"name": "a\u{0}b"}), invalid("name")),
        (json!({"name": "a\u{85}b"}), invalid("name")),
        // Looks like `ab`; reads from right to left.
        (json!({"name": "a\u{200b}b"}), invalid("name")),
        (json!({"name": "\u{202e}ab"}), invalid("name")),
        (json!({"name": "名前 ñ 👍"}), Ok(())),
        (json!({"name": 7}), invalid("name")),
        (json!({"name": ["x"]}), invalid("name")),
        (
            json!({"kind": "temporary"}),
            Err((INVALID, "kind_is_derived", "kind")),
        ),
        (
            json!({"kind": "nope"}),
            Err((INVALID, "unknown_kind", "kind")),
        ),
        (
            json!({"kind": "Secret"}),
            Err((INVALID, "unknown_kind", "kind")),
        ),
        (
            json!({"kind": "secret "}),
            Err((INVALID, "unknown_kind", "kind")),
        ),
        (json!({"kind": ""}), Err((INVALID, "unknown_kind", "kind"))),
        (json!({"kind": 1}), invalid("kind")),
        (json!({"scopes": "floor:export"}), invalid("scopes")),
        (json!({"origins": "https://a.example"}), invalid("origins")),
        (json!({"ips": "192.0.2.1"}), invalid("ips")),
        (json!({"expires_in": "3600"}), invalid("expires_in")),
        (json!({"expires_in": 1.5}), invalid("expires_in")),
        // Whole numbers are those of JSON Schema.
        (json!({"expires_in": 3600.0}), Ok(())),
        (json!({"expires_in": 3600.5}), invalid("expires_in")),
        (json!({"expires_in": -3600.0}), invalid("expires_in")),
        (json!({"not_before": 1.8e9}), Ok(())),
        (json!({"expires_in": -1}), invalid("expires_in")),
        (json!({"expires_in": true}), invalid("expires_in")),
        (json!({"not_before": "2027-01-15"}), invalid("not_before")),
        (json!({"not_before": -1}), invalid("not_before")),
        (json!({"metadata": {}}), Ok(())),
        (json!({"metadata": entries(32)}), Ok(())),
        (json!({"metadata": entries(33)}), invalid("metadata")),
        (json!({"metadata": {"four": "é".repeat(2_046)}}), Ok(())),
        (
            json!({"metadata": {"fours": "é".repeat(2_046)}}),
            invalid("metadata"),
        ),
        (json!({"metadata": {"": "x"}}), invalid("metadata")),
        (json!({"metadata": {"x": 1}}), invalid("metadata.x")),
        (
            json!({"metadata": {"x": {"y": "z"}}}),
            invalid("metadata.x"),
        ),
        (json!({"metadata": ["x"]}), invalid("metadata")),
        (json!({"environment": "live"}), invalid("environment")),
        (json!({"environment": "a/b/c"}), invalid("environment")),
        (json!({"environment": "../live"}), invalid("environment")),
        (json!({"environment": "default/"}), invalid("environment")),
        (
            json!({"environment": "default/li ve"}),
            invalid("environment"),
        ),
        (
            json!({"environment": "default#x/live"}),
            invalid("environment"),
        ),
        (json!({"principal": "somebody"}), invalid("principal")),
        (json!({"principal": "usr_short"}), invalid("principal")),
        (
            json!({"principal": "tok_0000000000000000000000"}),
            invalid("principal"),
        ),
        (json!({"account": "acc_short"}), invalid("account")),
        (
            json!({"account": "usr_0000000000000000000000"}),
            invalid("account"),
        ),
        // Beyond 128 bits.
        (
            json!({"account": "acc_zzzzzzzzzzzzzzzzzzzzzz"}),
            invalid("account"),
        ),
    ];
    let cases = cases.map(|(change, expected)| (secret(change), expected));
    assert_outcomes(&hallpass, &hallpass.root, cases).await;
}

#[tokio::test]
async fn what_is_unknown_missing_or_twice_there_is_refused_by_name() {
    let hallpass = Hallpass::start("archilogic").await;
    // Each looks as if it bound the token to something.
    for unknown in [
        "origin",
        "Origins",
        "ip",
        "scope",
        "expiresIn",
        "expires_at",
        "enabled",
        "id",
        "minted_by",
    ] {
        for body in [
            secret(json!({unknown: "x"})),
            publishable(json!({unknown: []})),
            management(json!({unknown: 1})),
        ] {
            let reply = mint(&hallpass, &hallpass.root, body).await;
            assert_eq!(reply.status, INVALID, "{unknown}");
            let detail = reply.body["detail"].as_str().unwrap();
            assert!(
                detail.contains(&format!("unknown field `{unknown}`")),
                "{detail}"
            );
            assert_eq!(reply.body["field"], unknown);
        }
    }
    for missing in ["kind", "name"] {
        let reply = mint(&hallpass, &hallpass.root, secret(json!({missing: null}))).await;
        assert_eq!(reply.status, INVALID);
        let detail = reply.body["detail"].as_str().unwrap();
        assert!(
            detail.contains(&format!("missing field `{missing}`")),
            "{detail}"
        );
        assert_eq!(reply.refusal(), (INVALID, "invalid_field", missing));
    }
    for (body, expected) in [
        // The second list would win, or the first: neither is what the reader of one of them thinks.
        (
            r#"{"kind":"secret","name":"a","ips":["192.0.2.1"],"ips":["198.51.100.1"]}"#,
            (INVALID, "invalid_field", "ips"),
        ),
        (
            r#"{"kind":"secret","name":"a","metadata":{},"metadata":{}}"#,
            (INVALID, "invalid_field", "metadata"),
        ),
        (
            r#"{"kind":"secret","name":"a","metadata":{"team":"one","team":"two"}}"#,
            (INVALID, "invalid_field", "metadata"),
        ),
        (r#"["secret","a"]"#, (INVALID, "invalid_body", "")),
        (r#"[["secret","a"]]"#, (INVALID, "invalid_body", "")),
        (r#""secret""#, (INVALID, "invalid_body", "")),
        ("null", (INVALID, "invalid_body", "")),
        (
            r#"{"kind":"secret","name":"a"} {}"#,
            (400, "malformed_json", ""),
        ),
        (
            r#"{"kind":"secret","name":"a""#,
            (400, "malformed_json", ""),
        ),
        (r#"{'kind':'secret'}"#, (400, "malformed_json", "")),
        ("", (400, "missing_body", "")),
    ] {
        let call = hallpass.call(http::Method::POST, "/v1/tokens");
        let call = call.header("content-type", "application/json").bytes(body);
        let reply = call.bearer(&hallpass.root).await;
        assert_eq!(reply.refusal(), expected, "{body} {}", reply.body);
    }
}

#[tokio::test]
async fn a_null_binds_a_token_to_nothing_and_is_refused() {
    let hallpass = Hallpass::start("archilogic").await;
    for field in [
        "scopes",
        "origins",
        "ips",
        "expires_in",
        "not_before",
        "environment",
        "principal",
        "metadata",
        "account",
        "kind",
        "name",
    ] {
        let mut body = management(json!({}));
        body[field] = Value::Null;
        let reply = mint(&hallpass, &hallpass.root, body).await;
        assert_eq!(reply.refusal(), (INVALID, "invalid_field", field));
    }
    let body = json!([{"resource": "floor", "action": "update", "path": null}]);
    let reply = mint(&hallpass, &hallpass.root, secret(json!({"scopes": body}))).await;
    assert_eq!(
        reply.refusal(),
        (INVALID, "invalid_field", "scopes[0].path")
    );
}

#[tokio::test]
async fn who_is_asked_before_what() {
    let hallpass = Hallpass::start("archilogic").await;
    let weak = hallpass.secret().await;
    hallpass.dynamodb.reset();
    for body in [json!({}), json!({"kind": "nope"}), secret(json!({}))] {
        let anonymous = hallpass.post("/v1/tokens", body.clone()).await;
        assert_eq!(anonymous.refusal(), (401, "unauthenticated", ""));
    }
    assert_eq!(
        hallpass.dynamodb.calls().len(),
        0,
        "an anonymous mint reads nothing"
    );
    let reply = mint(&hallpass, &weak, secret(json!({}))).await;
    assert_eq!(reply.refusal(), (403, "insufficient_scope", ""));
    assert!(
        reply
            .header("www-authenticate")
            .contains("scope=\"tokens:mint\"")
    );
    assert_eq!(hallpass.dynamodb.count("TransactWriteItems"), 0);
}
