//! The rows of signing keys.

mod key_row;

pub use key_row::{KeyRow, KeyState, Keyring};
