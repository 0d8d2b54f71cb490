//! The description as a page to read.

mod schema;

use schema::{Row, fields};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8884;--accent:#0a6c74}\
@media(prefers-color-scheme:dark){:root{--accent:#5cc6cf}}\
body{font:16px/1.55 system-ui,sans-serif;max-width:62rem;margin:0 auto;padding:2rem 1.25rem 6rem}\
h1{font-size:2rem;margin:0 0 .5rem}h2{margin:3rem 0 .5rem;text-transform:capitalize}\
a{color:var(--accent)}nav{columns:3 17rem;margin:1.5rem 0;font-size:.85rem}\
nav div{break-inside:avoid;margin:0 0 1rem}nav strong{text-transform:capitalize}\
nav a{display:block;padding-left:4rem;text-decoration:none;color:inherit;overflow-wrap:anywhere}\
nav b{display:inline-block;width:4rem;margin-left:-4rem;color:var(--accent);font-size:.8em}\
article{border:1px solid var(--line);border-radius:.6rem;margin:1rem 0;padding:.25rem 1rem 1rem}\
code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere}\
h3{font:600 1rem ui-monospace,monospace;overflow-wrap:anywhere}h3 b{color:var(--accent);margin-right:.6rem}\
table{border-collapse:collapse;width:100%;table-layout:fixed;font-size:.92rem;margin:.4rem 0}\
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-top:1px solid var(--line)}\
th{font-weight:600}th:nth-child(1){width:26%}th:nth-child(2){width:26%}\
.needs{font-size:.9rem;opacity:.8}p{margin:.4rem 0}";

/// The page: no script, nothing loaded from elsewhere.
pub(crate) fn page(description: &Value) -> String {
    let mut by_tag: BTreeMap<&str, Vec<Operation<'_>>> = BTreeMap::new();
    for (path, methods) in entries(description.get("paths")) {
        for (method, operation) in entries(Some(methods)) {
            let tag = operation.pointer("/tags/0").and_then(Value::as_str);
            let operation = Operation {
                method,
                path,
                told: operation,
            };
            by_tag
                .entry(tag.unwrap_or_default())
                .or_default()
                .push(operation);
        }
    }
    let tags = description.get("tags").and_then(Value::as_array);
    let sections: Vec<Section<'_>> = tags
        .into_iter()
        .flatten()
        .filter_map(|tag| {
            let name = tag.get("name").and_then(Value::as_str)?;
            Some(Section {
                name,
                about: prose(tag.get("description")),
                operations: by_tag.remove(name)?,
            })
        })
        .collect();
    let title = text(description.pointer("/info/title"));
    let about = prose(description.pointer("/info/description"));
    let mut page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8>\
         <meta name=viewport content=\"width=device-width\"><title>{title}: the API</title>\
         <style>{STYLE}</style><h1>{title}</h1><p>{about}</p>\
         <p>As OpenAPI: <a href=\"/openapi.json\">/openapi.json</a></p><nav>"
    );
    for section in &sections {
        let _ = write!(page, "<div><strong>{}</strong>", escaped(section.name));
        for operation in &section.operations {
            let (anchor, name) = (operation.anchor(), operation.name());
            let _ = write!(page, "<a href=\"#{anchor}\">{name}</a>");
        }
        page.push_str("</div>");
    }
    page.push_str("</nav>");
    for section in &sections {
        let (name, about) = (escaped(section.name), &section.about);
        let _ = write!(page, "<section><h2>{name}</h2><p>{about}</p>");
        for operation in &section.operations {
            operation.write(description, &mut page);
        }
        page.push_str("</section>");
    }
    write_types(description, &mut page);
    page
}

/// What the tables above name as types, each in an article of its own.
fn write_types(description: &Value, page: &mut String) {
    page.push_str("<section><h2>Types</h2>");
    for (name, schema) in entries(description.pointer("/components/schemas")) {
        let (anchor, name) = (schema::anchor(name), escaped(name));
        let about = prose(schema.get("description"));
        let _ = write!(page, "<article id=\"{anchor}\"><h3>{name}</h3>");
        let shape = schema::shape(Some(schema));
        if !shape.is_empty() && shape != "object" {
            let _ = write!(
                page,
                "<p class=needs>{shape}{}</p>",
                schema::example(schema)
            );
        }
        let _ = write!(page, "<p>{about}</p>");
        table("Field", &fields(Some(schema), description), page);
        page.push_str("</article>");
    }
    page.push_str("</section>");
}

/// The operations of one tag.
struct Section<'a> {
    name: &'a str,
    about: String,
    operations: Vec<Operation<'a>>,
}

struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    told: &'a Value,
}

impl Operation<'_> {
    fn name(&self) -> String {
        let method = self.method.to_ascii_uppercase();
        format!("<b>{}</b>{}", escaped(&method), escaped(self.path))
    }

    fn anchor(&self) -> String {
        escaped(&text(self.told.get("operationId")))
    }

    fn write(&self, description: &Value, page: &mut String) {
        let _ = write!(
            page,
            "<article id=\"{}\"><h3>{}</h3><p>{}</p><p>{}</p>",
            self.anchor(),
            self.name(),
            prose(self.told.get("summary")),
            prose(self.told.get("description")),
        );
        let _ = write!(page, "<p class=needs>{}</p>", self.needs());
        let parameters = self.told.get("parameters").and_then(Value::as_array);
        let parameters: Vec<Row> = parameters
            .into_iter()
            .flatten()
            .map(|parameter| Row::parameter(parameter, description))
            .collect();
        table("Parameters", &parameters, page);
        let body = self
            .told
            .pointer("/requestBody/content/application~1json/schema");
        table("Body", &fields(body, description), page);
        for (status, reply) in entries(self.told.get("responses")) {
            let about = prose(reply.get("description"));
            let _ = write!(page, "<p><code>{}</code> {about}</p>", escaped(status));
            if status != "default" {
                let schema = reply.pointer("/content/application~1json/schema");
                table("Reply", &fields(schema, description), page);
            }
        }
        page.push_str("</article>");
    }

    /// What its caller needs.
    fn needs(&self) -> String {
        let security = self.told.get("security").and_then(Value::as_array);
        let mut ways = security
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .flatten();
        match ways.next() {
            None => "Needs no token.".to_owned(),
            Some((scheme, _)) if scheme != "token" => "Needs a credential of its own.".to_owned(),
            Some((_, scopes)) => {
                let scopes = scopes.as_array().into_iter().flatten();
                let scopes = scopes.map(|scope| format!("<code>{}</code>", text(Some(scope))));
                let scopes: Vec<String> = scopes.collect();
                if scopes.is_empty() {
                    "Needs a token.".to_owned()
                } else {
                    format!("Needs a token with {}.", scopes.join(" and "))
                }
            }
        }
    }
}

fn table(title: &str, rows: &[Row], page: &mut String) {
    if rows.is_empty() {
        return;
    }
    let _ = write!(page, "<table><tr><th>{title}<th>Type<th>");
    for Row { name, shape, about } in rows {
        let _ = write!(page, "<tr><td><code>{name}</code><td>{shape}<td>{about}");
    }
    page.push_str("</table>");
}

fn entries(object: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    let object = object.and_then(Value::as_object).into_iter().flatten();
    object.map(|(name, value)| (name.as_str(), value))
}

fn text(value: Option<&Value>) -> String {
    escaped(value.and_then(Value::as_str).unwrap_or_default())
}

/// A text in which what stands between backticks is code.
fn prose(value: Option<&Value>) -> String {
    let parts = text(value);
    let parts = parts.split('`').enumerate();
    let parts = parts.map(|(place, part)| match place % 2 {
        0 => part.to_owned(),
        _ => format!("<code>{part}</code>"),
    });
    parts.collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
