//! Closing a user or service account, or ending what is old of it.

use super::begin::{End, Part};
use super::target::Target;
use crate::activity::Audit;
use crate::table::{Outcome, Store, StoreError};
use hallpass_core::{Principal, PrincipalRecord, UnixMillis};
use std::sync::Arc;
use tokio::time::Instant;

impl Store {
    /// Begins the sweep of a user or service account, and ends the tokens that speak for it. Tokens
    /// whose validation reads its row are refused from the first write on.
    pub(super) async fn close_principal(
        &self,
        end: End,
        target: Target,
        principal: &Principal,
        audit: &Audit,
        now: UnixMillis,
        deadline: Instant,
    ) -> Result<Option<bool>, StoreError> {
        let Some(record) = self.begin_principal(end, &target, principal, audit).await? else {
            return Ok(None);
        };
        let Some(progress) = self.progress(&target.row()).await? else {
            return Ok(None);
        };
        if progress.unfinished().is_some() && progress.closed_at.is_some() {
            self.remove_member_entries(
                &record.tenant(),
                &target.row(),
                &record.id,
                &record.member_of,
            )
            .await?;
        }
        self.sweep(&Arc::new(target), progress, now, deadline)
            .await
            .map(Some)
    }

    /// Begins it, unless it has begun already; answers the row that was read.
    async fn begin_principal(
        &self,
        end: End,
        target: &Target,
        principal: &Principal,
        audit: &Audit,
    ) -> Result<Option<PrincipalRecord>, StoreError> {
        let tenant = &target.tenant;
        let mut backoff = self.backoff("close", audit.digest());
        loop {
            let read = self.principal(tenant, principal);
            let Some(record) = read.await? else {
                return Ok(None);
            };
            if record.closed_at.is_some() {
                return Ok(Some(record));
            }
            let begin =
                end.begin_principal(&target.row(), &record)
                    .log(Part::Audit, audit, tenant)?;
            match self.transact(&begin).await? {
                Outcome::Written => return Ok(Some(record)),
                // A sweep that reaches as far has begun.
                Outcome::Lost(_) if end.closed_at.is_none() => return Ok(Some(record)),
                // The row was changed, maybe its name: what is to be freed is read again.
                Outcome::Lost(_) => backoff.pause().await?,
            }
        }
    }
}
