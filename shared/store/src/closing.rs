//! Closing an account, an environment or a principal, or ending what is old in one: `close` and
//! `principal` begin it, `sweep` ends the tokens, page by page.

mod close;
mod principal;
mod sweep;

pub use close::{Closed, Closing};
