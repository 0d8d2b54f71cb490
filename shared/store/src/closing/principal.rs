//! Closing a user or service account, or ending what is old of it.

use super::begin::{End, Part};
use super::target::Closing;
use super::target::Target;
use crate::activity::Audit;
use crate::table::{Outcome, Store, StoreError};
use hallpass_core::{Principal, Tenant, UnixMillis};
use std::sync::Arc;
use tokio::time::Instant;

impl Store {
    /// Ends the tokens that speak for a user or service account. Those whose validation reads its row
    /// are refused from the first write on.
    pub(super) async fn close_principal(
        &self,
        target: Target,
        principal: &Principal,
        now: UnixMillis,
        deadline: Instant,
    ) -> Result<Option<bool>, StoreError> {
        let row = target.closing().row();
        let read = self.principal(&target.tenant, principal);
        let Some(record) = read.await? else {
            return Ok(None);
        };
        let Some(progress) = self.progress(&row).await? else {
            return Ok(None);
        };
        if progress.unfinished().is_some() && progress.closed_at.is_some() {
            self.remove_member_entries(&record.tenant(), &row, &record.id, &record.member_of)
                .await?;
        }
        self.sweep(&Arc::new(target), progress, now, deadline)
            .await
            .map(Some)
    }

    /// Begins it, unless it has begun already. Answers whether there is such a principal.
    pub(super) async fn begin_principal(
        &self,
        closing: &Closing,
        end: End,
        tenant: &Tenant,
        principal: &Principal,
        audit: &Audit,
    ) -> Result<bool, StoreError> {
        let mut backoff = self.backoff("close", audit.digest());
        loop {
            let read = self.principal(tenant, principal);
            let Some(record) = read.await? else {
                return Ok(false);
            };
            if record.closed_at.is_some() {
                return Ok(true);
            }
            let begin = end.begin_principal(closing, &record)?;
            let begin = begin.log(Part::Audit, audit, tenant)?;
            match self.transact(&begin).await? {
                Outcome::Written => return Ok(true),
                // A sweep that reaches as far has begun.
                Outcome::Lost(_) if end.closed_at.is_none() => return Ok(true),
                // The row was changed, maybe its name: what is to be freed is read again.
                Outcome::Lost(_) => backoff.pause().await?,
            }
        }
    }
}
