//! The id of an audit row: its time, and a digest that tells it apart from others of that time.

use hallpass_core::UnixMillis;
use serde::Deserialize;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// A sort key before that of every audit row.
pub(super) const EARLIEST: &str = " ";
/// A sort key behind that of every audit row.
pub(super) const LATEST: &str = "~";

/// An act's id in its environment: `<milliseconds>.<16 hex digits>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditId {
    pub(super) at: UnixMillis,
    pub(super) digest: u64,
}

/// A text that is not the id of an audit row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the cursor is not one that this list gave")]
pub struct AuditIdError;

impl AuditId {
    /// The row's sort key: rows are in the order of time.
    pub(super) fn sort_key(&self) -> String {
        format!("{:013}#{:016x}", self.at.0, self.digest)
    }

    fn parse(text: &str, separator: char) -> Result<Self, AuditIdError> {
        let (at, digest) = text.split_once(separator).ok_or(AuditIdError)?;
        let id = Self {
            at: UnixMillis(at.parse().map_err(|_not_a_number| AuditIdError)?),
            digest: u64::from_str_radix(digest, 16).map_err(|_not_a_number| AuditIdError)?,
        };
        let canonical = id.sort_key().replace('#', &separator.to_string());
        (canonical == text).then_some(id).ok_or(AuditIdError)
    }
}

impl fmt::Display for AuditId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:013}.{:016x}", self.at.0, self.digest)
    }
}

impl FromStr for AuditId {
    type Err = AuditIdError;

    fn from_str(text: &str) -> Result<Self, AuditIdError> {
        Self::parse(text, '.')
    }
}

impl<'de> Deserialize<'de> for AuditId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?, '#').map_err(serde::de::Error::custom)
    }
}
