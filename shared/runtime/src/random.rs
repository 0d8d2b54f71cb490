//! The operating system's randomness.

use hallpass_core::{Random, RandomUnavailable};

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
