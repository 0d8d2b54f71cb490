//! Schemas in words: a name, a type that leads to its own article, and what it is.

use super::{entries, escaped, prose, text};
use serde_json::Value;

/// A row of a table: a name, its type and what it is.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) shape: String,
    pub(super) about: String,
}

impl Row {
    pub(super) fn parameter(parameter: &Value, description: &Value) -> Self {
        let place = text(parameter.get("in"));
        let schema = parameter.get("schema");
        let about = match parameter.get("description") {
            Some(about) => prose(Some(about)),
            None => told(schema, description),
        };
        Self {
            name: text(parameter.get("name")),
            shape: format!("{place}, {}", shape(schema)),
            about,
        }
    }
}

/// The fields of an object's schema, and of what it is made of.
pub(super) fn fields(schema: Option<&Value>, description: &Value) -> Vec<Row> {
    let Some(schema) = schema.map(|schema| resolved(schema, description)) else {
        return Vec::new();
    };
    let parts = ["allOf", "oneOf"].into_iter();
    let parts = parts.filter_map(|name| schema.get(name)?.as_array());
    let mut rows: Vec<Row> = parts
        .flatten()
        .flat_map(|part| fields(Some(part), description))
        .collect();
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for (name, field) in entries(schema.get("properties")) {
        let about = match field.get("description") {
            Some(about) => prose(Some(about)),
            None => told(Some(field), description),
        };
        let optional = if required.contains(&name) {
            ""
        } else {
            ", optional"
        };
        rows.push(Row {
            name: escaped(name),
            shape: format!("{}{optional}", shape(Some(field))),
            about,
        });
    }
    rows
}

/// What the schema behind a reference says of itself, also where it may be `null`.
fn told(schema: Option<&Value>, description: &Value) -> String {
    let Some(schema) = schema else {
        return String::new();
    };
    let one_of = schema.get("oneOf").and_then(Value::as_array);
    let named = one_of
        .into_iter()
        .flatten()
        .find(|schema| schema.get("$ref").is_some());
    let target = resolved(named.unwrap_or(schema), description);
    prose(target.get("description"))
}

fn resolved<'a>(schema: &'a Value, description: &'a Value) -> &'a Value {
    let path = schema.get("$ref").and_then(Value::as_str);
    path.and_then(|path| path.strip_prefix('#'))
        .and_then(|path| description.pointer(path))
        .unwrap_or(schema)
}

/// A schema's type in a word or two.
pub(super) fn shape(schema: Option<&Value>) -> String {
    let Some(schema) = schema else {
        return String::new();
    };
    if let Some(path) = schema.get("$ref").and_then(Value::as_str) {
        let name = path.rsplit('/').next().unwrap_or_default();
        return format!("<a href=\"#{}\">{}</a>", anchor(name), escaped(name));
    }
    if let Some(items) = schema.get("items") {
        return format!("list of {}", shape(Some(items)));
    }
    let parts = schema.get("oneOf").and_then(Value::as_array);
    let parts: Vec<String> = parts
        .into_iter()
        .flatten()
        .map(|part| shape(Some(part)))
        .filter(|part| part != "null")
        .collect();
    if !parts.is_empty() {
        return parts.join(" or ");
    }
    match schema.get("type") {
        Some(Value::String(name)) => escaped(name),
        Some(Value::Array(names)) => {
            let names = names.iter().filter_map(Value::as_str);
            let names: Vec<&str> = names.filter(|name| *name != "null").collect();
            escaped(&names.join(" or "))
        }
        _ => String::new(),
    }
}

/// Where the article of a schema is on the page.
pub(super) fn anchor(name: &str) -> String {
    format!("type-{}", escaped(name))
}

/// The first example of a schema, to stand behind its shape.
pub(super) fn example(schema: &Value) -> String {
    match schema.pointer("/examples/0") {
        None => String::new(),
        Some(Value::String(example)) => format!(", such as <code>{}</code>", escaped(example)),
        Some(example) => format!(", such as <code>{}</code>", escaped(&example.to_string())),
    }
}
