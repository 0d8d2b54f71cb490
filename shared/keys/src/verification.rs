//! Verification keys: the published rows, kept in memory for a while.

use hallpass_core::{Algorithm, Claims, ClaimsError, Malformed, Moment, UnverifiedJwt};
use hallpass_store::{Store, StoreError, VerificationKeyRow};
use jsonwebtoken::{DecodingKey, jwk::Jwk};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use thiserror::Error;
use tokio::sync::Mutex;

/// A retired key stops being accepted after at most this long.
pub const KEYS_AT_MOST_SECONDS_OLD: u64 = 300;

/// An unknown kid asks the table again, but no more often than this.
pub const REFETCH_AFTER_SECONDS: u64 = 10;

/// Why a JWT was not verified.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// The claims are not ours, although the signature is.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The table is unavailable, or the claims are of a version that this function does not know: this
    /// says nothing about the token.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One published key, with the one algorithm it is for.
struct Key {
    algorithm: Algorithm,
    decoding: DecodingKey,
}

/// The keys of one read.
#[derive(Default)]
struct CachedKeys {
    keys: HashMap<String, Key>,
    read_at: Option<Moment>,
}

/// The published keys, at most 300 s old. Clones share the memory.
///
/// One value that is replaced whole, not a cache of many: `quick_cache` has neither ages nor the rule
/// that an unknown `kid` asks the table again.
#[derive(Clone)]
pub struct VerificationKeys {
    store: Store,
    cached: Arc<RwLock<Arc<CachedKeys>>>,
    /// When the rows were last asked for, whether they came or not. Held while they are read, so that
    /// many requests at once cost one read.
    last_fetch: Arc<Mutex<Option<Moment>>>,
}

impl VerificationKeys {
    /// Reads nothing yet.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self {
            store,
            cached: Arc::default(),
            last_fetch: Arc::default(),
        }
    }

    /// The claims of a JWT whose signature is right; `None` where it is not, or where no
    /// published key has its kid.
    ///
    /// # Errors
    /// Where the claims are not ours, or the table is unavailable.
    pub async fn verify(
        &self,
        jwt: &UnverifiedJwt,
        now: Moment,
    ) -> Result<Option<Claims>, VerifyError> {
        let cached = self.keys_for(jwt.kid(), now).await?;
        let Some(key) = cached.keys.get(jwt.kid()) else {
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
        match jwt.claims_once_verified(verified) {
            Ok(Some(claims)) => {
                self.store.may_read(claims.hallpass.v)?;
                Ok(Some(claims))
            }
            Ok(None) => Ok(None),
            Err(ClaimsError::Malformed(reason)) => Err(reason.into()),
            Err(ClaimsError::Newer(version)) => Err(StoreError::NewerVersion(version).into()),
        }
    }

    /// Has the published keys in memory, so that the first JWT need not wait for them. What goes wrong shows
    /// when one is to be verified.
    pub async fn read(&self, now: Moment) {
        let _at_the_first_jwt = self.keys_for("", now).await;
    }

    /// Keys that are fresh enough to say whether there is one of this kid.
    async fn keys_for(&self, kid: &str, now: Moment) -> Result<Arc<CachedKeys>, StoreError> {
        let cached = self.cached();
        // A key in memory needs no lock: a flood of unknown kids does not make it wait.
        if cached.keys.contains_key(kid) && cached.is_younger(KEYS_AT_MOST_SECONDS_OLD, now) {
            return Ok(cached);
        }
        let mut fetched_at = self.last_fetch.lock().await;
        let cached = self.cached();
        let at_most = if cached.keys.contains_key(kid) {
            KEYS_AT_MOST_SECONDS_OLD
        } else {
            REFETCH_AFTER_SECONDS
        };
        if cached.is_younger(at_most, now) {
            return Ok(cached);
        }
        let is_young = cached.is_younger(KEYS_AT_MOST_SECONDS_OLD, now);
        if is_young
            && fetched_at
                .is_some_and(|fetched_at| fetched_at.is_younger(REFETCH_AFTER_SECONDS, now))
        {
            // The last read failed just now: an unknown kid does not cause another read of an unavailable
            // table.
            return Ok(cached);
        }
        *fetched_at = Some(now);
        let rows = self.store.verification_key_rows().await?;
        let keys = rows.iter().filter_map(key).collect();
        let cached = Arc::new(CachedKeys {
            keys,
            read_at: Some(now),
        });
        *self.cached.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&cached);
        Ok(cached)
    }

    fn cached(&self) -> Arc<CachedKeys> {
        Arc::clone(&self.cached.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl CachedKeys {
    fn is_younger(&self, seconds: u64, now: Moment) -> bool {
        self.read_at
            .is_some_and(|read_at| read_at.is_younger(seconds, now))
    }
}

impl std::fmt::Debug for VerificationKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerificationKeys")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

/// A row that is still published, as a key. One that does not read as a key is left out, and logged:
/// the others remain.
fn key(row: &VerificationKeyRow) -> Option<(String, Key)> {
    if !row.is_published() {
        return None;
    }
    let jwk = serde_json::from_value::<Jwk>(row.jwk.clone()).ok();
    let Some(decoding) = jwk.and_then(|jwk| DecodingKey::from_jwk(&jwk).ok()) else {
        tracing::error!(
            kid = row.kid,
            "a published key is unreadable: what it signed is unknown"
        );
        return None;
    };
    let key = Key {
        algorithm: row.algorithm,
        decoding,
    };
    Some((row.kid.clone(), key))
}

fn of_jsonwebtoken(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    match algorithm {
        Algorithm::ES256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::RS256 => jsonwebtoken::Algorithm::RS256,
        Algorithm::EdDSA => jsonwebtoken::Algorithm::EdDSA,
    }
}
