//! Access: which levels a user or group has at which paths.

use crate::scope::Name;
use crate::scope::path::Path;
use crate::scope::syntax_error::ScopeSyntaxError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::{fmt, str::FromStr};

/// A level of access, such as `read`: the catalog says which scopes it gives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccessLevel(Box<str>);

impl AccessLevel {
    /// The level as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccessLevel {
    type Err = ScopeSyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<Name>().map(|_| Self(text.into()))
    }
}

impl fmt::Display for AccessLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The most paths at which a user has access, those of the groups they belong to counted.
pub const MOST_PATHS: usize = 2_500;

/// The most bytes that what a user or group may do takes in their row.
pub const MOST_ROW_BYTES: usize = 128 * 1_024;

/// The paths at which one user or group has access, and its level at each. A level holds below its
/// path, too, and the most permissive one wins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Access(pub BTreeMap<Path, AccessLevel>);

impl Access {
    /// How many bytes it takes in a row of the table: its texts, and what the table counts beside them
    /// for each entry of a map.
    #[must_use]
    pub fn bytes(&self) -> usize {
        const BESIDE: usize = 2;
        let entries = self.0.iter().map(|(path, level)| {
            let texts = path.as_str().len().saturating_add(level.as_str().len());
            texts.saturating_add(BESIDE)
        });
        entries.sum()
    }
}
