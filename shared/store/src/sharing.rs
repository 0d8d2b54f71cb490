//! Shared models: `share` makes and changes them, `unshare` ends them, `limiter` limits how often
//! visitors may try their passwords.

mod limiter;
mod share;
mod unshare;

pub use limiter::{Admission, Attempt, Visitor};
pub use share::ShareError;
