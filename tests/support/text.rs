//! Texts and JSON: fields of replies, bodies of requests, the parts of a JWT.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering};

/// A name that nothing has yet.
pub fn new_name() -> String {
    static NAMES: AtomicU64 = AtomicU64::new(0);
    format!("name-{}", NAMES.fetch_add(1, Ordering::SeqCst))
}

/// The same text with one character changed: `at` from the end.
pub fn typo(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let at = bytes.len() - at;
    bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
    String::from_utf8(bytes).unwrap()
}

/// A text field of a reply.
pub fn text(body: &Value, field: &str) -> String {
    body[field]
        .as_str()
        .unwrap_or_else(|| panic!("no `{field}` in {body}"))
        .to_owned()
}

/// `base` with the fields of `change`; one that is `null` there is left out.
pub fn with(mut base: Value, change: Value) -> Value {
    for (field, value) in change.as_object().unwrap() {
        if value.is_null() {
            base.as_object_mut().unwrap().remove(field);
        } else {
            base[field] = value.clone();
        }
    }
    base
}

/// The header of a JWT.
pub fn jwt_header(token: &str) -> Value {
    jwt_part(token, 0)
}

/// The claims of a JWT.
pub fn jwt_claims(token: &str) -> Value {
    jwt_part(token, 1)
}

fn jwt_part(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
