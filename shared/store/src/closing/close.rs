//! Close: nothing more is minted in an environment or account, or for a user or service account, and
//! everything under it is revoked.

use super::begin::{End, Part};
use super::progress::{ALL_TIME, Progress, Step};
use super::target::Target;
use crate::activity::Audit;
use crate::table::{Outcome, Store, StoreError, Transaction, keys};
use hallpass_core::{AccountId, EnvironmentName, Principal, Tenant, UnixMillis};
use serde::Deserialize;
use std::sync::Arc;
use tokio::time::Instant;

/// What is closed, or swept of what is old.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closing {
    /// One environment.
    Environment(Tenant),
    /// One user or service account.
    Principal {
        /// Where it lives.
        tenant: Tenant,
        /// Its id.
        principal: Principal,
    },
    /// An account with all its environments.
    Account(AccountId),
}

/// How far closing came before its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Everything is revoked.
    Finished,
    /// Nothing more is minted, and some is still to be revoked: call again.
    Unfinished,
}

/// An environment of an account that is closed.
#[derive(Deserialize)]
struct EnvironmentProgress {
    name: EnvironmentName,
    #[serde(flatten)]
    progress: Progress,
}

impl Store {
    /// Without `before`, closes; with it, closes nothing, revokes the tokens made up to that moment
    /// and cuts off what the others derived up to it (a moment still to come counts as now).
    ///
    /// Works until `deadline` and goes on there when called again; one page at least is done by
    /// each call, and a finished one is not done again. `None`: there is no such row.
    ///
    /// # Errors
    /// When the table does not answer; what was done stays done.
    pub async fn close(
        &self,
        closing: &Closing,
        before: Option<UnixMillis>,
        audit: &Audit,
        now: UnixMillis,
        deadline: Instant,
    ) -> Result<Option<Closed>, StoreError> {
        let end = match before {
            Some(before) => End {
                before: before.min(now),
                closed_at: None,
            },
            None => End {
                before: ALL_TIME,
                closed_at: Some(now),
            },
        };
        let finished = match closing {
            Closing::Environment(tenant) => {
                let row = keys::environment(tenant);
                let begin = end.begin(&row).log(Part::Audit, audit, tenant)?;
                let target = Target {
                    tenant: tenant.clone(),
                    principal: None,
                    caller: audit.calling_token(),
                };
                self.close_environment(begin, target, now, deadline).await?
            }
            Closing::Principal { tenant, principal } => {
                let target = Target {
                    tenant: tenant.clone(),
                    principal: Some(*principal),
                    caller: audit.calling_token(),
                };
                self.close_principal(end, target, principal, audit, now, deadline)
                    .await?
            }
            Closing::Account(account) => {
                let begin = end.begin(&keys::account(account)).log(
                    Part::Audit,
                    audit,
                    &Tenant::first_of(*account),
                )?;
                self.close_account(begin, *account, now, deadline).await?
            }
        };
        Ok(finished.map(|finished| {
            if finished {
                Closed::Finished
            } else {
                Closed::Unfinished
            }
        }))
    }

    async fn close_environment(
        &self,
        begin: Transaction<Part>,
        target: Target,
        now: UnixMillis,
        deadline: Instant,
    ) -> Result<Option<bool>, StoreError> {
        let row = target.row();
        // Where the condition is lost, the row is gone, or a sweep that reaches as far has begun.
        let (Outcome::Written | Outcome::Lost(_)) = self.transact(&begin).await?;
        let Some(progress) = self.progress(&row).await? else {
            return Ok(None);
        };
        self.sweep(&Arc::new(target), progress, now, deadline)
            .await
            .map(Some)
    }

    async fn close_account(
        &self,
        begin: Transaction<Part>,
        account: AccountId,
        now: UnixMillis,
        deadline: Instant,
    ) -> Result<Option<bool>, StoreError> {
        let row = keys::account(&account);
        let (Outcome::Written | Outcome::Lost(_)) = self.transact(&begin).await?;
        let Some(progress) = self.progress(&row).await? else {
            return Ok(None);
        };
        let Some(before) = progress.unfinished() else {
            return Ok(Some(true));
        };
        // What the account's row says, which may reach further than this call.
        let end = End {
            before,
            closed_at: progress.closed_at,
        };
        let mut in_time = true;
        // What is made after this list was read has no token from before: mints check the account.
        let environments: Vec<EnvironmentProgress> = self
            .query_all("list environments", &row.pk, keys::ENVIRONMENTS)
            .await?;
        for EnvironmentProgress { name, progress } in environments {
            if progress.has_ended(before) {
                continue;
            }
            if !in_time {
                return Ok(Some(false));
            }
            let tenant = Tenant {
                account,
                environment: name,
            };
            let begin = end.begin(&keys::environment(&tenant));
            let target = Target {
                tenant,
                principal: None,
                // Only the operator closes an account, and never its own.
                caller: None,
            };
            if self.close_environment(begin, target, now, deadline).await? == Some(false) {
                return Ok(Some(false));
            }
            in_time = Instant::now() < deadline;
        }
        self.record_progress(&row, before, Step::Done).await?;
        Ok(Some(true))
    }
}
