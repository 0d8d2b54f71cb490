//! Why a run did not do all that was to be done. The next run tries again.

use hallpass_store::StoreError;
use thiserror::Error;

/// Why a run failed.
#[derive(Debug, Error)]
pub enum MaintainError {
    /// It is not known what is to be done.
    #[error("the table does not answer what is to be done")]
    Store(#[from] StoreError),
    /// Everything else was seen to.
    #[error(
        "{failed} closings, audit logs, items of use or lists could not be seen to: the log names them"
    )]
    Left {
        /// How many.
        failed: u64,
    },
}
