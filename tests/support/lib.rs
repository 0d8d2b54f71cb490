//! What the end-to-end tests share: a Hallpass of their own, and a faulty proxy in front of its
//! services.

mod client;
mod copies;
mod cost;
mod directory;
mod hallpass;
mod log;
pub mod proxy;
mod rows;
mod text;
mod tokens;
mod uses;

pub use client::{Call, Refusal, Reply};
pub use directory::{access, environments, membership};
pub use hallpass::{Hallpass, ISSUER, ManualClock, wrapping_key};
pub use log::Log;
pub use rows::Item;
pub use text::{jwt_claims, jwt_header, new_name, text, typo, with};
