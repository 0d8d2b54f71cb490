//! What the end-to-end tests share: a Hallpass of their own, and a faulty proxy in front of its
//! services.

mod client;
mod copies;
mod hallpass;
mod log;
pub mod proxy;

pub use client::{Call, Reply};
pub use hallpass::{Hallpass, ISSUER, ManualClock, text, typo, wrapping_key};
pub use log::Log;
