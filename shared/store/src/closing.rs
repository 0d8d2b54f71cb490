//! Closing an account, an environment or a principal, or ending what is old in one.
//!
//! `close` and `principal` do it: they `begin` by one write to the row of what is closed, from which
//! on nothing more is made there, and `sweep` ends what was made before, page by page. `progress` is
//! how far a sweep has come, `target` what is closed and swept, and `unfinished` lists those that have not come to
//! their end. `made` ends what a token made.

mod begin;
mod close;
mod made;
mod principal;
mod progress;
mod sweep;
mod target;
mod unfinished;

pub use close::Closed;
pub use target::Closing;
pub use unfinished::Unfinished;
