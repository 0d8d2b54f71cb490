//! Lists the tokens that versions before this one made: once in the life of a deployment.

use crate::error::MaintainError;
use crate::reply::MaintainReply;
use hallpass_core::AccountId;
use hallpass_runtime::Platform;
use tokio::time::Instant;

/// How long after this version first ran it begins: until then functions of the version before may be
/// at work, whose mints list nothing.
const AFTER_SECONDS: u64 = 3_600;

/// Goes on with it, account by account, until all are done or the time is over.
pub(crate) async fn list_older_tokens(
    platform: &Platform,
    deadline: Instant,
    reply: &mut MaintainReply,
) -> Result<(), MaintainError> {
    let (store, now) = (&platform.store, platform.now());
    let mut older = store.older_tokens(now).await?;
    if older.done {
        return Ok(());
    }
    reply.tokens_unlisted = true;
    if now < older.begun_at.plus_seconds(AFTER_SECONDS) {
        return Ok(());
    }
    let (mut after, mut has_failed) = (older.after, false);
    loop {
        let (accounts, more) = store.accounts_after(after).await?;
        after = accounts.last().copied().or(after);
        let mut is_in_time = true;
        for account in accounts {
            is_in_time = is_in_time && Instant::now() < deadline;
            if !is_in_time {
                break;
            }
            match list_tokens_of(platform, &account, deadline).await {
                // The next run begins where the first one failed.
                Some(true) if !has_failed => older.after = Some(account),
                Some(true) => {}
                Some(false) => is_in_time = false,
                None => {
                    has_failed = true;
                    reply.failed = reply.failed.saturating_add(1);
                }
            }
        }
        older.done = is_in_time && !more && !has_failed;
        store.note_older_tokens(&older).await?;
        if !more || !is_in_time {
            reply.tokens_unlisted = !older.done;
            return Ok(());
        }
    }
}

/// Whether all of an account are listed; `None` where that failed.
async fn list_tokens_of(
    platform: &Platform,
    account: &AccountId,
    deadline: Instant,
) -> Option<bool> {
    match platform.store.list_tokens_of(account, deadline).await {
        Ok(all) => Some(all),
        Err(error) => {
            let error: &dyn std::error::Error = &error;
            tracing::error!(%account, error, "the tokens of an account are not listed");
            None
        }
    }
}
