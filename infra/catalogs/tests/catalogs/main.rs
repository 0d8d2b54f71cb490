//! The folder of catalogs: what the build embeds of it.

#![cfg(test)]

mod embedding;
