//! The prefix of an opaque token: it names the kind.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// What stands before the underscore: names the kind, to people and to secret scanners.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prefix(Box<str>);

impl Prefix {
    /// The prefix as it is written, without the underscore after it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Prefix {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Prefix> for String {
    fn from(prefix: Prefix) -> Self {
        prefix.0.into()
    }
}

impl FromStr for Prefix {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_part = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        if text.len() <= 24
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.split('_').all(is_part)
        {
            Ok(Self(text.into()))
        } else {
            Err(
                "a prefix is up to 24 lower-case letters and digits, a letter first, with single `_` between parts",
            )
        }
    }
}
