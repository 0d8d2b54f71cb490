//! What happened in an environment: the audit log, the seals that make it tamper-evident, and how
//! often and when tokens were used.
//!
//! `audit` is an act as it is written, in the transaction of the act itself, `audit_action` what was
//! done; `audit_log` reads acts,
//! by `audit_id`. `sealing` makes a `seal`, `quiet` has environments sealed in which nobody acts any
//! more, `verification` holds seals to the rows that they cover.
//! `uses` is the use of tokens, `packed` what it is as bytes. `gathered` is written beside the requests;
//! `fold` makes `pages` of it, which `usage` reads, and notes each `last_use`.

mod audit;
mod audit_action;
mod audit_id;
mod audit_log;
mod fold;
mod gathered;
mod last_use;
mod packed;
mod pages;
mod quiet;
mod seal;
mod sealing;
mod usage;
mod uses;
mod verification;

pub use audit::Audit;
pub use audit_action::AuditAction;
pub use audit_id::{AuditId, AuditIdError};
pub use audit_log::{AuditPage, AuditRow};
pub use fold::Folded;
pub use gathered::GatheredUses;
pub use last_use::LastUse;
pub use seal::{Seal, SealHead, SealHeadError};
pub use sealing::SEALED_AFTER_MILLIS;
pub use usage::{UsagePage, UsageQuery, UsageRow};
pub use uses::{ACCEPTED, Quarter, Tally, USAGE_KEPT_DAYS, Use, Uses};
pub use verification::{SealFault, Verification};
