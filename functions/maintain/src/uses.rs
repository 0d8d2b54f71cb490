//! Folds what functions gathered of the use of tokens into pages that can be read.

use crate::error::MaintainError;
use crate::reply::MaintainReply;
use crate::seconds_since;
use hallpass_runtime::Platform;
use std::time::Duration;
use tokio::time::Instant;

/// For how long use may wait for more of the same environments and tokens, if there is little of it.
const WAITS_SECONDS: u64 = 60 * 60;

/// How long it is folded before it is the turn of what else there is: a run has 45 s in all.
const TURN: Duration = Duration::from_secs(15);

/// Folds what there is, one stretch after the other.
pub(crate) async fn fold(
    platform: &Platform,
    deadline: Instant,
    reply: &mut MaintainReply,
) -> Result<(), MaintainError> {
    let now = platform.now();
    let turn = Instant::now().checked_add(TURN).unwrap_or(deadline);
    let folded = platform
        .store
        .fold_uses(now, WAITS_SECONDS, turn.min(deadline))
        .await?;
    reply.folded_uses = folded.uses;
    reply.oldest_use_seconds = seconds_since(folded.oldest.unwrap_or(now), now);
    reply.failed = reply.failed.saturating_add(folded.set_aside);
    Ok(())
}
