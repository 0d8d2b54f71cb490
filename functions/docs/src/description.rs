//! The whole API's description: the functions' own, and what all of them share.

use hallpass_core::id_pattern;
use hallpass_http::ProblemSchema;
use serde_json::{Map, Value, json};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

/// What there is, in the order in which it is read.
const TAGS: [(&str, &str); 10] = [
    ("tokens", "Making, listing, changing and rotating tokens."),
    (
        "revocations",
        "Ending tokens, and everything of an account, environment or principal.",
    ),
    ("validation", "May this token do this, to this, from here?"),
    ("exchange", "Tokens for a key or a password."),
    (
        "directory",
        "Accounts, environments, users, service accounts and groups.",
    ),
    ("folders", "Folders, and who may do what with them."),
    (
        "sharing",
        "Models that anybody may look at, maybe with a password.",
    ),
    ("activity", "What tokens were used for, and who did what."),
    ("keys", "What JWTs are verified with. Needs no token."),
    ("docs", "What you are reading. Needs no token."),
];

/// What every function says of itself.
fn functions() -> [OpenApi; 12] {
    [
        hallpass_mint::Api::openapi(),
        hallpass_temporary::Api::openapi(),
        hallpass_revoke::Api::openapi(),
        hallpass_validate::Api::openapi(),
        hallpass_rotate::Api::openapi(),
        hallpass_list::Api::openapi(),
        hallpass_update::Api::openapi(),
        hallpass_exchange::Api::openapi(),
        hallpass_directory::Api::openapi(),
        hallpass_activity::Api::openapi(),
        hallpass_jwks::Api::openapi(),
        crate::Api::openapi(),
    ]
}

/// The description as JSON (`OpenAPI` 3.1).
#[must_use]
pub fn description() -> Value {
    let mut whole = ProblemSchema::openapi();
    for function in functions() {
        whole.merge(function);
    }
    let mut whole = serde_json::to_value(whole).unwrap_or_default();
    set(&mut whole, "info", info());
    set(&mut whole, "tags", tags());
    if let Some(components) = whole.get_mut("components") {
        set(components, "securitySchemes", security_schemes());
    }
    let paths = whole.get_mut("paths").and_then(Value::as_object_mut);
    for operation in paths
        .into_iter()
        .flatten()
        .flat_map(|(_, path)| operations(path))
    {
        if let Some(responses) = operation.get_mut("responses") {
            set(responses, "default", problem());
        }
        say_what_it_needs(operation);
    }
    if let Some(revocation) = whole.pointer_mut("/components/schemas/RevocationRequest") {
        set(revocation, "oneOf", what_is_revoked());
    }
    whole
}

/// The body of `POST /v1/revocations` names one thing: a rule between fields, which no attribute says.
fn what_is_revoked() -> Value {
    let without = |fields: &[&str]| {
        let fields = fields.iter().map(|field| json!({"required": [field]}));
        json!({"anyOf": fields.collect::<Vec<Value>>()})
    };
    json!([
        {"required": ["token"], "maxProperties": 1},
        {"required": ["made_by"], "maxProperties": 1},
        {
            "required": ["id"],
            "not": without(&["token", "made_by", "principal", "before", "account", "environment"]),
        },
        // Only a JWT needs to be told where it lives: of other tokens, the table knows.
        {
            "required": ["id"],
            "properties": {"id": {"pattern": format!("^{}$", id_pattern("jwt"))}},
            "anyOf": [{"required": ["account"]}, {"required": ["environment"]}],
            "not": without(&["token", "made_by", "principal", "before"]),
        },
        {
            "required": ["principal"],
            "properties": {"principal": {"pattern": "^(usr|svc)_"}},
            "not": without(&["token", "made_by", "id"]),
        },
        // An account is named by itself.
        {
            "required": ["principal"],
            "properties": {"principal": {"pattern": "^acc_"}},
            "not": without(&["token", "made_by", "id", "account", "environment"]),
        },
        {
            "anyOf": [{"required": ["account"]}, {"required": ["environment"]}],
            "not": without(&["token", "made_by", "id", "principal"]),
        },
    ])
}

fn info() -> Value {
    json!({
        "title": "Hallpass",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Access tokens for an API platform: publishable, secret, temporary and user \
                        tokens, account-key and password exchange, and one validation that answers \
                        whether this token may do this, to this, from here. Times are Unix seconds. \
                        Unknown fields are refused by name. Errors are problem+json (RFC 9457) with \
                        a stable `code`. Where `account` and `environment` can be named, the \
                        caller's own stand in for what is left out; the operator may name any.",
        "license": {"name": "MIT OR Apache-2.0"},
    })
}

fn tags() -> Value {
    let tags = TAGS.iter();
    tags.map(|(name, about)| json!({"name": name, "description": about}))
        .collect()
}

fn security_schemes() -> Value {
    json!({
        "token": {
            "type": "http", "scheme": "bearer",
            "description": "A Hallpass token. The catalog's kinds may be presented in other positions \
                            as well: a query parameter such as `pubtoken`, a header such as \
                            `api_key`.",
        },
        "account": {
            "type": "http", "scheme": "basic",
            "description": "Account name and API key (RFC 7617).",
        },
    })
}

fn problem() -> Value {
    json!({
        "description": "What is wrong, and what to do about it.",
        "content": {"application/problem+json": {
            "schema": {"$ref": "#/components/schemas/Problem"},
        }},
    })
}

/// Adds to an operation's description the scopes that its caller needs: no viewer shows those of
/// an HTTP scheme.
fn say_what_it_needs(operation: &mut Value) {
    let security = operation.get("security").and_then(Value::as_array);
    let scopes = match security.and_then(|ways| ways.first()) {
        None => return append(operation, "Needs no token."),
        Some(way) => way.get("token").and_then(Value::as_array),
    };
    // Another scheme than a token is what the operation's own description is about.
    let Some(scopes) = scopes else { return };
    let scopes = scopes.iter().filter_map(Value::as_str);
    let scopes: Vec<String> = scopes.map(|scope| format!("`{scope}`")).collect();
    if scopes.is_empty() {
        append(operation, "Needs a token.");
    } else {
        let needs = format!("Needs a token with {}.", scopes.join(" and "));
        append(operation, &needs);
    }
}

/// Adds a paragraph to an operation's description.
fn append(operation: &mut Value, paragraph: &str) {
    let before = operation.get("description").and_then(Value::as_str);
    let whole = match before {
        Some(before) if !before.is_empty() => format!("{before}\n\n{paragraph}"),
        _ => paragraph.to_owned(),
    };
    set(operation, "description", whole.into());
}

fn operations(path: &mut Value) -> impl Iterator<Item = &mut Value> {
    let methods = path.as_object_mut().into_iter().flatten();
    methods.map(|(_, operation)| operation)
}

fn set(object: &mut Value, name: &str, value: Value) {
    object
        .as_object_mut()
        .unwrap_or(&mut Map::new())
        .insert(name.to_owned(), value);
}

#[cfg(test)]
mod tests {
    use super::{TAGS, description, functions};
    use serde_json::Value;
    use std::collections::BTreeMap;

    #[test]
    fn no_two_functions_mean_different_things_by_one_name() {
        let mut schemas = BTreeMap::new();
        for function in functions() {
            for (name, schema) in function.components.unwrap_or_default().schemas {
                let known = schemas.entry(name.clone()).or_insert(schema.clone());
                assert!(*known == schema, "`{name}`");
            }
        }
    }

    /// utoipa takes every `Option` for one that may be `null`. Here, a field that may be left out is
    /// left out, and says `#[schema(nullable = false)]`: a request's `null` is refused, and no reply
    /// has such a field.
    #[test]
    fn null_is_only_where_it_has_a_meaning_of_its_own() {
        let mut found = Vec::new();
        find_nulls(&description(), "", &mut found);
        let of_schemas = found.iter().map(|pointer| {
            let pointer = pointer.strip_prefix("/components/schemas/");
            pointer.unwrap_or_else(|| panic!("{pointer:?} of {found:?}"))
        });
        let expected = [
            "ModelRequest/properties/password",
            "PasswordRequest/properties/password",
            "ShareRequest/properties/password",
            "TokenView/properties/expires_at/oneOf/1",
            "UpdateRequest/properties/ips",
            "UpdateRequest/properties/origins",
            "UserChange/properties/scopes",
            "Verification/properties/head/oneOf/1",
            "VisibleToken/properties/expires_at/oneOf/1",
        ];
        assert_eq!(of_schemas.collect::<Vec<_>>(), expected);
    }

    /// The JSON pointers of all schemas that take `null`.
    fn find_nulls(value: &Value, place: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                let types = object.get("type").map(Value::to_string);
                if types.is_some_and(|types| types.contains("\"null\"")) {
                    found.push(place.to_owned());
                }
                for (name, value) in object {
                    find_nulls(value, &format!("{place}/{name}"), found);
                }
            }
            Value::Array(values) => {
                for (index, value) in values.iter().enumerate() {
                    find_nulls(value, &format!("{place}/{index}"), found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    #[test]
    fn every_operation_is_of_a_tag_and_every_tag_has_some() {
        let description = description();
        let mut used: Vec<&str> = Vec::new();
        for path in description["paths"].as_object().unwrap().values() {
            for operation in path.as_object().unwrap().values() {
                let tags = operation["tags"].as_array().unwrap();
                assert_eq!(tags.len(), 1, "{operation}");
                used.push(tags[0].as_str().unwrap());
            }
        }
        used.sort_unstable();
        used.dedup();
        let mut known = TAGS.map(|(name, _)| name);
        known.sort_unstable();
        assert_eq!(used, known);
    }
}
