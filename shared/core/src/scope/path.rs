//! Paths: where in the platform's tree a scope holds.

use crate::scope::syntax_error::ScopeSyntaxError;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

const MAX_PATH_SEGMENTS: usize = 16;
const MAX_SEGMENT_CHARACTERS: usize = 64;

/// A path in the platform's tree, such as `folder/42/model/7`. What holds at a path also holds
/// below it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Box<str>);

impl Path {
    /// The path as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `other` is this path or lies below it, by whole segments.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
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

#[cfg(test)]
mod tests {
    use super::Path;

    #[test]
    fn paths_are_compared_by_whole_segments() {
        let path = |text: &str| text.parse::<Path>().unwrap();
        assert!(path("folder/4").covers(&path("folder/4")));
        assert!(path("folder/4").covers(&path("folder/4/model/7")));
        assert!(!path("folder/4").covers(&path("folder/42")));
        assert!(!path("folder/4/model").covers(&path("folder/4")));
    }
}
