//! Closing a user or service account, or ending what is old of it.

use super::close::{End, Part};
use super::sweep::Swept;
use crate::activity::Audit;
use crate::directory::as_read;
use crate::table::{Expression, Key, Outcome, Store, StoreError, Tenant, Transaction, number};
use hallpass_core::{Principal, PrincipalRecord, UnixMillis};
use std::sync::Arc;
use tokio::time::Instant;

impl Store {
    /// Sets a user's or service account's row on its way, and walks what speaks for it. What has
    /// its row read at validation is dead from the first write on.
    pub(super) async fn close_principal(
        &self,
        end: End,
        swept: Swept,
        principal: &Principal,
        audit: &Audit,
        now: UnixMillis,
        deadline: Instant,
    ) -> Result<Option<bool>, StoreError> {
        let Some(record) = self.begin_principal(end, &swept, principal, audit).await? else {
            return Ok(None);
        };
        let Some(progress) = self.progress(&swept.row()).await? else {
            return Ok(None);
        };
        if progress.before().is_some() && progress.closed_at.is_some() {
            self.erase_entries(
                Tenant::from(&record),
                &swept.row(),
                &record.id,
                &record.member_of,
            )
            .await?;
        }
        self.sweep(&Arc::new(swept), progress, now, deadline)
            .await
            .map(Some)
    }

    /// Begins it, unless it has begun already; answers the row that was read.
    async fn begin_principal(
        &self,
        end: End,
        swept: &Swept,
        principal: &Principal,
        audit: &Audit,
    ) -> Result<Option<PrincipalRecord>, StoreError> {
        let tenant = Tenant {
            account: &swept.account,
            environment: &swept.environment,
        };
        let mut backoff = self.backoff("close", audit.digest());
        loop {
            let read = self.principal(tenant.account, tenant.environment, principal);
            let Some(record) = read.await? else {
                return Ok(None);
            };
            if record.closed_at.is_some() {
                return Ok(Some(record));
            }
            let begin =
                end.begin_principal(&swept.row(), &record)
                    .log_in(Part::Audit, audit, tenant)?;
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

impl End {
    /// Closes the row as it was read, frees its name and takes it out of its list; or cuts off what
    /// is old, unless a sweep that reaches as far has begun.
    fn begin_principal(self, row: &Key, record: &PrincipalRecord) -> Transaction<Part> {
        if self.closed_at.is_some() {
            let change = self.change();
            return Transaction::new("close")
                .update(Part::Row, row.clone(), change, as_read(record.version))
                .forget_principal(Part::Row, record);
        }
        let change = Expression::new(
            "SET #sweep_before = :before, #cut_off = :before REMOVE #sweep_after, #sweep_done, #sweep_last",
        )
        .with(":before", number(self.before.0));
        Transaction::new("close").update(Part::Row, row.clone(), change, self.reaches_further())
    }
}
