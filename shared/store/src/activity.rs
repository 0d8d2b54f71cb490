//! What happened in an environment: the audit log, the seals that make it tamper-evident, and how
//! often and when tokens were used.
//!
//! `audit` is an act as it is written, in the transaction of the act itself, `audit_action` what was
//! done; `audit_log` reads acts,
//! by `audit_id`. `sealing` makes a `seal`, `quiet` has environments sealed in which nobody acts any
//! more, `verification` holds seals to the rows that they cover.
//! `add_use` counts use beside the requests, `usage` and `last_use` read it.

mod add_use;
mod audit;
mod audit_action;
mod audit_id;
mod audit_log;
mod last_use;
mod quiet;
mod seal;
mod sealing;
mod usage;
mod verification;

pub use add_use::{Tally, USAGE_KEPT_DAYS, Use, UseList, UseRow};
pub use audit::Audit;
pub use audit_action::AuditAction;
pub use audit_id::{AuditId, AuditIdError};
pub use audit_log::{AuditPage, AuditRow};
pub use last_use::LastUse;
pub use seal::{Seal, SealHead, SealHeadError};
pub use sealing::SEALED_AFTER_MILLIS;
pub use usage::{UsageCursor, UsageCursorError, UsageOf, UsagePage, UsageQuery, UsageRow};
pub use verification::{SealFault, Verification};
