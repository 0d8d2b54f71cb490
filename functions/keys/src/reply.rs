//! What a run answers, and what it tells CloudWatch.

use crate::plan::Did;
use hallpass_core::{Algorithm, UnixMillis, UnixSeconds};
use hallpass_runtime::{Metric, metrics_line};
use hallpass_store::KeyRow;
use serde::Serialize;

/// What was done, and how the keys stand now.
#[derive(Clone, Debug, Serialize)]
pub struct KeysReply {
    /// What was done, in order; nothing is usual.
    pub did: Vec<Did>,
    /// When the key to be retired was retired, if that was before: there was nothing left to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub already_retired: Option<UnixSeconds>,
    /// It signs.
    pub current: Option<KeyView>,
    /// It is published, and signs next.
    pub next: Option<KeyView>,
    /// They signed, and are published while that lives.
    pub previous: Vec<KeyView>,
    /// From when on the next key may sign.
    pub next_may_sign_at: Option<UnixSeconds>,
    /// For how long the current key has signed beyond its time.
    pub overdue_seconds: u64,
}

/// A published key.
#[derive(Clone, Debug, Serialize)]
pub struct KeyView {
    /// Its id, for `retire`.
    pub kid: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// `direct` or `wrapped`.
    pub mode: &'static str,
    /// When it was made.
    pub created_at: UnixSeconds,
}

impl From<&KeyRow> for KeyView {
    fn from(row: &KeyRow) -> Self {
        Self {
            kid: row.kid.clone(),
            algorithm: row.algorithm,
            mode: match row.private_key {
                None => "direct",
                Some(_) => "wrapped",
            },
            created_at: row.created_at.seconds(),
        }
    }
}

impl KeysReply {
    /// A line of the log that CloudWatch reads as metrics: an alarm
    /// depends on `RotationOverdueSeconds`, which is also missed if no run comes to its end.
    #[must_use]
    pub fn metrics(&self, stack: &str, now: UnixMillis) -> String {
        let metrics = [
            Metric {
                name: "RotationOverdueSeconds",
                unit: "Seconds",
                value: self.overdue_seconds,
            },
            Metric {
                name: "PublishedKeys",
                unit: "Count",
                value: u64::try_from(self.published()).unwrap_or(u64::MAX),
            },
        ];
        metrics_line(stack, now, &metrics)
    }

    fn published(&self) -> usize {
        let two = [&self.current, &self.next].into_iter().flatten().count();
        two.saturating_add(self.previous.len())
    }
}
