//! Shared models: `share` makes and changes them, `end` ends them, `limiter` limits how often
//! visitors may try their passwords.

mod end;
mod limiter;
mod share;

pub use limiter::{Admission, Attempt, Visitor};
pub use share::{ShareError, SharePage};
