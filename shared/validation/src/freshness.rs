//! A cache of contexts, for the kinds that may reuse them (`freshness` in the catalog).
//!
//! One token in a popular page would otherwise reach DynamoDB's limit of 3,000 reads a second on one
//! item. The context is cached, not the decision: each request is decided anew, so what was allowed
//! for one origin or scope is never allowed for another.

use hallpass_core::{TokenContext, UnixMillis};
use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};

/// The most tokens that are remembered at once. When there are more, those that are asked for least
/// make room.
const CAPACITY: usize = 1_000;

/// SHA-256 of a whole token: neither the text nor its secret stays in memory.
type CacheKey = [u8; 32];

/// The library knows no lifetimes: each entry says until when it may be used, by the caller's clock.
pub(crate) struct Freshness(Cache<CacheKey, (TokenContext, UnixMillis)>);

impl Freshness {
    /// What was read of this text, if it may still be used.
    pub(crate) fn recall(&self, text: &str, now: UnixMillis) -> Option<TokenContext> {
        let (context, until) = self.0.get(&cache_key(text))?;
        (now < until).then_some(context)
    }

    /// Keeps what was read of this text until a moment.
    pub(crate) fn remember(&self, text: &str, context: &TokenContext, until: UnixMillis) {
        self.0.insert(cache_key(text), (context.clone(), until));
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
    use hallpass_core::{TokenContext, UnixMillis};

    const NOW: UnixMillis = UnixMillis(1_000);
    const UNTIL: UnixMillis = UnixMillis(6_000);

    #[test]
    fn each_text_is_remembered_until_its_own_moment() {
        let fresh = Freshness::default();
        fresh.remember("one", &TokenContext::Unknown, UNTIL);
        fresh.remember("two", &TokenContext::Unknown, UnixMillis(3_000));
        for (text, now, expected) in [
            ("one", 5_999, true),
            ("one", 6_000, false),
            ("two", 2_999, true),
            ("two", 3_000, false),
            ("on", 1_000, false),
            ("One", 1_000, false),
        ] {
            let known = fresh.recall(text, UnixMillis(now));
            assert_eq!(known.is_some(), expected, "{text} {now}");
        }
        fresh.remember("two", &TokenContext::Unknown, UNTIL);
        assert!(
            fresh.recall("two", UnixMillis(3_000)).is_some(),
            "read anew"
        );
    }

    #[test]
    fn a_token_in_use_is_remembered_while_others_make_room_for_each_other() {
        let fresh = Freshness::default();
        fresh.remember("popular", &TokenContext::Unknown, UNTIL);
        for other in 0..CAPACITY * 5 {
            assert!(fresh.recall("popular", NOW).is_some(), "after {other}");
            fresh.remember(&format!("other {other}"), &TokenContext::Unknown, UNTIL);
        }
        let known = (0..CAPACITY * 5).filter(|other| {
            let text = format!("other {other}");
            fresh.recall(&text, NOW).is_some()
        });
        let known = known.count();
        assert!(known < CAPACITY, "{known}: the memory is bounded");
        assert!(
            known > CAPACITY / 2,
            "{known}: not all are forgotten at once"
        );
    }
}
