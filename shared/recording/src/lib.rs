//! What is written to the table beside a request, and never waited for: the use of tokens, which is
//! gathered in memory, and the seals of the audit log.
//!
//! Best effort: what an instance counted since it last wrote is lost when it ends without warning,
//! and what was written under a lost reply is counted twice.
//!
//! This crate stands on `hallpass-core` and `hallpass-store`; `hallpass-runtime` holds the one
//! [`Recorder`] of a function.

mod seal;
mod tallies;
mod usage;

use hallpass_core::{Moment, TokenContext, UnixMillis};
use hallpass_store::Store;
use std::sync::Arc;
use usage::Usage;

/// What one instance of a function records. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Recorder(Arc<Usage>);

impl Recorder {
    /// Counts one use of a token that was found good, in memory.
    pub fn count_use(&self, context: &TokenContext, now: UnixMillis) {
        self.0.count(context, now);
    }

    /// Whether a minute has passed since the last time that this was so, or since it was first asked.
    #[must_use]
    pub fn is_due(&self, now: Moment) -> bool {
        self.0.is_due(now)
    }

    /// Writes the use that was gathered, and then seals the audit logs of the environments in which
    /// this instance acted, as far as their acts are old enough at `now`. What could not be written
    /// is kept for the next time, and logged.
    pub async fn flush(&self, store: &Store, now: UnixMillis) {
        let (recorder, store) = (self.clone(), store.clone());
        finish(async move {
            recorder.0.flush(&store).await;
            seal::seal(&store, now).await;
        })
        .await;
    }

    /// Writes the use that was gathered, and seals nothing.
    pub async fn flush_use(&self, store: &Store) {
        let (recorder, store) = (self.clone(), store.clone());
        finish(async move { recorder.0.flush(&store).await }).await;
    }
}

/// Runs a flush as a task of its own: whoever waits for it may go away, and what it has taken from
/// memory must not be lost then.
async fn finish(flush: impl Future<Output = ()> + Send + 'static) {
    if let Err(panicked) = tokio::spawn(flush).await {
        tracing::error!(error = %panicked, "use was not written");
    }
}
