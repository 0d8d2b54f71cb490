//! The machine's own clock and randomness.

use hallpass_core::{Clock, Random, RandomUnavailable, UnixMillis};
use std::time::{SystemTime, UNIX_EPOCH};

/// The machine's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> UnixMillis {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the `Clock` that everything else takes"
        )]
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        UnixMillis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomUnavailable> {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the `Random` that everything else takes"
        )]
        getrandom::fill(bytes).map_err(|error| RandomUnavailable(error.to_string()))
    }
}
