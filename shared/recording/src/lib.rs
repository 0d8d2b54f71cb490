//! What is written to the table beside a request, and never waited for: the use of tokens, which is
//! gathered in memory, and the seals of the audit log.
//!
//! Best effort: what an instance counted since it last wrote, two minutes at most, is lost when it
//! ends without warning (Lambda's own end of it is one with a warning), and what was written under a
//! lost reply is counted twice if it was folded before it is written again.
//!
//! This crate stands on `hallpass-core` and `hallpass-store`; `hallpass-runtime` holds the one
//! [`Recorder`] of a function.

mod seal;
mod usage;

use hallpass_core::{Moment, Random, TokenContext, UnixMillis};
use hallpass_store::Store;
use std::sync::Arc;
use usage::Usage;

/// What one instance of a function records. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Recorder(Arc<Usage>);

impl Recorder {
    /// Counts one use of a token, in memory: at which route, and how it was answered (`active`, or the
    /// code of a refusal). A token that is not known belongs to nobody, and is not counted.
    pub fn count_use(&self, context: &TokenContext, route: &str, outcome: &str, now: UnixMillis) {
        self.0.count(context, route, outcome, now);
    }

    /// Whether it is time to flush: a minute has passed since the last time that this was so, or since
    /// it was first asked, or memory is half full.
    #[must_use]
    pub fn is_due(&self, now: Moment) -> bool {
        self.0.is_due(now)
    }

    /// Writes the use that was gathered, and then seals the audit logs of the environments in which
    /// this instance acted, as far as their acts are old enough at `now`. What could not be written
    /// is kept for the next time, and logged.
    pub async fn flush(&self, store: &Store, random: Arc<dyn Random>, now: UnixMillis) {
        self.run(store, random, now, false).await;
    }

    /// The same beside a request. A few uses wait once for more, so that an instance that is asked
    /// once a minute does not write each time.
    pub async fn flush_beside(&self, store: &Store, random: Arc<dyn Random>, now: UnixMillis) {
        self.run(store, random, now, true).await;
    }

    async fn run(&self, store: &Store, random: Arc<dyn Random>, now: UnixMillis, waits: bool) {
        let (recorder, store) = (self.clone(), store.clone());
        finish(async move {
            if !(waits && recorder.0.waits_for_more()) {
                recorder.0.flush(&store, &*random, now).await;
            }
            seal::seal(&store, now).await;
        })
        .await;
    }
}

/// Runs a flush as a task of its own: whoever waits for it may go away, and what it has taken from
/// memory must not be lost then.
async fn finish(flush: impl Future<Output = ()> + Send + 'static) {
    if let Err(panicked) = tokio::spawn(flush).await {
        tracing::error!(error = %panicked, "use was not written");
    }
}
