//! What was read a moment ago, for the kinds that may reuse it (`freshness` in the catalog).
//!
//! One token in a popular page would otherwise meet the table's 3,000 reads a second on one item.
//! The evidence is kept rather than the decision: it is decided anew for each request's facts, so
//! nothing that was allowed for one origin or scope is ever allowed for another.

use hallpass_core::{Evidence, UnixMillis};
use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};

/// The most tokens that are remembered at once. When there are more, those that are asked for least
/// make room.
const CAPACITY: usize = 1_000;

type Key = [u8; 32];

/// The library knows no lifetimes: each entry says until when it may be used, by the caller's clock.
pub(crate) struct Freshness(Cache<Key, (Evidence, UnixMillis)>);

impl Freshness {
    /// What was read of this text, if it may still be used.
    pub(crate) fn recall(&self, text: &str, now: UnixMillis) -> Option<Evidence> {
        let (evidence, until) = self.0.get(&key(text))?;
        (now < until).then_some(evidence)
    }

    /// Keeps what was read of this text until a moment.
    pub(crate) fn remember(&self, text: &str, evidence: &Evidence, until: UnixMillis) {
        self.0.insert(key(text), (evidence.clone(), until));
    }
}

/// The whole token's hash: neither the text nor its secret stays in memory.
fn key(text: &str) -> Key {
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
    use hallpass_core::{Evidence, UnixMillis};

    const NOW: UnixMillis = UnixMillis(1_000);
    const UNTIL: UnixMillis = UnixMillis(6_000);

    #[test]
    fn each_text_is_remembered_until_its_own_moment() {
        let fresh = Freshness::default();
        fresh.remember("one", &Evidence::Unknown, UNTIL);
        fresh.remember("two", &Evidence::Unknown, UnixMillis(3_000));
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
        fresh.remember("two", &Evidence::Unknown, UNTIL);
        assert!(
            fresh.recall("two", UnixMillis(3_000)).is_some(),
            "read anew"
        );
    }

    #[test]
    fn a_token_in_use_is_remembered_while_others_make_room_for_each_other() {
        let fresh = Freshness::default();
        fresh.remember("popular", &Evidence::Unknown, UNTIL);
        for other in 0..CAPACITY * 5 {
            assert!(fresh.recall("popular", NOW).is_some(), "after {other}");
            fresh.remember(&format!("other {other}"), &Evidence::Unknown, UNTIL);
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
