//! Signing keys: `key_row` is what is published of one, `keyring` changes them together. Only the
//! functions `keys` and `bootstrap` may write in their partition, by policy.

mod key_row;
mod keyring;

pub use key_row::{KeyRow, KeyState, VerificationKeyRow};
pub use keyring::Keyring;
