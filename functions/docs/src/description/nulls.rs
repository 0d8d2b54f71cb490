//! `null` where there is none. utoipa reads every `Option` as "may be null"; here, a field that may
//! be left out is left out: a request's `null` is refused, and a reply has no such field.

use serde_json::{Map, Value};

/// Fields that may be left out and, with another meaning, be `null`: what a `PATCH` takes away, a
/// model without a password, a token that never expires.
const KEPT: [&str; 6] = [
    "/components/schemas/UpdateRequest/properties/origins",
    "/components/schemas/UpdateRequest/properties/ips",
    "/components/schemas/UserChange/properties/scopes",
    "/components/schemas/ShareRequest/properties/password",
    "/components/schemas/ModelRequest/properties/password",
    "/components/schemas/VisibleToken/properties/expires_at",
];

/// Takes `null` out of all other fields that may be left out, and of parameters and bodies.
pub(super) fn strip(whole: &mut Value) {
    let kept = KEPT.map(|pointer| whole.pointer(pointer).cloned());
    strip_all(whole);
    for (pointer, field) in KEPT.iter().zip(kept) {
        if let (Some(place), Some(field)) = (whole.pointer_mut(pointer), field) {
            *place = field;
        }
    }
}

fn strip_all(value: &mut Value) {
    match value {
        Value::Object(object) => {
            strip_fields(object);
            for name in ["parameters", "requestBody"] {
                if let Some(value) = object.get_mut(name) {
                    each_schema(value, &without_null);
                }
            }
            object.values_mut().for_each(strip_all);
        }
        Value::Array(values) => values.iter_mut().for_each(strip_all),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn strip_fields(object: &mut Map<String, Value>) {
    let required = object.get("required").and_then(Value::as_array).cloned();
    let required = required.unwrap_or_default();
    let fields = object.get_mut("properties").and_then(Value::as_object_mut);
    for (name, field) in fields.into_iter().flatten() {
        if !required.iter().any(|required| required == name) {
            without_null(field);
        }
    }
}

/// Every `schema` below: of each parameter, or of each media type of a body.
fn each_schema(value: &mut Value, act: &impl Fn(&mut Value)) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                if name == "schema" {
                    act(value);
                } else {
                    each_schema(value, act);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| each_schema(value, act)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The schema without `null`, which utoipa writes as one of several types or one of two schemas.
fn without_null(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else {
        return;
    };
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(either)) = schema.get_mut("oneOf") {
        either.retain(|one| one.get("type").is_none_or(|name| name != "null"));
        if let [Value::Object(only)] = either.as_mut_slice() {
            let mut only = std::mem::take(only);
            schema.remove("oneOf");
            schema.append(&mut only);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::strip;
    use serde_json::json;

    #[test]
    fn only_what_may_be_left_out_and_says_nothing_else_loses_it() {
        let null = json!({"oneOf": [{"type": "null"}, {"$ref": "#/x"}], "description": "d"});
        let mut schema = json!({
            "required": ["always"],
            "properties": {
                "text": {"type": ["string", "null"]},
                "named": null,
                "always": {"type": ["string", "null"]},
                "deep": {"properties": {"text": {"type": ["string", "null"]}}},
            },
        });
        schema["properties"]["named"] = null.clone();
        let mut whole = json!({
            "schema": schema,
            "parameters": [{"schema": {"type": ["string", "null"]}}],
            "requestBody": {"content": {"application/json": {"schema": (null)}}},
        });
        strip(&mut whole);
        let named = json!({"$ref": "#/x", "description": "d"});
        assert_eq!(
            whole,
            json!({
                "schema": {
                    "required": ["always"],
                    "properties": {
                        "text": {"type": "string"},
                        "named": named,
                        "always": {"type": ["string", "null"]},
                        "deep": {"properties": {"text": {"type": "string"}}},
                    },
                },
                "parameters": [{"schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": named}}},
            })
        );
    }
}
