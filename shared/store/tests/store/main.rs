//! The store against an embedded DynamoDB, over the wire. Each test has its own.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy's allowances for tests leave out their helpers"
)]

mod bootstrap;
mod close;
mod directory;
mod faults;
mod group;
mod key_row;
mod limits;
mod mint;
mod read;
mod revoke;
mod rotate;
mod slot;
mod support;
mod wire;
