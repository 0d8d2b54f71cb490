//! Invoked by a schedule, each minute: sees to what nobody else would. It finishes closings that were
//! cut short, seals the audit log of environments in which nobody acts any more, and folds use. After an
//! upgrade it lists the tokens that versions before made.
//!
//! What is to be done stands in the table. Runs may overlap, and break off at any point: everything
//! is safe to repeat, and what is left is found by the next run.

mod closings;
mod error;
mod lists;
mod reply;
mod request;
mod seals;
mod uses;

pub use error::MaintainError;
pub use reply::MaintainReply;
pub use request::MaintainRequest;

use hallpass_core::UnixMillis;
use hallpass_runtime::Platform;
use std::time::Duration;
use tokio::time::Instant;

/// How long a run works before it leaves the rest to the next one.
pub const WORK_FOR: Duration = Duration::from_secs(45);

/// Does what is to be done, for `work_for` at most and a page beyond. What fails stops nothing else.
///
/// # Errors
/// When the table does not answer, or something could not be seen to.
pub async fn maintain(
    platform: &Platform,
    work_for: Duration,
) -> Result<MaintainReply, MaintainError> {
    let now = Instant::now();
    let deadline = now.checked_add(work_for).unwrap_or(now);
    let mut reply = MaintainReply::default();
    // First what is soon done, or has its turn: a closing may take all the time there is.
    let sealed = seals::seal_quiet(platform, deadline, &mut reply).await;
    let folded = uses::fold(platform, deadline, &mut reply).await;
    let closed = closings::finish(platform, deadline, &mut reply).await;
    // Last: lists are whole without it, if less convenient.
    let listed = lists::list_older_tokens(platform, deadline, &mut reply).await;
    sealed?;
    folded?;
    closed?;
    listed?;
    match reply.failed {
        0 => Ok(reply),
        failed => Err(MaintainError::Left { failed }),
    }
}

fn seconds_since(then: UnixMillis, now: UnixMillis) -> u64 {
    let millis = now.0.saturating_sub(then.0);
    millis.checked_div(1_000).unwrap_or_default()
}
