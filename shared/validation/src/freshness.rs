//! A cache of contexts, for the kinds that may reuse them (`freshness` in the catalog).
//!
//! One token in a popular page would otherwise reach DynamoDB's limit of 3,000 reads a second on one
//! item. The context is cached, not the decision: each request is decided anew, so what was allowed
//! for one origin or scope is never allowed for another.

use hallpass_core::{Moment, TokenContext};
use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};

/// The most tokens that are remembered at once. When there are more, those that are asked for least
/// make room.
const CAPACITY: usize = 1_000;

/// SHA-256 of a whole token: neither the text nor its secret stays in memory.
type CacheKey = [u8; 32];

/// What was read of a token, when, and for how many seconds it may be used.
#[derive(Clone)]
struct Remembered {
    context: TokenContext,
    read_at: Moment,
    seconds: u64,
}

/// The library knows no lifetimes: each entry says for how long it may be used.
pub(crate) struct Freshness(Cache<CacheKey, Remembered>);

impl Freshness {
    /// What was read of this text, if it may still be used.
    pub(crate) fn recall(&self, text: &str, now: Moment) -> Option<TokenContext> {
        let found = self.0.get(&cache_key(text))?;
        let is_fresh = found.read_at.is_younger(found.seconds, now);
        is_fresh.then_some(found.context)
    }

    /// Keeps what was read of this text for some seconds since `read_at`.
    pub(crate) fn remember(
        &self,
        text: &str,
        context: &TokenContext,
        read_at: Moment,
        seconds: u64,
    ) {
        let remembered = Remembered {
            context: context.clone(),
            read_at,
            seconds,
        };
        self.0.insert(cache_key(text), remembered);
    }
}

fn cache_key(text: &str) -> CacheKey {
    Sha256::digest(text).into()
}

impl Default for Freshness {
    fn default() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

impl std::fmt::Debug for Freshness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Freshness")
    }
}

#[cfg(test)]
mod tests {
    use super::{CAPACITY, Freshness};
    use hallpass_core::{Moment, TokenContext, UnixMillis};
    use std::time::Duration;

    /// So many milliseconds after the first moment, by both clocks.
    fn after(millis: u64) -> Moment {
        Moment {
            at: UnixMillis(1_000_000_u64.saturating_add(millis)),
            running_for: Duration::from_millis(millis),
        }
    }

    #[test]
    fn each_text_is_remembered_for_its_own_time() {
        let fresh = Freshness::default();
        fresh.remember("one", &TokenContext::Unknown, after(0), 5);
        fresh.remember("two", &TokenContext::Unknown, after(0), 2);
        for (text, now, expected) in [
            ("one", 4_999, true),
            ("one", 5_000, false),
            ("two", 1_999, true),
            ("two", 2_000, false),
            ("on", 0, false),
            ("One", 0, false),
        ] {
            let known = fresh.recall(text, after(now));
            assert_eq!(known.is_some(), expected, "{text} {now}");
        }
        fresh.remember("two", &TokenContext::Unknown, after(2_000), 2);
        assert!(fresh.recall("two", after(3_999)).is_some(), "read anew");
    }

    #[test]
    fn a_token_in_use_is_remembered_while_others_make_room_for_each_other() {
        let fresh = Freshness::default();
        let now = after(0);
        fresh.remember("popular", &TokenContext::Unknown, now, 5);
        for other in 0..CAPACITY * 5 {
            assert!(fresh.recall("popular", now).is_some(), "after {other}");
            fresh.remember(&format!("other {other}"), &TokenContext::Unknown, now, 5);
        }
        let known = (0..CAPACITY * 5).filter(|other| {
            let text = format!("other {other}");
            fresh.recall(&text, now).is_some()
        });
        let known = known.count();
        assert!(known < CAPACITY, "{known}: the memory is bounded");
        assert!(
            known > CAPACITY / 2,
            "{known}: not all are forgotten at once"
        );
    }
}
