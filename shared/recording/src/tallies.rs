//! Counts by key, as many as memory is meant to hold.

use hallpass_store::Tally;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// How often and when something was last used, by what was used.
pub(crate) type Tallies<K> = HashMap<K, Tally>;

/// Adds a tally to the one of the same key, or as a new one while there are fewer than `most`; otherwise
/// its count is added to `dropped`.
pub(crate) fn add<K: Eq + std::hash::Hash>(
    tallies: &mut Tallies<K>,
    most: usize,
    key: K,
    tally: Tally,
    dropped: &mut u64,
) {
    if tallies.len() < most || tallies.contains_key(&key) {
        merge(tallies, key, tally);
    } else {
        *dropped = dropped.saturating_add(tally.count);
    }
}

/// Adds a tally to the one of the same key, or as a new one.
pub(crate) fn merge<K: Eq + std::hash::Hash>(tallies: &mut Tallies<K>, key: K, tally: Tally) {
    match tallies.entry(key) {
        Entry::Vacant(entry) => {
            entry.insert(tally);
        }
        Entry::Occupied(mut entry) => {
            let so_far = entry.get_mut();
            so_far.count = so_far.count.saturating_add(tally.count);
            so_far.last_used_at = so_far.last_used_at.max(tally.last_used_at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::add;
    use hallpass_core::UnixMillis;
    use hallpass_store::Tally;
    use std::collections::HashMap;

    #[test]
    fn a_full_memory_still_adds_to_what_it_has_and_counts_what_it_drops() {
        let tally = |count, at| Tally {
            count,
            last_used_at: UnixMillis(at),
        };
        let (mut tallies, mut dropped) = (HashMap::new(), 0);
        for (of, count, at) in [
            ("a", 1, 5),
            ("b", 2, 6),
            ("c", 4, 7),
            ("a", 8, 3),
            ("d", 1, 8),
        ] {
            add(&mut tallies, 2, of, tally(count, at), &mut dropped);
        }
        let expected = [("a", tally(9, 5)), ("b", tally(2, 6))];
        assert_eq!(tallies, HashMap::from(expected));
        assert_eq!(dropped, 5);
    }
}
