//! Close: nothing more is minted in an environment or account, or for a user or service account, and
//! everything under it is revoked.

use super::begin::{End, Part};
use super::progress::{ALL_TIME, Progress, Step};
use super::target::{Closing, Target};
use crate::activity::Audit;
use crate::table::{Outcome, Store, StoreError, keys};
use hallpass_core::{AccountId, EnvironmentName, Tenant, TokenId, UnixMillis};
use serde::Deserialize;
use std::sync::Arc;
use tokio::time::Instant;

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
        let (before, closed_at) = match before {
            Some(before) => (before.min(now), None),
            None => (ALL_TIME, Some(now)),
        };
        let end = End {
            before,
            closed_at,
            now,
        };
        if !self.begin(closing, end, audit).await? {
            return Ok(None);
        }
        let caller = audit.calling_token();
        self.go_on(closing, caller, now, deadline).await
    }

    /// Whether this closing was ever begun.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn has_begun(&self, closing: &Closing) -> Result<bool, StoreError> {
        let progress = self.progress(&closing.row()).await?;
        Ok(progress.is_some_and(|progress| progress.has_begun()))
    }

    /// The first write, unless a sweep that reaches as far has begun. Answers whether there is what is
    /// to be closed, as far as that is known.
    async fn begin(&self, closing: &Closing, end: End, audit: &Audit) -> Result<bool, StoreError> {
        let tenant = match closing {
            Closing::Environment(tenant) => tenant,
            Closing::Account(account) => &Tenant::first_of(*account),
            Closing::Principal { tenant, principal } => {
                return self
                    .begin_principal(closing, end, tenant, principal, audit)
                    .await;
            }
            Closing::MadeBy { tenant, token } => {
                return self.begin_made(closing, end, tenant, token, audit).await;
            }
        };
        let begin = end.begin(closing)?.log(Part::Audit, audit, tenant)?;
        // Where the condition is lost, the row is gone, or a sweep that reaches as far has begun.
        let (Outcome::Written | Outcome::Lost(_)) = self.transact(&begin).await?;
        Ok(true)
    }

    /// Goes on with what has begun. `None`: there is no such row.
    pub(super) async fn go_on(
        &self,
        closing: &Closing,
        caller: Option<TokenId>,
        now: UnixMillis,
        deadline: Instant,
    ) -> Result<Option<Closed>, StoreError> {
        let finished = match closing {
            Closing::Environment(tenant) => {
                let target = Target {
                    tenant: tenant.clone(),
                    principal: None,
                    caller,
                };
                self.close_environment(target, now, deadline).await?
            }
            Closing::Principal { tenant, principal } => {
                let target = Target {
                    tenant: tenant.clone(),
                    principal: Some(*principal),
                    caller,
                };
                self.close_principal(target, principal, now, deadline)
                    .await?
            }
            Closing::Account(account) => self.close_account(*account, now, deadline).await?,
            Closing::MadeBy { token, .. } => self.end_made(closing, token, now, deadline).await?,
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
        target: Target,
        now: UnixMillis,
        deadline: Instant,
    ) -> Result<Option<bool>, StoreError> {
        let Some(progress) = self.progress(&target.closing().row()).await? else {
            return Ok(None);
        };
        self.sweep(&Arc::new(target), progress, now, deadline)
            .await
            .map(Some)
    }

    async fn close_account(
        &self,
        account: AccountId,
        now: UnixMillis,
        deadline: Instant,
    ) -> Result<Option<bool>, StoreError> {
        let closing = Closing::Account(account);
        let row = closing.row();
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
            now,
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
            let target = Target {
                tenant: Tenant {
                    account,
                    environment: name,
                },
                principal: None,
                // Only the operator closes an account, and never its own.
                caller: None,
            };
            let begin = end.begin(&target.closing())?;
            let (Outcome::Written | Outcome::Lost(_)) = self.transact(&begin).await?;
            if self.close_environment(target, now, deadline).await? == Some(false) {
                return Ok(Some(false));
            }
            in_time = Instant::now() < deadline;
        }
        self.record_progress(&closing, before, Step::Done).await?;
        Ok(Some(true))
    }
}
