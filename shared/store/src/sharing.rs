//! Shared models: `share` makes and changes them, `unshare` ends them, `visitor` says who gave a
//! password of late, and `limiter` limits how often visitors may try one.

mod limiter;
mod share;
mod unshare;
mod visitor;

pub use limiter::{Admission, Attempt};
pub use share::ShareError;
pub use visitor::{Visit, Visitor};
