//! What can go wrong with the table itself.

use hallpass_core::{SchemaVersion, Scope};
use std::error::Error;
use thiserror::Error as ThisError;

/// The table did not answer, or held something unreadable. Never means "not found".
#[derive(Debug, ThisError)]
pub enum StoreError {
    /// No answer, or none in time: throttling, timeouts, server errors, keys left unprocessed,
    /// other writers that never gave way. Worth trying again.
    #[error("the table did not answer `{operation}`")]
    Outage {
        /// What was asked of it.
        operation: &'static str,
        /// What the client said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// A row that does not read back as what its key says.
    #[error("the row `{row}` is unreadable")]
    Corrupt {
        /// Its keys.
        row: String,
        /// What is wrong with it.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The calling token was revoked, paused or expired since it was read, or what it speaks for was
    /// closed: nothing was written.
    #[error("the calling token was revoked or changed meanwhile")]
    CallerChanged,
    /// What the act needs was taken from the calling token's principal since it was read: nothing was
    /// written.
    #[error("the calling token's principal may not `{0}` any more")]
    RightTaken(Scope),
    /// A row or claims of a version that this code does not know: a newer one of another deployment, which
    /// is being rolled out. Worth trying again.
    #[error("it is of version {0}, which this function does not know yet")]
    NewerVersion(SchemaVersion),
    /// What would be written is of a version that functions may not know that are still running.
    #[error("this deployment does not write version {0} yet")]
    NotYetWritten(SchemaVersion),
    /// The right to do this comes from more groups than one transaction can check.
    #[error("the right to do this comes from more groups than can be checked at once")]
    TooManyGroups,
}

impl StoreError {
    pub(crate) fn outage(
        operation: &'static str,
    ) -> impl Fn(Box<dyn Error + Send + Sync>) -> Self + Copy {
        move |source| Self::Outage { operation, source }
    }
}
