//! Records in one DynamoDB table.
//!
//! The table has a text key `pk`, `sk` and expires rows by `ttl` (seconds), which is clean-up only:
//! every expiry is checked on read. Every read is strongly consistent, every change of state is one
//! transaction under a condition, and nothing scans. An outage is an error, never "not found".

mod account;
mod audit;
mod backoff;
mod bootstrap;
mod close;
mod environment;
mod error;
mod expression;
mod idempotency;
mod index;
mod item;
mod key_row;
mod keys;
mod mint;
mod read;
mod revoke;
mod rotate;
mod slot;
mod sweep;
mod transaction;

pub use account::{AccountPage, AccountRow, CreateError};
pub use audit::Audit;
pub use bootstrap::{BootstrapError, RecoverError};
pub use close::{Closed, Closing};
pub use environment::EnvironmentRow;
pub use error::StoreError;
pub use idempotency::Idempotency;
pub use key_row::{KeyRow, KeyState};
pub use mint::{Mint, MintError};
pub use read::{RowKey, Rows};
pub use revoke::Revoked;
pub use rotate::{RotateError, Rotation};

use std::sync::Arc;
use std::time::Duration;

/// The table, and the client that talks to it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    client: aws_sdk_dynamodb::Client,
    table: Arc<str>,
    patience: Duration,
}

/// How long one act may lose to other writers before it is an outage.
const PATIENCE: Duration = Duration::from_secs(3);

impl Store {
    /// The table of this name, which must exist.
    pub fn new(client: aws_sdk_dynamodb::Client, table: impl Into<Arc<str>>) -> Self {
        Self {
            client,
            table: table.into(),
            patience: PATIENCE,
        }
    }

    /// The same table, with another time than three seconds in which one act may lose to other
    /// writers of the same rows before it is an outage.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }
}
