//! The description and the page that shows it: that they are good as documents. That the
//! description says what the routes do is in `routes/description.rs`.

use boon::{Compiler, Schemas};
use hallpass_tests::{Hallpass, Reply};
use serde_json::Value;
use std::collections::BTreeSet;

const URL: &str = "https://tokens.example/openapi.json";

/// The `OpenAPI` Initiative's own schema of `OpenAPI` 3.1, of 2022-10-07 (Apache-2.0), from
/// <https://spec.openapis.org/oas/3.1/schema/2022-10-07>.
const OPENAPI: &str = include_str!("docs/openapi-3.1.json");

async fn ask(path: &str) -> Reply {
    let hallpass = Hallpass::start("archilogic").await;
    let reply = hallpass.get(path).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("cache-control"), "public, max-age=300");
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    reply
}

async fn description() -> Value {
    let reply = ask("/openapi.json").await;
    assert_eq!(reply.header("content-type"), "application/json");
    reply.body
}

/// Every operation, with its `METHOD path`.
fn operations(description: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            found.push((format!("{} {path}", method.to_uppercase()), operation));
        }
    }
    assert!(found.len() > 60, "{}", found.len());
    found
}

/// Every object below, itself included.
fn objects<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(object) => {
            found.push(value);
            object.values().for_each(|value| objects(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| objects(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn it_is_openapi_3_1_by_the_initiatives_own_schema() {
    let description = description().await;
    let schema: Value = serde_json::from_str(OPENAPI).unwrap();
    let id = schema["$id"].as_str().unwrap().to_owned();
    let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
    compiler.add_resource(&id, schema).unwrap();
    let openapi = compiler.compile(&id, &mut schemas).unwrap();
    if let Err(error) = schemas.validate(&description, openapi) {
        panic!("{error:#}");
    }
    let mut without_info = description;
    without_info.as_object_mut().unwrap().remove("info");
    assert!(schemas.validate(&without_info, openapi).is_err());
}

#[tokio::test]
async fn every_schema_is_one_of_json_schema_2020_12() {
    let description = description().await;
    let schemas = description["components"]["schemas"].as_object().unwrap();
    for name in schemas.keys() {
        let mut compiler = Compiler::new();
        compiler.add_resource(URL, description.clone()).unwrap();
        let place = format!("{URL}#/components/schemas/{name}");
        if let Err(error) = compiler.compile(&place, &mut Schemas::new()) {
            panic!("{name}: {error:#}");
        }
    }
}

#[tokio::test]
async fn every_reference_resolves_and_every_schema_is_referred_to() {
    let description = description().await;
    let mut found = Vec::new();
    objects(&description, &mut found);
    let referred: BTreeSet<&str> = found
        .iter()
        .filter_map(|object| object.get("$ref")?.as_str())
        .collect();
    for path in &referred {
        let pointer = path.strip_prefix('#').unwrap();
        assert!(description.pointer(pointer).is_some(), "{path}");
    }
    for name in description["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
    {
        let path = format!("#/components/schemas/{name}");
        assert!(referred.contains(path.as_str()), "nothing refers to {path}");
    }
}

#[tokio::test]
async fn every_operation_has_an_id_of_its_own_and_a_line_that_says_what_it_does() {
    let description = description().await;
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&description) {
        let id = operation["operationId"].as_str().unwrap();
        let is_plain = id.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        assert!(is_plain && ids.insert(id), "{name}: `{id}`");
        let summary = operation["summary"].as_str().unwrap();
        assert!(
            !summary.is_empty() && !summary.contains('\n') && !summary.ends_with('.'),
            "{name}: `{summary}`"
        );
        let replies = operation["responses"].as_object().unwrap();
        assert!(
            replies.contains_key("default") && replies.len() > 1,
            "{name}"
        );
    }
}

#[tokio::test]
async fn what_stays_in_this_service_is_not_in_it() {
    let text = description().await.to_string();
    assert!(!text.contains("x-null"));
    for hidden in [
        "secret_hash",
        "root_token",
        "cut_off",
        "public_text",
        "version_",
    ] {
        assert!(!text.contains(hidden), "{hidden}");
    }
}

#[tokio::test]
async fn every_operation_says_in_words_which_scopes_its_caller_needs() {
    let description = description().await;
    let mut with_scopes = 0;
    for (name, operation) in operations(&description) {
        let text = operation["description"].as_str().unwrap();
        let Some(ways) = operation["security"].as_array() else {
            assert!(text.ends_with("Needs no token."), "{name}: {text}");
            continue;
        };
        for scope in ways[0]["token"].as_array().into_iter().flatten() {
            let scope = format!("`{}`", scope.as_str().unwrap());
            let needs = text.rsplit_once("Needs a token").unwrap().1;
            assert!(needs.contains(&scope), "{name}: {text}");
            with_scopes += 1;
        }
    }
    assert!(with_scopes > 50, "{with_scopes}");
}

#[tokio::test]
async fn the_address_of_the_deployment_leads_to_the_page() {
    let hallpass = Hallpass::start("archilogic").await;
    let reply = hallpass.get("/").await;
    assert_eq!(reply.status, 307);
    assert_eq!(reply.header("location"), "/docs");
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere_and_runs_no_text_of_its_own() {
    let reply = ask("/docs").await;
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    let policy = reply.header("content-security-policy");
    let mut parts: Vec<&str> = policy.split(';').map(str::trim).collect();
    parts.sort_unstable();
    let expected = [
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "img-src data:",
        "script-src 'self'",
        "style-src 'self'",
    ];
    assert_eq!(parts, expected);
    let page = reply.body.as_str().unwrap().to_lowercase();
    for elsewhere in [
        "http:",
        "https:",
        "\"//",
        "javascript:",
        "http-equiv",
        " on",
        "style=",
        "<style",
    ] {
        assert!(!page.contains(elsewhere), "{elsewhere}");
    }
    for script in page.split("<script").skip(1) {
        let text = script.split_once('>').unwrap().1;
        assert!(text.starts_with("</script>"), "{script}");
    }
}

#[tokio::test]
async fn every_file_of_the_page_is_there_in_a_form_that_browsers_take() {
    let hallpass = Hallpass::start("archilogic").await;
    let page = hallpass.get("/docs").await;
    let page = page.body.as_str().unwrap();
    let paths = page.split('"').filter(|it| it.starts_with("/docs/"));
    let paths: Vec<&str> = paths.collect();
    assert_eq!(paths.len(), 4, "{paths:?}");
    for path in paths {
        let reply = hallpass.get(path).await;
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        // With `nosniff`, a browser takes no script or style of another type.
        let of_type = match path.rsplit_once('.').unwrap().1 {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            other => panic!("{other}"),
        };
        assert_eq!(reply.header("content-type"), of_type, "{path}");
        let large = path.contains("swagger-ui");
        let encoding = if large { "gzip" } else { "" };
        assert_eq!(reply.header("content-encoding"), encoding, "{path}");
        let kept = reply.header("cache-control").contains("immutable");
        assert_eq!(kept, large, "{path}");
    }
    let unknown = hallpass.get("/docs/swagger-ui-bundle.js.map").await;
    assert_eq!(
        (unknown.status.as_u16(), unknown.code()),
        (404, "not_found")
    );
}

#[tokio::test]
async fn s43_the_documents_say_that_an_origin_binds_browsers_only() {
    let description = description().await;
    let rule = &description["components"]["schemas"]["WrittenOriginRule"]["description"];
    let rule = rule.as_str().unwrap();
    assert!(rule.contains("anything but a browser can write any Origin"));
    assert!(include_str!("../README.md").contains("Origin binds browsers"));
}
