//! Malformed bodies of every route that takes one: 400, 413, 415 or 422 that names the field, and
//! nothing written.

use super::table::{Row, rows};
use super::world::{World, ask, takes_body};
use hallpass_tests::{Call, Reply};
use serde_json::{Map, Value, json};

pub fn with_bodies() -> impl Iterator<Item = Row> {
    rows().into_iter().filter(takes_body)
}

pub fn good_body(world: &World, row: &Row) -> Map<String, Value> {
    let body = row.body.unwrap()(world);
    body.as_object().unwrap().clone()
}

/// Every field a route knows, as its own refusal of an unknown one lists them.
pub async fn fields(world: &World, row: &Row) -> Vec<String> {
    let reply = ask(good(world, row, r#"{"nope":1}"#)).await;
    assert_eq!(reply.status, 422, "{}: {}", row.name(), reply.body);
    assert_eq!(reply.body["field"], "nope", "{}", row.name());
    let detail = reply.body["detail"].as_str().unwrap();
    let names = detail.split('`').skip(1).step_by(2);
    let fields: Vec<String> = names
        .filter(|it| *it != "nope")
        .map(str::to_owned)
        .collect();
    assert!(!fields.is_empty(), "{detail}");
    fields
}

pub fn good(world: &World, row: &Row, body: impl Into<Vec<u8>>) -> Call {
    world.call_with(row, body).bearer(world.good(row))
}

#[tokio::test]
async fn what_is_not_json_is_400() {
    let world = World::new().await;
    let before = world.items().await;
    for row in with_bodies() {
        let body = Value::Object(good_body(&world, &row)).to_string();
        let open = &body[..body.len() - 1];
        let bytes = |text: &str| text.as_bytes().to_vec();
        for (name, bytes) in [
            ("empty", vec![]),
            ("cut off", bytes(open)),
            ("a trailing byte", bytes(&format!("{body}x"))),
            ("a second body", bytes(&format!("{body}{body}"))),
            ("a trailing comma", bytes(&format!("{open},}}"))),
            (
                "two byte order marks",
                bytes(&format!("\u{feff}\u{feff}{body}")),
            ),
            ("a byte order mark alone", bytes("\u{feff}")),
            (
                "UTF-16",
                body.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            ),
            ("invalid UTF-8", [open.as_bytes(), b",\"\xff\":1}"].concat()),
            (
                "a lone surrogate",
                bytes(&format!("{open},\"\\ud800\":1}}")),
            ),
            ("a NUL", vec![0]),
            ("blanks", bytes(" \n\t")),
            ("single quotes", bytes("{'a':1}")),
            ("no JSON", bytes("kind=secret")),
            ("a comment", bytes(&format!("/* */{body}"))),
            ("NaN", bytes("NaN")),
        ] {
            let reply = ask(good(&world, &row, bytes)).await;
            assert_eq!(reply.status, 400, "{}, {name}: {}", row.name(), reply.body);
        }
    }
    assert_eq!(world.items().await, before);
}

/// RFC 8259 §8.1 lets a reader ignore it; .NET and PowerShell write one.
#[tokio::test]
async fn a_byte_order_mark_before_the_body_does_not_matter() {
    let world = World::new().await;
    for row in with_bodies() {
        let body = Value::Object(good_body(&world, &row)).to_string();
        let reply = ask(good(&world, &row, format!("\u{feff}{body}"))).await;
        // The same target twice: revoked by an earlier row.
        let fine = reply.status.as_u16() == row.success || reply.code() == "revoked";
        assert!(fine, "{}: {}", row.name(), reply.body);
    }
}

#[tokio::test]
async fn json_that_is_no_object_is_422() {
    let world = World::new().await;
    let before = world.items().await;
    for row in with_bodies() {
        // Serde would take a list of the fields' values in order.
        let values: Vec<Value> = good_body(&world, &row).into_values().collect();
        let list = Value::Array(values).to_string();
        let in_list = format!("[{}]", Value::Object(good_body(&world, &row)));
        let spaced = format!(" \n{list}");
        for body in [
            "[]", "null", "true", "5", "-1", "1.5", "\"x\"", &list, &in_list, &spaced,
        ] {
            let reply = ask(good(&world, &row, body)).await;
            let answer = reply.answer();
            assert_eq!(answer, (422, "invalid_body"), "{}, {body}", row.name());
        }
    }
    assert_eq!(world.items().await, before);
}

#[tokio::test]
async fn another_content_type_is_415() {
    let world = World::new().await;
    let before = world.items().await;
    for row in with_bodies() {
        let body = Value::Object(good_body(&world, &row)).to_string();
        let call = || {
            let call = world.hallpass.call(row.method.clone(), &world.path(&row));
            call.bytes(body.clone()).bearer(world.good(&row))
        };
        let mut calls = vec![call()];
        for media in [
            "",
            "text/plain",
            "text/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/jsonp",
            "application/json5",
            "application/problem+json",
            "json",
            "application/json, text/plain",
            "application /json",
        ] {
            calls.push(call().header("content-type", media));
        }
        calls.push(call().header("content-type", [0xff]));
        for (number, call) in calls.into_iter().enumerate() {
            let reply = ask(call).await;
            let answer = reply.answer();
            assert_eq!(
                answer,
                (415, "unsupported_media_type"),
                "{}, {number}",
                row.name()
            );
        }
    }
    assert_eq!(world.items().await, before);
}

#[tokio::test]
async fn the_content_types_parameters_and_case_do_not_matter() {
    for media in [
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
        " application/json ;x=y",
    ] {
        let world = World::new().await;
        for row in with_bodies() {
            let body = Value::Object(good_body(&world, &row)).to_string();
            let call = world.hallpass.call(row.method.clone(), &world.path(&row));
            let call = call.bytes(body).header("content-type", media);
            let reply = ask(call.bearer(world.good(&row))).await;
            // The same target twice: revoked by an earlier row.
            let fine = reply.status.as_u16() == row.success || reply.code() == "revoked";
            assert!(fine, "{}, {media}: {}", row.name(), reply.body);
        }
    }
}

#[tokio::test]
async fn over_64_kib_is_413_and_64_kib_is_not() {
    let world = World::new().await;
    let padded = |row: &Row, length: usize| {
        let mut body = Value::Object(good_body(&world, row))
            .to_string()
            .into_bytes();
        body.resize(length, b' ');
        good(&world, row, body)
    };
    let before = world.items().await;
    for row in with_bodies() {
        for call in [
            padded(&row, 64 * 1024 + 1),
            padded(&row, 1024 * 1024),
            // Whatever comes: what is announced is refused unread.
            padded(&row, 900).header("content-length", "65537"),
            padded(&row, 64 * 1024 + 1).header("content-length", "2"),
            padded(&row, 64 * 1024 + 1).header("content-length", "-1"),
            padded(&row, 64 * 1024 + 1).header("content-length", "99999999999999999999999"),
        ] {
            let reply = ask(call).await;
            let answer = reply.answer();
            assert_eq!(answer, (413, "body_too_large"), "{}", row.name());
        }
    }
    assert_eq!(world.items().await, before);
    for row in with_bodies() {
        let reply = ask(padded(&row, 64 * 1024)).await;
        let fine = reply.status.as_u16() == row.success || reply.code() == "revoked";
        assert!(fine, "{}: {}", row.name(), reply.body);
    }
}

#[tokio::test]
async fn unknown_doubled_and_missing_fields_are_422_and_named() {
    let world = World::new().await;
    let before = world.items().await;
    for row in with_bodies() {
        let body = good_body(&world, &row);
        let open = Value::Object(body.clone()).to_string();
        let open = &open[..open.len() - 1];
        let named = |reply: Reply, field: &str| {
            let name = row.name();
            assert_eq!(reply.status, 422, "{name}, {field}: {}", reply.body);
            assert_eq!(reply.body["field"], field, "{name}: {}", reply.body);
            assert!(
                reply.body["detail"].as_str().unwrap().contains(field),
                "{}",
                reply.body
            );
        };
        for unknown in ["orgins", "", "__proto__", "Kind", "kind ", "schlüssel"] {
            let body = format!("{open},{}:1}}", json!(unknown));
            named(ask(good(&world, &row, body)).await, unknown);
        }
        for field in fields(&world, &row).await {
            let value = body.get(&field).cloned().unwrap_or(Value::Null);
            let doubled = format!("{{\"{field}\":{value},\"{field}\":{value}}}");
            named(ask(good(&world, &row, doubled)).await, &field);
        }
    }
    for (path, field, body) in [
        ("/v1/tokens", "kind", json!({"name": "x"})),
        ("/v1/tokens", "name", json!({"kind": "secret"})),
        ("/v1/tokens/validate", "token", json!({})),
        ("/v1/accounts", "name", json!({})),
        ("/v1/tokens/temporary", "scopes", json!({})),
    ] {
        let caller = if path.ends_with("temporary") {
            &world.secret
        } else {
            &world.hallpass.root
        };
        let reply = ask(world.hallpass.post(path, body).bearer(caller)).await;
        assert_eq!(reply.status, 422, "{path}: {}", reply.body);
        assert_eq!(reply.body["field"], field, "{path}: {}", reply.body);
    }
    assert_eq!(world.items().await, before);
}

/// JSON that is wrong for nearly every field.
fn wrong_values() -> Vec<String> {
    let mut values: Vec<String> = [
        "true",
        "5",
        "-1",
        "1.5",
        "1e400",
        "-1e400",
        "18446744073709551616",
        "-9223372036854775809",
        "\"\"",
        "\" \"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\udfff\\ud800\"",
        "[]",
        "{}",
        "[null]",
        "[5]",
        "[{}]",
        "[[]]",
        "[\"\"]",
        "{\"a\":1}",
        "{\"\":\"\"}",
        "\"*\"",
        "[\"*\"]",
        "[\"*:*\"]",
        "[{\"resource\":\"a:b\",\"action\":\"c\"}]",
        "[{\"resource\":\"asset\"}]",
        "NaN",
        "nul",
        "'x'",
    ]
    .map(str::to_owned)
    .to_vec();
    values.push(format!("\"{}\"", "x".repeat(30_000)));
    values.push(format!("[{}\"a:b\"]", "\"a:b\",".repeat(9_000)));
    values.push(format!("{}{}", "[".repeat(200), "]".repeat(200)));
    values.push(format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200)));
    values
}

/// What is right after all: small numbers as times, any text as a token to be looked at, and so on.
fn is_right(row: &Row, field: &str, value: &str) -> bool {
    let text = value.starts_with('"') && !value.contains("\\ud");
    match (row.template, field) {
        (_, "expires_in" | "not_before" | "overlap_seconds") => value == "5",
        (_, "metadata") => value == "{}",
        ("/v1/tokens" | "/v1/tokens/{id}", "name") => value == "\"*\"",
        ("/v1/tokens/{id}", "enabled") => value == "true",
        ("/v1/tokens/{id}", "origins" | "ips") => value == "null",
        ("/v1/tokens/validate", "token" | "origin") => text,
        ("/v1/shares" | "/v1/shares/{share}", "password") => text && value.len() <= 1_026,
        ("/v1/users" | "/v1/users/{user}", "username") => value == "\"*\"",
        ("/v1/groups" | "/v1/groups/{group}", "name") => value == "\"*\"",
        ("/app/v1/users", "username") => value == "\"*\"",
        ("/v1/folders" | "/app/v1/folders" | "/app/v1/folders/{folder}/folders", "name") => {
            value == "\"*\""
        }
        _ => false,
    }
}

#[tokio::test]
async fn every_field_of_a_wrong_type_or_value_is_named() {
    let world = World::new().await;
    let before = world.items().await;
    for row in with_bodies() {
        for field in fields(&world, &row).await {
            for value in wrong_values() {
                if is_right(&row, &field, &value) {
                    continue;
                }
                let mut others = good_body(&world, &row);
                if row.template == "/v1/revocations" {
                    others.clear();
                }
                others.remove(&field);
                let others = Value::Object(others).to_string();
                let comma = if others == "{}" { "" } else { "," };
                let body = format!("{{\"{field}\":{value}{comma}{}", &others[1..]);
                let reply = ask(good(&world, &row, body)).await;
                let shown: String = value.chars().take(40).collect();
                let context = format!("{}, `{field}`: {shown}: {}", row.name(), reply.body);
                match reply.status.as_u16() {
                    400 => assert_eq!(reply.code(), "malformed_json", "{context}"),
                    // A text that is no id is no token's id.
                    404 => {
                        assert_eq!(row.template, "/v1/revocations", "{context}");
                        assert!(["id", "made_by"].contains(&&*field), "{context}");
                    }
                    422 if reply.code() == "invalid_body" => {
                        assert_eq!(
                            (row.template, &*field),
                            ("/v1/revocations", "before"),
                            "{context}"
                        );
                    }
                    422 => {
                        let named = reply.body["field"].as_str().unwrap_or_default();
                        let at = named.split(['.', '[']).next();
                        assert_eq!(at, Some(&*field), "{context}");
                    }
                    _ => panic!("{context}"),
                }
                let length = reply.body.to_string().len();
                assert!(
                    length < 2_500,
                    "an answer of {length} bytes: {}",
                    row.name()
                );
            }
        }
    }
    assert_eq!(world.items().await, before);
}
