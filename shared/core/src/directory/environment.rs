//! Names that people choose: accounts and environments.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// A text that is not a valid account or environment name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct NameError(&'static str);

/// `app/env` inside an account: a closed universe that nothing crosses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnvironmentName(Box<str>);

/// An account's unique name, compared in lower case. It can stand in HTTP Basic, so no colon.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountName(Box<str>);

impl Default for EnvironmentName {
    /// `default/live`, the environment every account starts with.
    fn default() -> Self {
        Self("default/live".into())
    }
}

impl EnvironmentName {
    /// The name as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AccountName {
    /// The name as it is written, always in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// 1 to 64 of `A-Z a-z 0-9 . _ -`, beginning with a letter or digit.
fn is_label(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

impl FromStr for EnvironmentName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        match text.split_once('/') {
            Some((app, env)) if is_label(app) && is_label(env) => Ok(Self(text.into())),
            _ => Err(NameError(
                "an environment is written `app/env`, each 1 to 64 letters, digits, `.`, `_`, `-` \
                 and beginning with a letter or digit, such as `default/live`",
            )),
        }
    }
}

impl FromStr for AccountName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if is_label(text) {
            Ok(Self(text.to_ascii_lowercase().into()))
        } else {
            Err(NameError(
                "an account name is 1 to 64 letters, digits, `.`, `_`, `-`, beginning with a \
                 letter or digit",
            ))
        }
    }
}

macro_rules! as_text {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?
                    .parse()
                    .map_err(D::Error::custom)
            }
        }
    };
}
as_text!(EnvironmentName);
as_text!(AccountName);
