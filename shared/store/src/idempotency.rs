//! Idempotency keys: a repeated call makes nothing a second time.

use crate::table::{Expression, Key, Store, StoreError, Transaction, digest, keys, number, row};
use hallpass_core::{UnixMillis, UnixSeconds};
use serde::{Deserialize, Serialize};
use std::{error::Error, str::FromStr};

/// How long a key is remembered, in seconds.
const REMEMBERED_SECONDS: u64 = 24 * 60 * 60;

/// An `Idempotency-Key` of one caller at one route, with the body it came with. Holds hashes only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    row: String,
    body: String,
}

#[derive(Serialize, Deserialize)]
struct Row {
    body: String,
    subject: String,
    expires_at: UnixSeconds,
}

/// What an earlier call under the same key did.
pub(crate) enum Prior {
    /// Came with the same body, and made this.
    Same(String),
    /// Came with another body.
    Other,
}

impl Idempotency {
    /// The key `key` of the caller with this id, at `route`, with the whole request body.
    #[must_use]
    pub fn new(caller: &str, route: &str, key: &str, body: &[u8]) -> Self {
        Self {
            row: digest(&[caller.as_bytes(), route.as_bytes(), key.as_bytes()]),
            body: digest(&[body]),
        }
    }

    fn key(&self) -> Key {
        keys::idempotency(&self.row)
    }

    /// The id that the row says was made.
    pub(crate) fn made<T>(&self, subject: &str) -> Result<T, StoreError>
    where
        T: FromStr<Err: Error + Send + Sync + 'static>,
    {
        subject.parse().map_err(|source| StoreError::Corrupt {
            row: self.key().to_string(),
            source: Box::new(source),
        })
    }

    /// Adds the row that remembers what this call made. Its condition is lost to an earlier call.
    pub(crate) fn remember<P>(
        &self,
        transaction: Transaction<P>,
        part: P,
        subject: String,
        now: UnixMillis,
    ) -> Result<Transaction<P>, StoreError> {
        let expires_at = now.seconds().plus(REMEMBERED_SECONDS);
        let row = Row {
            body: self.body.clone(),
            subject,
            expires_at,
        };
        let row = row::write(&self.key(), &row, Some(expires_at))?;
        let when = Expression::new("attribute_not_exists(#pk) OR #expires_at <= :now")
            .with(":now", number(now.seconds().0));
        Ok(transaction.put(part, row, when))
    }
}

impl Store {
    /// What an earlier call did under the same key; `None` if there was none.
    pub(crate) async fn prior(
        &self,
        idempotency: &Idempotency,
        now: UnixMillis,
    ) -> Result<Option<Prior>, StoreError> {
        let row: Option<Row> = self
            .find("read an idempotency key", &idempotency.key())
            .await?;
        Ok(row.filter(|row| row.expires_at > now.seconds()).map(|row| {
            if row.body == idempotency.body {
                Prior::Same(row.subject)
            } else {
                Prior::Other
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::Idempotency;

    #[test]
    fn s59_another_caller_route_key_or_body_is_another() {
        let first = Idempotency::new("ab", "c", "d", b"body");
        for (caller, route, key) in [("a", "bc", "d"), ("ab", "cd", ""), ("b", "c", "d")] {
            assert_ne!(Idempotency::new(caller, route, key, b"body").row, first.row);
        }
        let other = Idempotency::new("ab", "c", "d", b"other");
        assert_eq!(other.row, first.row);
        assert_ne!(other.body, first.body);
    }
}
