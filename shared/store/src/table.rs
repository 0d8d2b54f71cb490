//! The DynamoDB table, and how this crate reads and writes it. Nothing here knows what a row is
//! about, but for `keys`, the one place that knows where each row lies.
//!
//! `store` is the handle. `item` has a row's attributes as DynamoDB has them, `row` turns this
//! crate's types into them and back, `expression` holds conditions and changes. `read` reads by key,
//! prefix and range, always strongly consistent and never by a scan; `version` refuses what is newer than
//! this code.
//! `transaction` writes, and `actor` is what has to hold of the calling token then; only counts and use
//! are written by `update`. `backoff` tries again after other writers, `digest` hashes texts and rows,
//! `unsealed` remembers and notes where audit rows were written.

mod actor;
mod backoff;
mod digest;
mod error;
mod expression;
mod item;
mod key;
pub(crate) mod keys;
mod read;
pub(crate) mod row;
mod store;
mod transaction;
mod unsealed;
mod update;
mod version;

pub use actor::Actor;
pub(crate) use backoff::draw;
pub(crate) use digest::{canonical, digest};
pub use error::StoreError;
pub(crate) use expression::Expression;
pub(crate) use item::{Item, key_text, number, text};
pub(crate) use key::Key;
pub(crate) use read::query::Slice;
pub(crate) use read::range::Range;
pub(crate) use read::{BATCH_LIMIT, Projected};
pub(crate) use row::{KEPT_SECONDS, Reference};
pub use store::Store;
pub(crate) use transaction::{Act, Outcome, TRANSACTION_LIMIT, Transaction};
pub use unsealed::UnsealedNote;
pub(crate) use version::versioned;
