//! Records in one DynamoDB table.
//!
//! The table has a text key `pk`, `sk` and expires rows by `ttl` (seconds), which is clean-up only:
//! every expiry is checked on read. Every read is strongly consistent, every change of state is one
//! transaction under a condition (only use and attempts at passwords are counted row by row), and
//! nothing scans. An outage is an error, never "not found". This crate stands on `hallpass-core`.
//!
//! Everything is a method of [`Store`], and stands with what it is about. A folder imports only from
//! those named before it:
//!
//! - `table`: how rows are read and written, and where each lies
//! - `activity`: the audit log, its seals, and use
//! - `signing`: signing keys
//! - `directory`: accounts, environments, users, groups, folders
//! - `tokens`: opaque tokens, and the revocation of JWTs
//! - `sharing`: shared models
//! - `closing`: ending everything of an account, environment, user or service account
//!
//! Two files stand beside them: `idempotency`, for what is made only once, and `rows`, which reads
//! for a validation.

mod activity;
mod closing;
mod directory;
mod idempotency;
mod rows;
mod sharing;
mod signing;
mod table;
mod tokens;

pub use activity::{
    ACCEPTED, Audit, AuditAction, AuditId, AuditIdError, AuditPage, AuditRow, Folded, GatheredUses,
    LastUse, Quarter, SEALED_AFTER_MILLIS, Seal, SealFault, SealHead, SealHeadError, Tally,
    USAGE_KEPT_DAYS, UsagePage, UsageQuery, UsageRow, Use, Uses, Verification,
};
pub use closing::{Closed, Closing, Unfinished};
pub use directory::{
    AccessPage, AccountRow, ChangeError, CreateError, EnvironmentRow, FolderError, Grant,
    ListedGroup, ListedPrincipal, MOST_BELOW, Member, MemberError, MemberPage, Membership, Owner,
    Page,
};
pub use idempotency::Idempotency;
pub use rows::{RowKey, Rows};
pub use sharing::{Admission, Attempt, ShareError, Visit, Visitor};
pub use signing::{KeyRow, KeyState, Keyring, VerificationKeyRow};
pub use table::{Actor, Store, StoreError, UnsealedNote};
pub use tokens::{
    BootstrapError, Changeable, ListedToken, Mint, MintError, OlderTokens, RecoverError, Revoked,
    RotateError, Rotation, TokenCursor, TokenCursorError, TokenList, TokenPage, UpdateError,
};
