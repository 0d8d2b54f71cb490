//! Finishes closings that have begun and that nobody finished.

use crate::error::MaintainError;
use crate::reply::MaintainReply;
use crate::seconds_since;
use hallpass_core::UnixMillis;
use hallpass_runtime::Platform;
use hallpass_store::{Closed, Unfinished};
use std::time::Duration;
use tokio::time::Instant;

/// For how long a closing is left to whoever began it: they walk for 20 s, and are told to ask again.
const LEFT_ALONE_SECONDS: u64 = 60;

/// How long one closing is walked before it is the turn of the next: a large one holds up no other.
const TURN: Duration = Duration::from_secs(5);

/// Walks those that are old enough, in turns, until all are finished or the time is over.
pub(crate) async fn finish(
    platform: &Platform,
    deadline: Instant,
    reply: &mut MaintainReply,
) -> Result<(), MaintainError> {
    let now = platform.now();
    let mut left = platform.store.unfinished_closings().await?;
    left.retain(|it| now >= it.begun_at.plus_seconds(LEFT_ALONE_SECONDS));
    let mut failed = Vec::new();
    while !left.is_empty() && Instant::now() < deadline {
        let mut unfinished = Vec::new();
        for it in left {
            if Instant::now() >= deadline {
                unfinished.push(it);
                continue;
            }
            match walk(platform, &it, now, deadline).await {
                Some(Closed::Finished) => {
                    reply.finished_closings = reply.finished_closings.saturating_add(1);
                }
                Some(Closed::Unfinished) => unfinished.push(it),
                None => failed.push(it),
            }
        }
        left = unfinished;
    }
    let count = |it: &[Unfinished]| u64::try_from(it.len()).unwrap_or(u64::MAX);
    reply.failed = reply.failed.saturating_add(count(&failed));
    left.append(&mut failed);
    reply.unfinished_closings = count(&left);
    let oldest = left.iter().map(|it| it.begun_at).min().unwrap_or(now);
    reply.oldest_closing_seconds = seconds_since(oldest, now);
    Ok(())
}

/// One turn; `None` where it failed.
async fn walk(
    platform: &Platform,
    unfinished: &Unfinished,
    now: UnixMillis,
    deadline: Instant,
) -> Option<Closed> {
    let turn = Instant::now().checked_add(TURN).unwrap_or(deadline);
    let closing = &unfinished.closing;
    let walked = platform
        .store
        .finish_closing(closing, now, turn.min(deadline));
    match walked.await {
        Ok(closed) => Some(closed),
        Err(error) => {
            let error: &dyn std::error::Error = &error;
            tracing::error!(closing = ?closing, error, "a closing is not finished");
            None
        }
    }
}
