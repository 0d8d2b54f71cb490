//! Passwords that people choose: Argon2id, within a budget of memory.
//!
//! A crate of its own, so that only the functions that meet passwords carry the hash. It stands on
//! `hallpass-core`.

mod argon;
mod opaque;
mod text;

pub use argon::{Compared, HashError, compare, hash, matches};
pub use text::{Password, PasswordTooLong, chosen, optional};
