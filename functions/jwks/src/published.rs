//! The published keys, in memory for some seconds: anybody may ask, and the table should not pay.

use hallpass_core::{Algorithm, UnixMillis};
use hallpass_http::Platform;
use hallpass_store::StoreError;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::Mutex;
use utoipa::ToSchema;

/// Added to what the cache header allows, and so kept far below it.
const CACHED_FOR_SECONDS: u64 = 10;

/// A JWK set (RFC 7517 §5).
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Jwks {
    #[schema(value_type = Vec<Object>)]
    keys: Vec<Value>,
    #[serde(skip)]
    pub(crate) algorithms: Vec<Algorithm>,
}

#[derive(Debug)]
struct CachedKeys {
    jwks: Arc<Jwks>,
    read_at: UnixMillis,
}

/// The keys of one reading: one value, which needs no cache of many. Cloning shares the memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Published(Arc<Mutex<Option<CachedKeys>>>);

impl Published {
    /// Next, current and previous keys: all that a signature may be of, or soon will be.
    pub(crate) async fn read(&self, platform: &Platform) -> Result<Arc<Jwks>, StoreError> {
        let now = platform.now();
        // Held while the rows are read, so that many requests at once cost one read.
        let mut cached = self.0.lock().await;
        let is_young = |cached: &&CachedKeys| {
            let age = now.0.checked_sub(cached.read_at.0);
            age.is_some_and(|age| age < CACHED_FOR_SECONDS.saturating_mul(1_000))
        };
        if let Some(cached) = cached.as_ref().filter(is_young) {
            return Ok(Arc::clone(&cached.jwks));
        }
        let mut jwks = Jwks::default();
        for row in platform.store.key_rows().await? {
            if row.is_published() {
                if !jwks.algorithms.contains(&row.algorithm) {
                    jwks.algorithms.push(row.algorithm);
                }
                jwks.keys.push(row.jwk);
            }
        }
        let jwks = Arc::new(jwks);
        *cached = Some(CachedKeys {
            jwks: Arc::clone(&jwks),
            read_at: now,
        });
        Ok(jwks)
    }
}
