//! All signing keys, which change together: the ring has a version, and every change is one
//! transaction under it, so that of two invocations at once, one finds that the version has changed and plans again.

use super::key_row::{KeyRow, KeyState, VerificationKeyRow};
use crate::table::{Expression, Outcome, Store, StoreError, Transaction, keys, number, row, text};
use hallpass_core::UnixMillis;
use serde::Deserialize;

/// A key that was ended is remembered for so long, so that whoever retires it once more learns that
/// it is: as long as KMS itself keeps it.
const REMEMBERED_SECONDS: u64 = 30 * 24 * 60 * 60;

/// All signing keys, as they were at one version.
#[derive(Clone, Debug, Default)]
pub struct Keyring {
    /// Every key, whatever its state.
    pub rows: Vec<KeyRow>,
    version: Option<u64>,
}

impl Keyring {
    /// The published key in this state, the latest if there are several.
    #[must_use]
    pub fn find(&self, state: KeyState) -> Option<&KeyRow> {
        let rows = self.rows.iter().filter(|row| row.is(state));
        rows.max_by_key(|row| row.created_at)
    }

    /// Whether there ever was a key.
    #[must_use]
    pub fn was_used(&self) -> bool {
        self.version.is_some()
    }

    /// The generation of a key that is made now.
    #[must_use]
    pub fn next_generation(&self) -> u64 {
        self.version.unwrap_or_default().saturating_add(1)
    }

    /// Which key signs, once the `changed` rows replace those with the same id.
    fn current_with<'a>(&'a self, changed: &'a [KeyRow]) -> Option<&'a str> {
        let unchanged = self
            .rows
            .iter()
            .filter(|row| changed.iter().all(|other| other.kid != row.kid));
        let mut current = unchanged
            .chain(changed)
            .filter(|row| row.is(KeyState::Current));
        current.next().map(|row| row.kid.as_str())
    }
}

/// The row that says which key signs, and how often the ring was changed.
#[derive(Default, Deserialize)]
struct Ring {
    #[serde(default)]
    version: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Key,
    Ring,
}

impl Store {
    /// Reads every signing key, whatever its state.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn key_rows(&self) -> Result<Vec<KeyRow>, StoreError> {
        let pk = keys::current_signing_key().pk;
        self.query_all("read signing keys", &pk, keys::SIGNING_KEYS)
            .await
    }

    /// Reads what verifiers need of every signing key, whatever its state.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn verification_key_rows(&self) -> Result<Vec<VerificationKeyRow>, StoreError> {
        let pk = keys::current_signing_key().pk;
        self.query_projected("read published keys", &pk, keys::SIGNING_KEYS)
            .await
    }

    /// Reads every signing key, to change some of them.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn keyring(&self) -> Result<Keyring, StoreError> {
        // The version first: rows that are newer than it can be read, but not be written over.
        let key = keys::current_signing_key();
        let ring: Vec<Ring> = self
            .query_all("read the version of the signing keys", &key.pk, &key.sk)
            .await?;
        let ring = ring.into_iter().next().unwrap_or_default();
        Ok(Keyring {
            rows: self.key_rows().await?,
            version: ring.version,
        })
    }

    /// Writes `rows`, which replace those with the same id. Answers `false`, and writes nothing, if
    /// the keys were changed since `ring` was read.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn change_keys(&self, ring: &Keyring, rows: &[KeyRow]) -> Result<bool, StoreError> {
        let change = match ring.current_with(rows) {
            Some(kid) => {
                Expression::new("SET #version = :next, #kid = :kid").with(":kid", text(kid))
            }
            None => Expression::new("SET #version = :next REMOVE #kid"),
        };
        let unchanged = match ring.version {
            Some(version) => Expression::new("#version = :read").with(":read", number(version)),
            None => Expression::new("attribute_not_exists(#version)"),
        };
        let mut transaction = Transaction::new("change the signing keys").update(
            Part::Ring,
            keys::current_signing_key(),
            change.with(":next", number(ring.next_generation())),
            unchanged,
        );
        for row in rows {
            let ended = row.ended_at.map(UnixMillis::seconds);
            let ttl = ended.map(|at| at.plus(REMEMBERED_SECONDS));
            let item = row::write(&keys::signing_key(&row.kid), row, ttl)?;
            transaction = transaction.put(Part::Key, item, Expression::none());
        }
        let outcome = self.transact(&transaction).await?;
        Ok(matches!(outcome, Outcome::Written))
    }

    /// Writes a key that is to sign at once, where none does; `false` if one does already.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_first_key(&self, key: &KeyRow) -> Result<bool, StoreError> {
        let first = KeyRow {
            state: KeyState::Current,
            ..key.clone()
        };
        let mut backoff = self.backoff("put the first signing key", 0);
        loop {
            let ring = self.keyring().await?;
            if ring.find(KeyState::Current).is_some() {
                return Ok(false);
            }
            if self
                .change_keys(&ring, std::slice::from_ref(&first))
                .await?
            {
                return Ok(true);
            }
            backoff.pause().await?;
        }
    }

    /// Whether a key is in the table, for callers that got no answer to its write. After a `false` it
    /// never will be: the ring gets another version, so that a write that is still under way fails
    /// its condition.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn settle_key(&self, kid: &str) -> Result<bool, StoreError> {
        let mut backoff = self.backoff("settle a signing key", 0);
        loop {
            let ring = self.keyring().await?;
            if ring.rows.iter().any(|row| row.kid == kid) {
                return Ok(true);
            }
            if self.change_keys(&ring, &[]).await? {
                return Ok(false);
            }
            backoff.pause().await?;
        }
    }

    /// Retires a key: it signs no more, and if it was the current one, there is none
    /// until another one is. `false` if there is no such key or it was retired before.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn retire_key(&self, kid: &str, now: UnixMillis) -> Result<bool, StoreError> {
        let mut backoff = self.backoff("retire a signing key", 0);
        loop {
            let ring = self.keyring().await?;
            let row = ring.rows.iter().find(|row| row.kid == kid);
            let Some(row) = row.filter(|row| row.is_published()) else {
                return Ok(false);
            };
            let retired = KeyRow {
                state: KeyState::Previous,
                retired_at: Some(now),
                ..row.clone()
            };
            if self.change_keys(&ring, &[retired]).await? {
                return Ok(true);
            }
            backoff.pause().await?;
        }
    }
}
