//! Seals: the audit rows of an environment, hashed in batches, each batch with the one before it.
//!
//! A seal covers a stretch of time, not only the rows it found there: a row that is missing from the
//! stretch, was altered or added later is seen.

use crate::table::{Item, canonical, digest, key_text};
use hallpass_core::{Tenant, UnixMillis};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// One link of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// From 1, without gaps.
    pub number: u64,
    /// The sort keys of the first and the last row.
    pub first: String,
    /// The last row's.
    pub last: String,
    /// Up to which sort key all rows are among those of this seal and the ones before.
    pub until: String,
    /// How many rows.
    pub count: u64,
    /// SHA-256 over the rows, in order.
    pub rows: String,
    /// The hash of the seal before; empty for the first.
    pub previous: String,
    /// SHA-256 over all of this.
    pub hash: String,
    /// When it was made.
    pub sealed_at: UnixMillis,
    /// Whether it was noted as the last one in a row outside the chain. Seals of before were not. It
    /// is not hashed: it tells what was deleted, not what was altered.
    #[serde(default)]
    pub noted: bool,
}

/// A seal by its number and hash, written `<number>.<hash>`: the end of the chain, to be noted
/// somewhere else, and where a page of a verification ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealHead {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: String,
}

/// A text that is not the number and hash of a seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a verification goes on from the `<number>.<hash>` of a seal")]
pub struct SealHeadError;

impl Seal {
    /// The seal of these rows; `None` where there are none.
    pub(super) fn of(
        tenant: &Tenant,
        before: Option<&Self>,
        rows: &[Item],
        until: String,
        now: UnixMillis,
    ) -> Option<Self> {
        let key = |row: &Item| key_text(row, "sk").to_owned();
        let mut seal = Self {
            number: before.map_or(1, |before| before.number.saturating_add(1)),
            first: key(rows.first()?),
            last: key(rows.last()?),
            until,
            count: u64::try_from(rows.len()).unwrap_or(u64::MAX),
            rows: rows_digest(rows),
            previous: before.map(|before| before.hash.clone()).unwrap_or_default(),
            hash: String::new(),
            sealed_at: now,
            noted: true,
        };
        seal.hash = seal.digest(tenant);
        Some(seal)
    }

    pub(super) fn head(&self) -> SealHead {
        SealHead {
            number: self.number,
            hash: self.hash.clone(),
        }
    }

    pub(super) fn digest(&self, tenant: &Tenant) -> String {
        digest(&[
            b"hallpass seal 1",
            tenant.account.to_string().as_bytes(),
            tenant.environment.as_str().as_bytes(),
            &self.number.to_be_bytes(),
            self.first.as_bytes(),
            self.last.as_bytes(),
            self.until.as_bytes(),
            &self.count.to_be_bytes(),
            self.rows.as_bytes(),
            self.previous.as_bytes(),
            &self.sealed_at.0.to_be_bytes(),
        ])
    }
}

impl fmt::Display for SealHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.number, self.hash)
    }
}

impl FromStr for SealHead {
    type Err = SealHeadError;

    fn from_str(text: &str) -> Result<Self, SealHeadError> {
        let (number, hash) = text.split_once('.').ok_or(SealHeadError)?;
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        match number.parse() {
            Ok(number) if number > 0 && is_hash => Ok(Self {
                number,
                hash: hash.to_owned(),
            }),
            Ok(_) | Err(_) => Err(SealHeadError),
        }
    }
}

pub(super) fn rows_digest(rows: &[Item]) -> String {
    let rows: Vec<Vec<u8>> = rows.iter().map(canonical).collect();
    let parts: Vec<&[u8]> = rows.iter().map(Vec::as_slice).collect();
    digest(&parts)
}
