//! Random bytes: the source is an argument, so that tests can fix it.

use thiserror::Error;

/// The source of random bytes failed.
#[derive(Debug, Error)]
#[error("the operating system gives no random bytes: {0}")]
pub struct RandomUnavailable(pub String);

/// A source of cryptographically secure random bytes.
pub trait Random: Send + Sync + std::fmt::Debug {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// When the source fails. Then nothing that needs these bytes may be created.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomUnavailable>;
}
