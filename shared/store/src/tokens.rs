//! Tokens: one file an operation on them (`mint`, `rotate`, `update`, `revoke`, `list`, `bootstrap`),
//! and what those share: `entry`, the rows of a token, and `creation`, which writes them; `listing`, its entries in the lists that people look
//! at, and `listing_older`, those of tokens from before there were such lists; `slot`, the numbered slots of
//! a limited kind.

mod bootstrap;
mod creation;
mod entry;
mod list;
mod listing;
mod listing_older;
mod mint;
mod revoke;
mod rotate;
mod slot;
mod update;

pub use bootstrap::{BootstrapError, RecoverError};
pub use entry::ListedToken;
pub(crate) use entry::{MadeToken, TokenEntry};
pub use list::{TokenCursor, TokenCursorError, TokenList, TokenPage};
pub use listing_older::OlderTokens;
pub use mint::{Mint, MintError};
pub(crate) use revoke::Ending;
pub use revoke::Revoked;
pub use rotate::{RotateError, Rotation};
pub use update::{Changeable, UpdateError};
