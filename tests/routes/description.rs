//! `/openapi.json` against the routes: which there are, whom they answer, what they read and what
//! they reply.

use super::bodies::{fields, good, good_body, with_bodies};
use super::table::{Row, name, public, routes, rows};
use super::world::{World, ask};
use boon::{Compiler, Schemas};
use hallpass_http::Needs;
use http::Method;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const URL: &str = "https://tokens.example/openapi.json";

async fn description(world: &World) -> Value {
    let reply = world.hallpass.get("/openapi.json").await;
    assert_eq!(reply.status, 200);
    reply.body
}

fn operation<'a>(description: &'a Value, row: &Row) -> &'a Value {
    let method = row.method.as_str().to_lowercase();
    &description["paths"][row.template][method]
}

/// The schema behind a reference.
fn resolved<'a>(description: &'a Value, schema: &'a Value) -> &'a Value {
    let path = schema["$ref"].as_str();
    path.map_or(schema, |path| description.pointer(&path[1..]).unwrap())
}

/// The schema of a row's body.
fn body<'a>(description: &'a Value, row: &Row) -> &'a Value {
    let content = &operation(description, row)["requestBody"]["content"];
    resolved(description, &content["application/json"]["schema"])
}

fn names(list: &Value) -> BTreeSet<String> {
    let list = list.as_array().into_iter().flatten();
    list.map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// The names of an operation's parameters that stand in this place.
fn parameters(operation: &Value, place: &str) -> BTreeSet<String> {
    let all = operation["parameters"].as_array().into_iter().flatten();
    let there = all.filter(|parameter| parameter["in"] == place);
    there
        .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn it_describes_the_routes_of_the_table_and_no_others() {
    let description = description(&World::new().await).await;
    let mut described = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            described.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let tabled: BTreeSet<String> = routes().map(name).collect();
    assert_eq!(described, tabled, "left: described, right: the tables'");
}

#[tokio::test]
async fn it_names_the_scopes_that_the_routes_ask_for() {
    let description = description(&World::new().await).await;
    for route in routes() {
        let security = match route.needs {
            Needs::Scope(scope) | Needs::ScopeOrRight(scope) => {
                json!([{"token": [scope.as_str()]}])
            }
            Needs::Operator(scope) => json!([{"token": [scope.as_str(), "platform:operate"]}]),
            Needs::DerivingToken | Needs::Token => json!([{"token": []}]),
            Needs::OwnCredential => json!([{"account": []}, {}]),
            Needs::Nothing => Value::Null,
        };
        let method = route.method.as_str().to_lowercase();
        let operation = &description["paths"][route.path][method];
        assert_eq!(operation["security"], security, "{}", name(route));
    }
}

#[tokio::test]
async fn it_knows_every_parameter() {
    let world = World::new().await;
    let description = description(&world).await;
    for row in rows() {
        let (name, operation) = (row.name(), operation(&description, &row));
        let in_path = row.template.split('{').skip(1);
        let in_path: BTreeSet<String> = in_path
            .map(|rest| rest.split('}').next().unwrap().to_owned())
            .collect();
        assert_eq!(parameters(operation, "path"), in_path, "{name}");
        let keyed = parameters(operation, "header").contains("Idempotency-Key");
        assert_eq!(keyed, row.keyed, "{name}");
        assert_eq!(operation.get("requestBody").is_some(), row.body.is_some());
        // What there is, a route with a query says when it is asked for something else.
        let path = format!("{}?nope=1", world.path(&row));
        let reply = ask(world.call_at(&row, &path).bearer(world.good(&row))).await;
        let known = match reply.code() {
            "invalid_query" => reply.body["detail"].as_str().unwrap(),
            _ => ", expected ",
        };
        let known = known.rsplit_once(", expected ").unwrap().1;
        let known: BTreeSet<String> = known
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect();
        assert_eq!(parameters(operation, "query"), known, "{name}");
    }
}

#[tokio::test]
async fn it_knows_every_field_of_a_body_and_which_must_be_there() {
    let world = World::new().await;
    let description = description(&world).await;
    for row in with_bodies() {
        let (name, schema) = (row.name(), body(&description, &row));
        let known: BTreeSet<String> = fields(&world, &row).await.into_iter().collect();
        let described = schema["properties"].as_object().unwrap().keys();
        assert_eq!(described.cloned().collect::<BTreeSet<_>>(), known, "{name}");
        assert_eq!(schema["additionalProperties"], false, "{name}");
        let required = names(&schema["required"]);
        let whole = good_body(&world, &row);
        for field in &required {
            let mut body = whole.clone();
            body.remove(field).unwrap();
            let reply = ask(good(&world, &row, Value::Object(body).to_string())).await;
            let detail = format!("missing field `{field}`");
            assert_eq!(reply.body["detail"], detail, "{name}");
        }
        let least: Map<String, Value> = whole
            .into_iter()
            .filter(|(field, _)| required.contains(field))
            .collect();
        let reply = ask(good(&world, &row, Value::Object(least).to_string())).await;
        let detail = reply.body["detail"].as_str().unwrap_or_default();
        assert!(!detail.starts_with("missing field"), "{name}: {detail}");
    }
}

#[tokio::test]
async fn it_says_null_where_null_is_taken_and_nowhere_else() {
    let world = World::new().await;
    let description = description(&world).await;
    for row in with_bodies() {
        let schema = body(&description, &row);
        for (field, of_field) in schema["properties"].as_object().unwrap() {
            let said = of_field.to_string().contains("\"null\"");
            let mut body = good_body(&world, &row);
            body.insert(field.clone(), Value::Null);
            let reply = ask(good(&world, &row, Value::Object(body).to_string())).await;
            let refused = reply.status == 422 && reply.body["field"] == **field;
            let about_null = refused && reply.body["detail"].to_string().contains("null");
            assert_eq!(!about_null, said, "{}, {field}: {}", row.name(), reply.body);
        }
    }
}

/// The description's schemas, in which nothing may be that is not described.
struct Described {
    description: Value,
}

impl Described {
    fn new(mut description: Value) -> Self {
        let parts = description["components"]["schemas"].to_string();
        let schemas = description["components"]["schemas"]
            .as_object_mut()
            .unwrap();
        for (name, schema) in schemas {
            // A part of another schema cannot know the fields of the whole.
            let is_part = parts.split("\"allOf\":[").skip(1).any(|rest| {
                rest.starts_with(&format!("{{\"$ref\":\"#/components/schemas/{name}\"}}"))
            });
            let is_object = schema.get("properties").is_some() || schema.get("allOf").is_some();
            if is_object && !is_part {
                schema["unevaluatedProperties"] = json!(false);
            }
        }
        Self { description }
    }

    fn check(&self, name: &str, pointer: &[&str], value: &Value) {
        let pointer: String = pointer
            .iter()
            .map(|part| format!("/{}", part.replace('~', "~0").replace('/', "~1")))
            .collect();
        assert!(self.description.pointer(&pointer).is_some(), "{pointer}");
        let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
        let place = pointer.replace('{', "%7B").replace('}', "%7D");
        compiler
            .add_resource(URL, self.description.clone())
            .unwrap();
        let schema = compiler.compile(&format!("{URL}#{place}"), &mut schemas);
        if let Err(error) = schemas.validate(value, schema.unwrap()) {
            panic!("{name}: {error:#}\n{value:#}");
        }
    }

    fn check_body(&self, row: &Row, value: &Value) {
        let method = row.method.as_str().to_lowercase();
        let at = ["paths", row.template, &method];
        let of_body = ["requestBody", "content", "application/json", "schema"];
        self.check(&row.name(), &[&at[..], &of_body].concat(), value);
    }

    fn check_reply(&self, row: &Row, value: &Value) {
        let (method, status) = (row.method.as_str().to_lowercase(), row.success.to_string());
        let at = ["paths", row.template, &method, "responses", &status];
        let of_reply = ["content", "application/json", "schema"];
        self.check(&row.name(), &[&at[..], &of_reply].concat(), value);
    }
}

#[tokio::test]
async fn bodies_and_replies_are_as_described() {
    let world = World::new().await;
    let described = Described::new(description(&world).await);
    let mut rows = rows();
    // What is made or changed first, so that it is in the lists.
    rows.sort_by_key(|row| row.method == Method::GET);
    for row in rows {
        let documented = &operation(&described.description, &row)["responses"];
        let documented = &documented[row.success.to_string()];
        assert!(documented.is_object(), "{}: {documented}", row.name());
        if row.body.is_some() {
            described.check_body(&row, &Value::Object(good_body(&world, &row)));
        }
        assert_eq!(
            documented.get("content").is_none(),
            row.success == 204,
            "{}",
            row.name()
        );
        if row.success == 204 {
            continue;
        }
        let reply = ask(world.call(&row).bearer(world.good(&row))).await;
        assert_eq!(reply.status, row.success, "{}: {}", row.name(), reply.body);
        described.check_reply(&row, &reply.body);
    }
    let of_docs = ["/", "/docs", "/docs/{asset}"];
    for row in public()
        .iter()
        .filter(|row| !of_docs.contains(&row.template))
    {
        let reply = world.call(row).await;
        described.check_reply(row, &reply.body);
    }
}

fn row(method: Method, template: &str) -> Row {
    let mut rows = rows().into_iter();
    rows.find(|row| row.method == method && row.template == template)
        .unwrap()
}

#[tokio::test]
async fn replies_of_other_shapes_are_as_described() {
    let world = World::new().await;
    let described = Described::new(description(&world).await);
    let hallpass = &world.hallpass;
    let jwt = hallpass
        .derive(&world.secret, json!({"scopes": ["asset:read"]}))
        .await;
    let validate = row(Method::POST, "/v1/tokens/validate");
    for token in [jwt.as_str(), "junk", &world.target, &world.stranger] {
        let body = json!({"token": token, "scope": ["asset:read", {"resource": "asset", "action": "read"}]});
        described.check_body(&validate, &body);
        let reply = hallpass
            .post(validate.template, body)
            .bearer(&world.manager);
        described.check_reply(&validate, &reply.await.body);
    }
    let queries = [
        ("/v1/audit", "verify=true"),
        ("/v1/audit", "limit=1"),
        ("/v1/usage", "group_by=principal"),
        ("/v1/usage", "group_by=token"),
        ("/v1/usage", "group_by=day"),
        ("/v1/tokens", "limit=1"),
        ("/v1/users", "limit=1"),
        ("/v1/folders", "limit=1"),
    ];
    hallpass
        .clock
        .advance(std::time::Duration::from_secs(3_600));
    for (template, query) in queries {
        let row = row(Method::GET, template);
        let reply = hallpass.get(&format!("{template}?{query}"));
        let reply = reply.bearer(&world.manager).await;
        assert_eq!(reply.status, 200, "{template}?{query}: {}", reply.body);
        described.check_reply(&row, &reply.body);
    }
    let problem = hallpass.get("/v1/tokens").await;
    described.check(
        "problem",
        &["components", "schemas", "Problem"],
        &problem.body,
    );
    let asked = json!({"model": "m", "password": "open-sesame"});
    let exchange = ["paths", "/rest/api/v1/token", "post"];
    let of_body = ["requestBody", "content", "application/json", "schema"];
    described.check("exchange", &[&exchange[..], &of_body].concat(), &asked);
    let reply = hallpass.post("/rest/api/v1/token", asked).await;
    let of_reply = ["responses", "200", "content", "application/json", "schema"];
    described.check(
        "exchange",
        &[&exchange[..], &of_reply].concat(),
        &reply.body,
    );
}

/// The checks above can fail.
#[tokio::test]
async fn what_is_not_described_is_found() {
    let world = World::new().await;
    let described = Described::new(description(&world).await);
    let list = row(Method::GET, "/v1/users");
    let fails = |value: Value| {
        let check = || described.check_reply(&list, &value);
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(check)).is_err());
    };
    described.check_reply(&list, &json!({"users": []}));
    fails(json!({"users": [], "more": 1}));
    fails(json!({"users": [{}]}));
    fails(json!({}));
    fails(json!({"users": [], "cursor": null}));
}
