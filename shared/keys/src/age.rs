//! How long ago something was read.

use hallpass_core::UnixMillis;

/// How far ahead of a request's moment a reading may lie: a request that began later, and read
/// first. What lies further ahead was read before the clock was set back.
const AHEAD_MILLIS: u64 = 5_000;

/// Whether what was read then is younger than this, now.
pub(crate) fn is_younger(read_at: UnixMillis, seconds: u64, now: UnixMillis) -> bool {
    match now.0.checked_sub(read_at.0) {
        Some(age) => age < seconds.saturating_mul(1_000),
        None => read_at.0.abs_diff(now.0) <= AHEAD_MILLIS,
    }
}

#[cfg(test)]
mod tests {
    use super::is_younger;
    use hallpass_core::UnixMillis;

    #[test]
    fn s55_what_was_read_ages_and_a_clock_set_back_makes_nothing_young() {
        let read_at = UnixMillis(1_000_000);
        for (now, expected) in [
            (1_000_000, true),
            (1_059_999, true),
            (1_060_000, false),
            (999_999, true),
            (995_000, true),
            (994_999, false),
            (0, false),
        ] {
            assert_eq!(is_younger(read_at, 60, UnixMillis(now)), expected, "{now}");
        }
    }
}
