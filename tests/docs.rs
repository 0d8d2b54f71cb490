//! The description and the page: that they are good as documents. That they say what the routes do
//! is in `routes/description.rs`.

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
async fn the_page_is_complete_in_itself() {
    let reply = ask("/docs").await;
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    let policy = reply.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("script"), "{policy}");
    let page = reply.body.as_str().unwrap();
    let lower = page.to_lowercase();
    for loaded in [
        "<script",
        "src=",
        "<link",
        "<iframe",
        "<img",
        "<object",
        "<embed",
        "@import",
        "url(",
        "href=http",
        "href=\"http",
        "href=\"//",
        "http-equiv",
        "javascript:",
        " onload",
        " onclick",
    ] {
        assert!(!lower.contains(loaded), "{loaded}");
    }
    let hrefs = lower.split("href=\"").skip(1);
    for href in hrefs.map(|rest| rest.split('"').next().unwrap()) {
        let is_own = href == "/openapi.json" || href.starts_with('#');
        assert!(is_own, "{href}");
        if let Some(anchor) = href.strip_prefix('#') {
            assert!(lower.contains(&format!("id=\"{anchor}\"")), "{href}");
        }
    }
    assert!(!page.contains('`'), "what stands between backticks is code");
}

#[tokio::test]
async fn the_page_names_every_operation_every_field_and_every_scope() {
    let description = description().await;
    let reply = ask("/docs").await;
    let page = reply.body.as_str().unwrap();
    for (name, operation) in operations(&description) {
        let (method, path) = name.split_once(' ').unwrap();
        let heading = format!("<h3><b>{method}</b>{path}</h3>");
        let article = page.split("<article").find(|it| it.contains(&heading));
        let article = article.unwrap_or_else(|| panic!("{name}"));
        for parameter in operation["parameters"].as_array().unwrap_or(&Vec::new()) {
            let name = parameter["name"].as_str().unwrap();
            assert!(
                article.contains(&format!("<code>{name}</code>")),
                "{heading}, {name}"
            );
        }
        for requirement in operation["security"].as_array().unwrap_or(&Vec::new()) {
            for scope in requirement["token"].as_array().unwrap_or(&Vec::new()) {
                let scope = scope.as_str().unwrap();
                assert!(
                    article.contains(&format!("<code>{scope}</code>")),
                    "{heading}, {scope}"
                );
            }
        }
        let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
        let Some(path) = body.as_str() else { continue };
        let schema = description.pointer(&path[1..]).unwrap();
        for field in schema["properties"].as_object().unwrap().keys() {
            assert!(
                article.contains(&format!("<code>{field}</code>")),
                "{heading}, {field}"
            );
        }
    }
}

#[tokio::test]
async fn the_page_tells_of_every_type_and_leads_to_it() {
    let description = description().await;
    let reply = ask("/docs").await;
    let page = reply.body.as_str().unwrap();
    for (name, schema) in description["components"]["schemas"].as_object().unwrap() {
        let heading = format!("<article id=\"type-{name}\"><h3>{name}</h3>");
        let article = page
            .split_once(&heading)
            .unwrap_or_else(|| panic!("{name}"));
        let article = article.1.split("</article>").next().unwrap();
        for field in schema["properties"].as_object().into_iter().flatten() {
            let field = format!("<code>{}</code>", field.0);
            assert!(article.contains(&field), "{name}, {field}");
        }
    }
    // `tokens` is a list of them: what one holds must be a click away.
    assert!(page.contains("list of <a href=\"#type-TokenView\">TokenView</a>"));
}

#[tokio::test]
async fn s43_the_documents_say_that_an_origin_binds_browsers_only() {
    let description = description().await;
    let rule = &description["components"]["schemas"]["WrittenOriginRule"]["description"];
    let page = ask("/docs").await.body.as_str().unwrap().to_owned();
    for text in [rule.as_str().unwrap(), &page] {
        assert!(text.contains("anything but a browser can write any Origin"));
    }
    assert!(include_str!("../README.md").contains("Origin binds browsers"));
}
