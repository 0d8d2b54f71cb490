//! A scope as a request writes it: a text, or an object with its parts.

use crate::json::present::present;
use crate::scope::Scope;
use crate::scope::syntax_error::ScopeSyntaxError;
use serde::{Deserialize, Deserializer, de};
use std::{fmt, str::FromStr};

/// A scope as a request wrote it, aliases not yet resolved: `"floor:read"` or
/// `{"resource":"floor","action":"read"}`, the latter with an optional `path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenScope(pub(crate) Scope);

impl FromStr for WrittenScope {
    type Err = ScopeSyntaxError;

    fn from_str(text: &str) -> Result<Self, ScopeSyntaxError> {
        text.parse().map(Self)
    }
}

impl fmt::Display for WrittenScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for WrittenScope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WrittenScopeVisitor)
    }
}

struct WrittenScopeVisitor;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeObject {
    resource: String,
    action: String,
    #[serde(default, deserialize_with = "present")]
    path: Option<String>,
}

impl<'de> de::Visitor<'de> for WrittenScopeVisitor {
    type Value = WrittenScope;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scope: `\"resource:action\"` or `{\"resource\":…,\"action\":…}`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<WrittenScope, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<WrittenScope, A::Error> {
        let object = ScopeObject::deserialize(de::value::MapAccessDeserializer::new(map))?;
        // The parts are joined and parsed as one text, so each must be free of the separators.
        if object.resource.contains([':', '@']) || object.action.contains([':', '@']) {
            let written = format!("{}:{}", object.resource, object.action);
            return Err(de::Error::custom(ScopeSyntaxError::Name(written)));
        }
        let path = object
            .path
            .map(|path| format!("@{path}"))
            .unwrap_or_default();
        format!("{}:{}{path}", object.resource, object.action)
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::WrittenScope;

    #[test]
    fn both_wire_forms_are_read() {
        let read = |json: &str| serde_json::from_str::<WrittenScope>(json);
        assert_eq!(
            read(r#"{"resource":"floor","action":"read","path":"f/1"}"#).unwrap(),
            read(r#""floor:read@f/1""#).unwrap(),
        );
        for bad in [
            r#"{"resource":"floor:read@x","action":"y"}"#,
            r#"{"resource":"floor","action":"read@x"}"#,
            r#"{"resource":"floor"}"#,
            r#"{"resource":"floor","action":"read","extra":1}"#,
            r#"{"resource":"floor","resource":"model","action":"read"}"#,
            "7",
            "null",
            "[]",
            "true",
        ] {
            assert!(read(bad).is_err(), "{bad} must be refused");
        }
    }
}
