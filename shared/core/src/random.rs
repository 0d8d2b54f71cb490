//! The one way to ask for random bytes.

use thiserror::Error;

/// The operating system gave no random bytes.
#[derive(Debug, Error)]
#[error("no random bytes are to be had: {0}")]
pub struct RandomUnavailable(pub String);

/// A source of cryptographically secure random bytes.
pub trait Random: Send + Sync + std::fmt::Debug {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// When the source has none to give; nothing may be made then.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomUnavailable>;
}
