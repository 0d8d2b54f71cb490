//! The DynamoDB table, and how this crate reads and writes it. Nothing here knows what a row is
//! about, but for `keys`, the one place that knows where each row lies.
//!
//! `Store` is the handle. Rows are read by `read` and `range`, always strongly consistent and never
//! by a scan. They are written by a `transaction`; only counts are written by `update`. `item` turns
//! rows into attributes and back, `expression` holds conditions and changes, `backoff` tries again
//! after other writers, `digest` hashes texts and rows.

mod backoff;
mod digest;
mod error;
mod expression;
pub(crate) mod item;
pub(crate) mod keys;
mod range;
mod read;
mod store;
mod transaction;
mod unsealed;
mod update;

pub(crate) use backoff::draw;
pub(crate) use digest::{canonical, digest};
pub use error::StoreError;
pub(crate) use expression::Expression;
pub(crate) use item::{Item, key_text, number, text};
pub(crate) use keys::Key;
pub(crate) use range::Range;
pub(crate) use read::Slice;
pub use read::{RowKey, Rows};
pub use store::Store;
pub(crate) use transaction::{Outcome, Transaction};
