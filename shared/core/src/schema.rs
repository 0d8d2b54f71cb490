//! The versions in which rows and claims are written (`v`), so that functions of two deployments can
//! work side by side on one table.
//!
//! Whatever restricts a token more than code of before knows raises the version: that code refuses it
//! instead of reading it as if it said less. What only informs does not, and is ignored by code that does
//! not know it.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// A version of what rows and claims say. Without one they are of the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SchemaVersion(u32);

/// A version that this code neither reads nor writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a version from {} to {}", SchemaVersion::FIRST, SchemaVersion::NEWEST)]
pub struct SchemaVersionError;

impl SchemaVersion {
    /// Rows and claims that name no version.
    pub const FIRST: Self = Self(1);

    /// Service accounts can have rights of their own, which bound their tokens whenever these are used:
    /// the rows of such accounts, of their tokens, and JWTs that speak for them or come from their keys.
    pub const SCOPED_SERVICE_ACCOUNTS: Self = Self(2);

    /// The newest that this code reads and writes.
    pub const NEWEST: Self = Self::SCOPED_SERVICE_ACCOUNTS;

    /// Whether nothing needs to be written, since this is what an absent version means.
    #[must_use]
    pub fn is_first(&self) -> bool {
        *self == Self::FIRST
    }

    /// The version that a row's attribute says.
    #[must_use]
    pub const fn of_number(number: u32) -> Self {
        Self(number)
    }

    /// The version as a row's attribute says it.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl Default for SchemaVersion {
    fn default() -> Self {
        Self::FIRST
    }
}

impl fmt::Display for SchemaVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for SchemaVersion {
    type Err = SchemaVersionError;

    /// One that this code knows, as a setting writes it.
    fn from_str(text: &str) -> Result<Self, SchemaVersionError> {
        let version = text
            .parse()
            .map(Self)
            .map_err(|_not_a_number| SchemaVersionError)?;
        if (Self::FIRST..=Self::NEWEST).contains(&version) {
            Ok(version)
        } else {
            Err(SchemaVersionError)
        }
    }
}
