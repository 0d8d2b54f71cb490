//! What was read a moment ago, for the kinds that may reuse it (`freshness` in the catalog).
//!
//! One token in a popular page would otherwise meet the table's 3,000 reads a second on one item.
//! The evidence is kept rather than the decision: it is decided anew for each request's facts, so
//! nothing that was allowed for one origin or scope is ever allowed for another.

use hallpass_core::{Evidence, UnixMillis};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// More tokens than this at once are not remembered: all are forgotten and read anew.
const AT_MOST: usize = 1_000;

type Key = [u8; 32];

#[derive(Default)]
pub(crate) struct Freshness(Mutex<HashMap<Key, (Evidence, UnixMillis)>>);

impl Freshness {
    /// What was read of this text, if it may still be used.
    pub(crate) fn recall(&self, text: &str, now: UnixMillis) -> Option<Evidence> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (evidence, until) = known.get(&key(text))?;
        (now < *until).then(|| evidence.clone())
    }

    /// Keeps what was read of this text until a moment.
    pub(crate) fn remember(
        &self,
        text: &str,
        evidence: &Evidence,
        until: UnixMillis,
        now: UnixMillis,
    ) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= AT_MOST {
            known.retain(|_, (_, until)| now < *until);
        }
        if known.len() >= AT_MOST {
            known.clear();
        }
        known.insert(key(text), (evidence.clone(), until));
    }
}

/// The whole token's hash: neither the text nor its secret stays in memory.
fn key(text: &str) -> Key {
    Sha256::digest(text).into()
}

impl std::fmt::Debug for Freshness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Freshness")
    }
}
