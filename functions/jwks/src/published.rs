//! The published keys, in memory for some seconds: anybody may ask, and the table should not pay.
//! Through an outage they are answered for as long as those who keep them may.

use hallpass_core::{Algorithm, Moment};
use hallpass_http::Platform;
use hallpass_keys::KEYS_AT_MOST_SECONDS_OLD;
use hallpass_store::StoreError;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::Mutex;
use utoipa::ToSchema;

/// How old a key may become here and with those who keep it, together: as old as our own verifiers
/// let one become. A key is published a day before it signs, and a retired one is refused after so
/// long at most.
pub(crate) const KEPT_SECONDS: u64 = KEYS_AT_MOST_SECONDS_OLD;

/// The table is asked no more often than this, whether it answers or not.
const ASKED_EVERY_SECONDS: u64 = 10;

/// A JWK set (RFC 7517 §5).
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Jwks {
    #[schema(value_type = Vec<Object>)]
    keys: Vec<Value>,
    #[serde(skip)]
    pub(crate) algorithms: Vec<Algorithm>,
}

#[derive(Debug, Default)]
struct Memory {
    read: Option<(Arc<Jwks>, Moment)>,
    asked_at: Option<Moment>,
}

/// The keys of the last reading: one value, which needs no cache of many. Cloning shares the memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Published(Arc<Mutex<Memory>>);

/// The keys, and for how many seconds they may still be kept.
pub(crate) struct KeySet {
    pub(crate) jwks: Arc<Jwks>,
    pub(crate) max_age: u64,
}

impl Published {
    /// Next, current and previous keys: all that a signature may be of, or soon will be.
    pub(crate) async fn read(&self, platform: &Platform) -> Result<KeySet, StoreError> {
        let now = platform.clock.moment();
        // Held while the rows are read, so that many requests at once cost one read.
        let mut memory = self.0.lock().await;
        let was_asked = memory
            .asked_at
            .is_some_and(|asked_at| asked_at.is_younger(ASKED_EVERY_SECONDS, now));
        if let Some(kept) = memory.kept(now).filter(|_| was_asked) {
            return Ok(kept);
        }
        memory.asked_at = Some(now);
        match Jwks::read(platform).await {
            Ok(jwks) => {
                let jwks = Arc::new(jwks);
                memory.read = Some((Arc::clone(&jwks), now));
                let max_age = KEPT_SECONDS;
                Ok(KeySet { jwks, max_age })
            }
            Err(error) => {
                let Some(kept) = memory.kept(now) else {
                    return Err(error);
                };
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "the published keys are answered from memory");
                Ok(kept)
            }
        }
    }
}

impl Memory {
    /// What was read last, unless it is too old.
    fn kept(&self, now: Moment) -> Option<KeySet> {
        let (jwks, read_at) = self.read.as_ref()?;
        let age = read_at.age(now);
        // Whole seconds, rounded so that nobody keeps anything longer.
        let age = age
            .as_secs()
            .saturating_add(u64::from(age.subsec_nanos() > 0));
        let max_age = KEPT_SECONDS.checked_sub(age).filter(|left| *left > 0)?;
        Some(KeySet {
            jwks: Arc::clone(jwks),
            max_age,
        })
    }
}

impl Jwks {
    async fn read(platform: &Platform) -> Result<Self, StoreError> {
        let mut jwks = Self::default();
        for row in platform.store.verification_key_rows().await? {
            if row.is_published() {
                if !jwks.algorithms.contains(&row.algorithm) {
                    jwks.algorithms.push(row.algorithm);
                }
                jwks.keys.push(row.jwk);
            }
        }
        Ok(jwks)
    }
}
