//! Seals the audit log of environments in which nobody acts any more.

use crate::error::MaintainError;
use crate::reply::MaintainReply;
use hallpass_runtime::Platform;
use tokio::time::Instant;

/// Seals what is old enough, one environment after the other.
pub(crate) async fn seal_quiet(
    platform: &Platform,
    deadline: Instant,
    reply: &mut MaintainReply,
) -> Result<(), MaintainError> {
    let (store, now) = (&platform.store, platform.now());
    for note in store.quiet_environments(now).await? {
        if Instant::now() >= deadline {
            return Ok(());
        }
        match store.seal_quiet(&note, now).await {
            Ok(true) => reply.sealed_environments = reply.sealed_environments.saturating_add(1),
            // There are many acts: the next run goes on.
            Ok(false) => {}
            Err(error) => {
                reply.failed = reply.failed.saturating_add(1);
                let (account, environment) = (note.account, &note.environment);
                let error: &dyn std::error::Error = &error;
                tracing::error!(%account, %environment, error, "an audit log is not sealed: verify it");
            }
        }
    }
    Ok(())
}
