//! What a run answers, and what it tells CloudWatch.

use hallpass_core::UnixMillis;
use hallpass_runtime::{Metric, metrics_line};
use serde::Serialize;

/// What was done, and what is left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MaintainReply {
    /// Closings that were finished.
    pub finished_closings: u64,
    /// Closings that are left to the next run.
    pub unfinished_closings: u64,
    /// For how long the oldest of those has been under way.
    pub oldest_closing_seconds: u64,
    /// Environments whose audit log was sealed.
    pub sealed_environments: u64,
    /// Uses that were folded.
    pub folded_uses: u64,
    /// How long ago the oldest use was gathered that is left to a next run. Little of it waits for
    /// more, an hour at most.
    pub oldest_use_seconds: u64,
    /// Whether tokens that versions before made are still to be listed.
    pub tokens_unlisted: bool,
    /// What could not be seen to.
    pub failed: u64,
}

impl MaintainReply {
    /// A line of the log that CloudWatch reads as metrics: alarms
    /// depend on `OldestClosingSeconds` and `OldestUseSeconds`; the first is also missed if no run comes
    /// to its end.
    #[must_use]
    pub fn metrics(&self, stack: &str, now: UnixMillis) -> String {
        let metrics = [
            Metric {
                name: "OldestClosingSeconds",
                unit: "Seconds",
                value: self.oldest_closing_seconds,
            },
            Metric {
                name: "UnfinishedClosings",
                unit: "Count",
                value: self.unfinished_closings,
            },
            Metric {
                name: "OldestUseSeconds",
                unit: "Seconds",
                value: self.oldest_use_seconds,
            },
        ];
        metrics_line(stack, now, &metrics)
    }
}
