//! Sweeps: ending every token of an environment or principal, in pages, safe to stop and to repeat.

use super::progress::{Progress, Step};
use super::target::Target;
use crate::table::{KEPT_SECONDS, Key, Slice, Store, StoreError, keys, row};
use crate::tokens::{Ending, TokenEntry};
use hallpass_core::UnixMillis;
use std::sync::Arc;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Tokens a page; how many are ended at once.
const PAGE: i32 = 100;
const AT_ONCE: usize = 16;

impl Store {
    /// Ends what lies before the sweep, page after page until `deadline`, one page at least.
    /// Answers whether all is done.
    pub(crate) async fn sweep(
        &self,
        target: &Arc<Target>,
        progress: Progress,
        now: UnixMillis,
        deadline: Instant,
    ) -> Result<bool, StoreError> {
        let Some(before) = progress.unfinished() else {
            return Ok(true);
        };
        let (closing, pk) = (target.closing(), target.partition());
        let row = closing.row();
        let key = |sk| Key { pk: pk.clone(), sk };
        if !self
            .sweep_shared(target, &progress, before, now, deadline)
            .await?
        {
            return Ok(false);
        }
        let is_token = |after: &String| after.starts_with(keys::TOKENS);
        let mut after = progress.after.filter(is_token).map(key);
        loop {
            let limit = Some(PAGE);
            let slice = Slice { limit, after };
            let (page, next) = self.query("list tokens", &pk, keys::TOKENS, slice).await?;
            let mut tokens = Vec::with_capacity(page.len());
            for token in page {
                tokens.push(row::read(token)?);
            }
            if let Some(caller) = target.caller
                && tokens.iter().any(|it: &TokenEntry| it.id == caller)
                && self.keep_for_last(&row, before, caller).await?
            {
                tokens.retain(|token| token.id != caller);
            }
            self.end_page(target, tokens, before, now).await?;
            let Some(next) = next else {
                self.end_last(target, &row, before, now).await?;
                let is_gone = target.principal.is_some() && progress.closed_at.is_some();
                let done = if is_gone {
                    Step::Gone(now.seconds().plus(KEPT_SECONDS))
                } else {
                    Step::Done
                };
                self.record_progress(&closing, before, done).await?;
                return Ok(true);
            };
            self.record_progress(&closing, before, Step::After(&next.sk))
                .await?;
            if Instant::now() >= deadline {
                return Ok(false);
            }
            after = Some(next);
        }
    }

    /// Ends the token that `sweep_last` names.
    async fn end_last(
        &self,
        target: &Target,
        row: &Key,
        before: UnixMillis,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let progress = self.progress(row).await?;
        let Some(last) = progress.and_then(|progress| progress.last) else {
            return Ok(());
        };
        let Some(record) = self.token(&last).await? else {
            return Ok(());
        };
        self.end_entry(target, &TokenEntry::from(&record), before, now)
            .await
    }

    /// Ends what lies before the sweep among an environment's shared models, which come before its
    /// tokens. Answers whether all is done.
    async fn sweep_shared(
        &self,
        target: &Target,
        progress: &Progress,
        before: UnixMillis,
        now: UnixMillis,
        deadline: Instant,
    ) -> Result<bool, StoreError> {
        let tenant = &target.tenant;
        let after = progress.after.as_deref();
        if target.principal.is_some() || after.is_some_and(|it| it.starts_with(keys::TOKENS)) {
            return Ok(true);
        }
        let mut cursor = after
            .and_then(|after| after.strip_prefix(keys::SHARES))
            .and_then(|id| id.parse().ok());
        let closing = progress.closed_at.is_some();
        loop {
            let next = self
                .sweep_shares(tenant, cursor, before, closing, now)
                .await?;
            let Some(next) = next else { return Ok(true) };
            let done = format!("{}{next}", keys::SHARES);
            self.record_progress(&target.closing(), before, Step::After(&done))
                .await?;
            if Instant::now() >= deadline {
                return Ok(false);
            }
            cursor = Some(next);
        }
    }

    async fn end_page(
        &self,
        target: &Arc<Target>,
        tokens: Vec<TokenEntry>,
        before: UnixMillis,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let mut running = JoinSet::new();
        for token in tokens {
            if running.len() >= AT_ONCE {
                finished(running.join_next().await)?;
            }
            let (store, target) = (self.clone(), Arc::clone(target));
            running.spawn(async move { store.end_entry(&target, &token, before, now).await });
        }
        while let Some(ended) = running.join_next().await {
            finished(Some(ended))?;
        }
        Ok(())
    }

    async fn end_entry(
        &self,
        target: &Target,
        token: &TokenEntry,
        before: UnixMillis,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        if token.created_at > before {
            return self.cut_off_one_of_many(&token.id, before).await;
        }
        let ending = Ending {
            tenant: &target.tenant,
            token,
            at: now,
        };
        self.end_one_of_many(ending).await.map(|_| ())
    }
}

fn finished(
    ended: Option<Result<Result<(), StoreError>, tokio::task::JoinError>>,
) -> Result<(), StoreError> {
    match ended {
        Some(Ok(result)) => result,
        Some(Err(error)) => Err(StoreError::outage("end tokens")(error.into())),
        None => Ok(()),
    }
}
