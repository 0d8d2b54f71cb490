//! The folder of catalogs: what the build embeds of it, and what its reference says.

#![cfg(test)]

mod embedding;
mod reference;
