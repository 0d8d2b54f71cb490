//! Scopes: `resource:action`, maybe limited to one place with `@path`.

pub(crate) mod coverage;
pub(crate) mod management;

use crate::json::present::present;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};
use thiserror::Error;

const MAX_SCOPE_CHARACTERS: usize = 512;
const MAX_PATH_SEGMENTS: usize = 16;
const MAX_SEGMENT_CHARACTERS: usize = 64;
const MANAGEMENT_RESOURCES: [&str; 4] = ["tokens", "directory", "activity", "platform"];

/// Why a text is no scope.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScopeSyntaxError {
    /// Longer than 512 characters.
    #[error("a scope has at most 512 characters")]
    TooLong,
    /// No colon between resource and action.
    #[error("`{0}` is not a scope: write `resource:action` or `resource:action@path`")]
    NoColon(String),
    /// The resource or action is not a name.
    #[error("`{0}` is not a name: a letter, then letters and digits")]
    Name(String),
    /// The path has an empty or too long segment, or too many.
    #[error(
        "`{0}` is not a path: up to 16 segments between `/`, each 1 to 64 of letters, digits, \
         `.`, `_`, `~`, `-`, and neither `.` nor `..`"
    )]
    Path(String),
    /// `*` on a management resource.
    #[error("`{0}:*` is refused: management scopes are listed one by one")]
    ManagementWildcard(String),
    /// A path on a management scope.
    #[error("`{0}` has no places: leave out the path")]
    ManagementPath(String),
}

/// A resource's or action's name: `ALPHA *( ALPHA / DIGIT )`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(Box<str>);

impl Name {
    /// The name as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a resource that Hallpass's own scopes use: a catalog declares none of these.
    pub(crate) fn is_management(&self) -> bool {
        MANAGEMENT_RESOURCES.contains(&self.as_str())
    }

    /// A name that stands in this crate's own source.
    pub(crate) fn of_ours(text: &'static str) -> Self {
        Self(text.into())
    }
}

impl FromStr for Name {
    type Err = ScopeSyntaxError;

    fn from_str(text: &str) -> Result<Self, ScopeSyntaxError> {
        if text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.chars().all(|c| c.is_ascii_alphanumeric())
        {
            Ok(Self(text.into()))
        } else {
            Err(ScopeSyntaxError::Name(text.to_owned()))
        }
    }
}

impl TryFrom<String> for Name {
    type Error = ScopeSyntaxError;

    fn try_from(text: String) -> Result<Self, ScopeSyntaxError> {
        text.parse()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0.into()
    }
}

/// What a scope allows on its resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// One action.
    Named(Name),
    /// `*`: every action the catalog declares for the resource.
    Any,
}

/// A place in the platform's tree, such as `folder/42/model/7`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Box<str>);

impl Path {
    /// The path as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `other` is this place or lies below it, by whole segments.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other
            .0
            .strip_prefix(self.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether `text` can stand as one segment of a path.
    #[must_use]
    pub fn is_segment(text: &str) -> bool {
        !text.is_empty()
            && text.len() <= MAX_SEGMENT_CHARACTERS
            && !matches!(text, "." | "..")
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '~' | '-'))
    }
}

impl FromStr for Path {
    type Err = ScopeSyntaxError;

    fn from_str(text: &str) -> Result<Self, ScopeSyntaxError> {
        if text.split('/').count() <= MAX_PATH_SEGMENTS && text.split('/').all(Self::is_segment) {
            Ok(Self(text.into()))
        } else {
            Err(ScopeSyntaxError::Path(text.to_owned()))
        }
    }
}

/// One permission, maybe limited to one place, with the catalog's aliases resolved.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// What it is about.
    pub resource: Name,
    /// What may be done.
    pub action: Action,
    /// Where; everywhere if absent.
    pub path: Option<Path>,
}

impl Scope {
    /// Whether this is one of Hallpass's own scopes.
    #[must_use]
    pub fn is_management(&self) -> bool {
        self.resource.is_management()
    }

    /// The scope at one place, whatever its own was.
    #[must_use]
    pub fn at(&self, path: Path) -> Self {
        Self {
            path: Some(path),
            ..self.clone()
        }
    }

    /// The scope with its place left out.
    #[must_use]
    pub fn anywhere(&self) -> Self {
        Self {
            path: None,
            ..self.clone()
        }
    }
}

impl FromStr for Scope {
    type Err = ScopeSyntaxError;

    fn from_str(text: &str) -> Result<Self, ScopeSyntaxError> {
        if text.len() > MAX_SCOPE_CHARACTERS {
            return Err(ScopeSyntaxError::TooLong);
        }
        let (permission, path) = match text.split_once('@') {
            Some((permission, path)) => (permission, Some(path.parse()?)),
            None => (text, None),
        };
        let (resource, action) = permission
            .split_once(':')
            .ok_or_else(|| ScopeSyntaxError::NoColon(text.to_owned()))?;
        let resource: Name = resource.parse()?;
        let action = match action {
            "*" if resource.is_management() => {
                return Err(ScopeSyntaxError::ManagementWildcard(
                    resource.as_str().to_owned(),
                ));
            }
            "*" => Action::Any,
            name => Action::Named(name.parse()?),
        };
        if path.is_some() && resource.is_management() {
            return Err(ScopeSyntaxError::ManagementPath(permission.to_owned()));
        }
        Ok(Self {
            resource,
            action,
            path,
        })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = match &self.action {
            Action::Named(name) => name.as_str(),
            Action::Any => "*",
        };
        write!(f, "{}:{action}", self.resource.as_str())?;
        match &self.path {
            Some(path) => write!(f, "@{}", path.as_str()),
            None => Ok(()),
        }
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

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
    use super::{Path, Scope, WrittenScope};
    use proptest::prelude::*;

    #[test]
    fn grammar() {
        let long = format!("a:b@{}", "x".repeat(64));
        let deep = format!("a:b@{}", vec!["x"; 16].join("/"));
        for good in [
            "a:b",
            "floor:*",
            "floor:read@folder/42/model/7",
            "a1:b2@x.y_~-",
            &long,
            &deep,
        ] {
            assert_eq!(good.parse::<Scope>().unwrap().to_string(), good);
        }
        let longer = format!("a:b@{}", "x".repeat(65));
        let deeper = format!("a:b@{}", vec!["x"; 17].join("/"));
        let endless = format!("a:{}", "b".repeat(511));
        for bad in [
            "",
            ":",
            "a",
            "a:",
            ":b",
            "1a:b",
            "a:1b",
            "a b:c",
            "a:b@",
            "a:b@/",
            "a:b@x/",
            "a:b@x//y",
            "a:b@.",
            "a:b@..",
            "a:b@x/../y",
            "a:b@x%2F",
            "a:b:c",
            "a:b@x@y",
            "a:**",
            "*:b",
            "tokens:*",
            "tokens:mint@x",
            "a:b@ä",
            "ä:b",
            " a:b",
            "a:b\n",
            &longer,
            &deeper,
            &endless,
        ] {
            assert!(bad.parse::<Scope>().is_err(), "`{bad}` must be refused");
        }
    }

    #[test]
    fn places_are_compared_by_whole_segments() {
        let place = |text: &str| text.parse::<Path>().unwrap();
        assert!(place("folder/4").contains(&place("folder/4")));
        assert!(place("folder/4").contains(&place("folder/4/model/7")));
        assert!(!place("folder/4").contains(&place("folder/42")));
        assert!(!place("folder/4/model").contains(&place("folder/4")));
    }

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

    proptest! {
        #[test]
        fn parse_then_print_is_the_identity(
            text in "[a-zA-Z][a-zA-Z0-9]{0,8}:([a-zA-Z][a-zA-Z0-9]{0,8})(@[a-z0-9]{1,5}(/[a-zA-Z0-9_~-]{1,5}){0,4})?"
        ) {
            prop_assert_eq!(text.parse::<Scope>().unwrap().to_string(), text);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            if let Ok(scope) = text.parse::<Scope>() {
                prop_assert_eq!(scope.to_string(), text);
            }
        }
    }
}
