//! Trying again where another writer was faster or the table throttled, spread out so that the next try meets fewer.
//!
//! Not by `backon`: its jitter is added to the whole pause, where full jitter draws all of the pause
//! (AWS Architecture Blog, "Exponential Backoff And Jitter"), and its last pause does not end at the deadline.

use super::error::StoreError;
use super::store::Store;
use hallpass_core::Random;
use std::time::Duration;
use thiserror::Error;
use tokio::time::{Instant, sleep_until};

/// The first pause is shorter than this, in milliseconds; each further one up to twice as long.
const FIRST: u64 = 8;
const LONGEST: u64 = 128;

/// Other writers won, or the table throttled, until the deadline.
#[derive(Debug, Error)]
#[error("other writers changed the same rows, or the table throttled them, until the deadline")]
struct Contended;

/// Pauses of growing length with full jitter, until a deadline.
#[derive(Debug)]
pub(crate) struct Backoff {
    operation: &'static str,
    state: u64,
    ceiling: u64,
    deadline: Instant,
}

impl Store {
    /// Jitter from `seed`: writers with different seeds pause differently. Nothing depends on
    /// its being secret or unique.
    pub(crate) fn backoff(&self, operation: &'static str, seed: u64) -> Backoff {
        let now = Instant::now();
        Backoff {
            operation,
            state: seed,
            ceiling: FIRST,
            deadline: now.checked_add(self.patience).unwrap_or(now),
        }
    }
}

impl Backoff {
    /// Waits a little.
    ///
    /// # Errors
    /// An outage once the deadline has passed.
    pub(crate) async fn pause(&mut self) -> Result<(), StoreError> {
        let now = Instant::now();
        if now >= self.deadline {
            return Err(StoreError::Outage {
                operation: self.operation,
                source: Box::new(Contended),
            });
        }
        // Knuth's MMIX generator; its high bits are the good ones.
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let wait = self
            .state
            .wrapping_shr(33)
            .checked_rem(self.ceiling.saturating_mul(1_000))
            .unwrap_or_default();
        self.ceiling = self.ceiling.saturating_mul(2).min(LONGEST);
        let until = now.checked_add(Duration::from_micros(wait));
        sleep_until(until.unwrap_or(now).min(self.deadline)).await;
        Ok(())
    }
}

/// 64 random bits.
pub(crate) fn draw(operation: &'static str, random: &dyn Random) -> Result<u64, StoreError> {
    let mut bytes = [0_u8; 8];
    random
        .fill(&mut bytes)
        .map_err(|source| StoreError::Outage {
            operation,
            source: Box::new(source),
        })?;
    Ok(u64::from_be_bytes(bytes))
}
