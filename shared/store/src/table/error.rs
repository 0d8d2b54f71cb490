//! What can go wrong with the table itself.

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
}

impl StoreError {
    pub(crate) fn outage(
        operation: &'static str,
    ) -> impl Fn(Box<dyn Error + Send + Sync>) -> Self + Copy {
        move |source| Self::Outage { operation, source }
    }
}
