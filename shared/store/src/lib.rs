//! Records in one DynamoDB table.
//!
//! The table has a text key `pk`, `sk` and expires rows by `ttl` (seconds), which is clean-up only:
//! every expiry is checked on read. Every read is strongly consistent, every change of state is one
//! transaction under a condition, and nothing scans. An outage is an error, never "not found".

mod access;
mod account;
mod acts;
mod audit;
mod backoff;
mod below;
mod bootstrap;
mod close;
mod digest;
mod environment;
mod error;
mod expression;
mod folder;
mod giver;
mod group;
mod idempotency;
mod index;
mod item;
mod key_row;
mod keys;
mod limiter;
mod list;
mod listed;
mod maker;
mod member;
mod mint;
mod nesting;
mod principal;
mod range;
mod read;
mod revoke;
mod rotate;
mod seal;
mod share;
mod slot;
mod sweep;
mod transaction;
mod update;
mod update_one;
mod usage;

pub use access::{AccessPage, Grant};
pub use account::{AccountPage, AccountRow, CreateError};
pub use audit::{Audit, AuditId, AuditIdError, AuditPage, AuditRow};
pub use bootstrap::{BootstrapError, RecoverError};
pub use close::{Closed, Closing};
pub use environment::{EnvironmentPage, EnvironmentRow};
pub use error::StoreError;
pub use folder::{FolderError, FolderPage, Owner};
pub use giver::Giver;
pub use group::GroupPage;
pub use idempotency::Idempotency;
pub use index::ListedToken;
pub use key_row::{KeyRow, KeyState, Keyring};
pub use limiter::{Admission, Attempt, Visitor};
pub use list::{TokenCursor, TokenCursorError, TokenList, TokenPage};
pub use member::{Member, MemberError, MemberPage, Membership};
pub use mint::{Mint, MintError};
pub use principal::{ChangeError, PrincipalPage};
pub use read::{RowKey, Rows};
pub use revoke::Revoked;
pub use rotate::{RotateError, Rotation};
pub use seal::{SEALED_AFTER_MILLIS, Seal, SealFault, SealHead, SealHeadError, Verification};
pub use share::{ShareError, SharePage};
pub use update::{Changeable, UpdateError};
pub use usage::{
    LastUse, Tally, USAGE_KEPT_DAYS, UsageCursor, UsageCursorError, UsageOf, UsagePage, UsageQuery,
    UsageRow, Use, UseList, UseRow,
};

use std::sync::Arc;
use std::time::Duration;

/// The table, and the client that talks to it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    client: aws_sdk_dynamodb::Client,
    table: Arc<str>,
    patience: Duration,
    acts: Arc<acts::Acts>,
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
            acts: Arc::default(),
        }
    }

    /// The same table, with another time than three seconds in which one act may lose to other
    /// writers of the same rows before it is an outage.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }
}
