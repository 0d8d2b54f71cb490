//! Audit: one row in the same transaction as every act.

use crate::table::{Expression, Item, Range, Store, StoreError, Tenant, Transaction, keys, row};
use hallpass_core::{
    AccountId, EnvironmentName, KindName, ParentId, Principal, TokenId, UnixMillis,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::str::FromStr;
use thiserror::Error;

/// Who did what, from where and when. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// What was done, such as `mint`.
    pub action: &'static str,
    /// The id of the calling token, or `iam`.
    pub by: String,
    /// What the calling token came from, where it is a JWT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<ParentId>,
    /// The calling token's kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<KindName>,
    /// Who the calling token speaks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<Principal>,
    /// Where the call came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// When.
    pub at: UnixMillis,
    /// What it was done to, such as a token's id.
    pub subject: String,
    /// What it became.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub changes: BTreeMap<&'static str, String>,
    /// Tells acts apart that are alike in all else.
    #[serde(skip)]
    act: u64,
}

/// An act as it was written down.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AuditRow {
    /// Which act of its environment: as a cursor, too.
    #[serde(rename = "sk")]
    pub id: AuditId,
    /// What was done.
    pub action: String,
    /// The id of the calling token, or `iam`.
    pub by: String,
    /// What the calling token came from, where it is a JWT.
    pub parent: Option<ParentId>,
    /// The calling token's kind.
    pub kind: Option<KindName>,
    /// Who the calling token speaks for.
    pub principal: Option<Principal>,
    /// Where the call came from.
    pub address: Option<IpAddr>,
    /// When.
    pub at: UnixMillis,
    /// What it was done to.
    pub subject: String,
    /// What it became.
    #[serde(default)]
    pub changes: BTreeMap<String, String>,
}

/// An act's id in its environment: `<milliseconds>.<16 hex digits>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditId {
    at: UnixMillis,
    digest: u64,
}

/// A text that is no act's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the cursor is not one that this list gave")]
pub struct AuditIdError;

/// Some acts, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPage {
    /// The acts.
    pub rows: Vec<AuditRow>,
    /// Where to go on; absent after the last page, which may be empty.
    pub next: Option<AuditId>,
}

impl Audit {
    /// An act that nobody's token did, but whoever IAM lets.
    #[must_use]
    pub fn by_iam(action: &'static str, subject: impl ToString, at: UnixMillis) -> Self {
        Self::new(action, "iam".to_owned(), subject, at)
    }

    /// An act under the token with the id `by`.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "subjects are small ids that are copied"
    )]
    pub fn new(action: &'static str, by: String, subject: impl ToString, at: UnixMillis) -> Self {
        Self {
            action,
            by,
            parent: None,
            kind: None,
            principal: None,
            address: None,
            at,
            subject: subject.to_string(),
            changes: BTreeMap::new(),
            // Its keys are random: no two are alike, in whichever process.
            act: RandomState::new().hash_one(at),
        }
    }

    /// The same act, saying what something became. Never a secret.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "values are small and mostly copied"
    )]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.changes.insert(name, value.to_string());
        self
    }

    /// The token that asks, or the one it came from: what the asking hangs on.
    pub(crate) fn calling_token(&self) -> Option<TokenId> {
        match self.parent {
            Some(ParentId::Token(id)) => Some(id),
            Some(ParentId::Share(_)) => None,
            None => self.by.parse().ok(),
        }
    }

    fn row(&self, account: &AccountId, environment: &EnvironmentName) -> Result<Item, StoreError> {
        #[derive(Serialize)]
        struct Row<'a> {
            #[serde(flatten)]
            audit: &'a Audit,
            account: &'a AccountId,
            environment: &'a EnvironmentName,
        }
        let id = AuditId {
            at: self.at,
            digest: self.digest(),
        };
        let row = Row {
            audit: self,
            account,
            environment,
        };
        row::write(
            &keys::audit(account, environment, &id.sort_key()),
            &row,
            None,
        )
    }

    /// Tells this act from others of the same millisecond; also spreads its retries.
    pub(crate) fn digest(&self) -> u64 {
        let mut hash = Sha256::new();
        for part in [self.action, &self.by, &self.subject] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hash.update(self.act.to_be_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        digest
            .first_chunk()
            .map_or(0, |bytes| u64::from_be_bytes(*bytes))
    }
}

impl<P> Transaction<P> {
    /// Adds the act to the log of an environment. Has no condition, so that it never stands in the
    /// way of the act.
    pub(crate) fn log(
        self,
        part: P,
        audit: &Audit,
        account: &AccountId,
        environment: &EnvironmentName,
    ) -> Result<Self, StoreError> {
        let row = audit.row(account, environment)?;
        Ok(self
            .put(part, row, Expression::none())
            .logging(*account, environment.clone(), audit.at))
    }

    /// Adds the act to the log of a tenant.
    pub(crate) fn log_in(
        self,
        part: P,
        audit: &Audit,
        tenant: Tenant<'_>,
    ) -> Result<Self, StoreError> {
        self.log(part, audit, tenant.account, tenant.environment)
    }
}

impl Store {
    /// Up to `limit` acts of an environment, the newest first, after the one of the cursor: one
    /// Query.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn audit(
        &self,
        account: &AccountId,
        environment: &EnvironmentName,
        limit: u8,
        after: Option<AuditId>,
    ) -> Result<AuditPage, StoreError> {
        let range = Range {
            pk: keys::audit_partition(account, environment),
            from: EARLIEST.to_owned(),
            to: LATEST.to_owned(),
            newest_first: true,
            limit: Some(i32::from(limit)),
            after: after.as_ref().map(AuditId::sort_key),
        };
        let (items, after) = self.range("read the audit log", range).await?;
        let mut rows: Vec<AuditRow> = Vec::with_capacity(items.len());
        for item in items {
            rows.push(row::read(item)?);
        }
        let next = after.and(rows.last().map(|row| row.id));
        Ok(AuditPage { rows, next })
    }
}

/// Sort keys before and behind every act's.
pub(crate) const EARLIEST: &str = " ";
const LATEST: &str = "~";

impl AuditId {
    fn sort_key(&self) -> String {
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
