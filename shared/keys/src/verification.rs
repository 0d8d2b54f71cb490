//! Verification keys: the published rows, kept in memory for a while.

use hallpass_core::{Algorithm, Claims, Malformed, UnixMillis, UnverifiedJwt};
use hallpass_store::{KeyRow, Store, StoreError};
use jsonwebtoken::{DecodingKey, jwk::Jwk};
use std::collections::HashMap;
use std::sync::Arc;
use thiserror::Error;
use tokio::sync::Mutex;

/// A retired key stops being accepted after at most this long.
pub const KEYS_AT_MOST_SECONDS_OLD: u64 = 300;

/// An unknown kid asks the table again, but no more often than this.
const REFETCH_AFTER_SECONDS: u64 = 10;

/// Why a JWT's claims cannot be had.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// The claims are not ours, although the signature is.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The keys were not to be had: this says nothing about the token.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One published key, with the one algorithm it is for.
struct Key {
    algorithm: Algorithm,
    decoding: DecodingKey,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, Arc<Key>>,
    read_at: Option<UnixMillis>,
}

/// The published keys, at most 300 s old. Cloning shares the memory.
#[derive(Clone)]
pub struct VerificationKeys {
    store: Store,
    /// Held while the rows are read, so that many requests at once cost one read.
    known: Arc<Mutex<Known>>,
}

impl VerificationKeys {
    /// Reads nothing yet.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self {
            store,
            known: Arc::default(),
        }
    }

    /// The claims of a JWT whose signature is right; `None` where it is not, or its key is not a
    /// known one.
    ///
    /// # Errors
    /// Where the claims are not ours, or the keys are not to be had.
    pub async fn verify(
        &self,
        jwt: &UnverifiedJwt,
        now: UnixMillis,
    ) -> Result<Option<Claims>, VerifyError> {
        let Some(key) = self.find(jwt.kid(), now).await? else {
            return Ok(None);
        };
        let verified = |algorithm: Algorithm, signed: &str, signature: &str| {
            // RFC 8725 §3.1: the algorithm is the key's own, whatever the header says.
            algorithm == key.algorithm
                && jsonwebtoken::crypto::verify(
                    signature,
                    signed.as_bytes(),
                    &key.decoding,
                    of_jsonwebtoken(key.algorithm),
                )
                .unwrap_or(false)
        };
        Ok(jwt.claims_once_verified(verified)?)
    }

    async fn find(&self, kid: &str, now: UnixMillis) -> Result<Option<Arc<Key>>, StoreError> {
        let mut known = self.known.lock().await;
        let age = known.read_at.map(|read_at| now.0.saturating_sub(read_at.0));
        let at_most = if known.keys.contains_key(kid) {
            KEYS_AT_MOST_SECONDS_OLD
        } else {
            REFETCH_AFTER_SECONDS
        };
        if age.is_none_or(|age| age >= at_most.saturating_mul(1_000)) {
            let rows = self.store.key_rows().await?;
            known.keys = rows.iter().filter_map(key).collect();
            known.read_at = Some(now);
        }
        Ok(known.keys.get(kid).cloned())
    }
}

impl std::fmt::Debug for VerificationKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerificationKeys")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

/// A row that is still published, as a key.
fn key(row: &KeyRow) -> Option<(String, Arc<Key>)> {
    if row.retired_at.is_some() {
        return None;
    }
    let jwk: Jwk = serde_json::from_value(row.jwk.clone()).ok()?;
    let decoding = DecodingKey::from_jwk(&jwk).ok()?;
    Some((
        row.kid.clone(),
        Arc::new(Key {
            algorithm: row.algorithm,
            decoding,
        }),
    ))
}

fn of_jsonwebtoken(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    match algorithm {
        Algorithm::ES256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::RS256 => jsonwebtoken::Algorithm::RS256,
        Algorithm::EdDSA => jsonwebtoken::Algorithm::EdDSA,
    }
}
