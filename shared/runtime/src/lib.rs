//! What a function is wired from, whether it speaks HTTP or not: its settings, the clients of AWS, the
//! clock, randomness, the [`Platform`] that they make, and what is done when Lambda ends it.
//!
//! The crates stand on one another in this order, and none knows of those after it:
//!
//! ```text
//! core <- store <- keys <- validation <- runtime <- http <- functions/*
//!              <- recording           <-
//! ```
//!
//! Nothing in `shared` knows of `infra`: each function hands in the catalogs that it ships with.

mod aws;
mod clock;
mod connections;
mod log;
mod metrics;
mod platform;
mod random;
mod settings;
mod shutdown;
mod wiring;

pub use aws::{retries, timeouts};
pub use clock::SystemClock;
pub use connections::Connections;
pub use log::log_lines;
pub use metrics::{Metric, metrics_line};
pub use platform::{Deployment, Platform};
pub use random::SystemRandom;
pub use settings::{Settings, SettingsError, variable};
pub use shutdown::flush_on_shutdown;
pub use wiring::{StartError, Wiring};
