//! Scopes: `resource:action`, optionally limited to one path with `@path`.

pub(crate) mod coverage;
pub(crate) mod management;
pub(crate) mod path;
pub(crate) mod set;
pub(crate) mod syntax_error;
pub(crate) mod written;

use path::Path;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};
use syntax_error::ScopeSyntaxError;

const MAX_SCOPE_CHARACTERS: usize = 512;
const MANAGEMENT_RESOURCES: [&str; 4] = ["tokens", "directory", "activity", "platform"];

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

    /// A name that is a literal in this crate's source, so it needs no check.
    pub(crate) fn from_static(text: &'static str) -> Self {
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

/// One permission, optionally limited to one path, with the catalog's aliases resolved.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// The resource that it is about.
    pub resource: Name,
    /// What may be done with it.
    pub action: Action,
    /// The path at and below which it may be done; everywhere if absent.
    pub path: Option<Path>,
}

impl Scope {
    /// Whether this is one of Hallpass's own scopes.
    #[must_use]
    pub fn is_management(&self) -> bool {
        self.resource.is_management()
    }

    /// The scope limited to `path`, in place of its own path.
    #[must_use]
    pub fn at(&self, path: Path) -> Self {
        Self {
            path: Some(path),
            ..self.clone()
        }
    }

    /// The scope without its path.
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

#[cfg(test)]
mod tests {
    use super::Scope;
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
