//! What happened in an environment: the audit log, the seals that make it tamper-evident, and how
//! often and when tokens were used.

mod audit;
mod seal;
mod usage;
mod verification;

pub use audit::{Audit, AuditId, AuditIdError, AuditPage, AuditRow};
pub use seal::{SEALED_AFTER_MILLIS, Seal, SealHead, SealHeadError};
pub use usage::{
    LastUse, Tally, USAGE_KEPT_DAYS, UsageCursor, UsageCursorError, UsageOf, UsagePage, UsageQuery,
    UsageRow, Use, UseList, UseRow,
};
pub use verification::{SealFault, Verification};
