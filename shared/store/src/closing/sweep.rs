//! Sweeps: ending every token of an environment or principal, in pages, safe to stop and to repeat.
//!
//! The row of an environment, account or principal says what is being swept: `sweep_before` is the
//! moment up to which everything is ended and only grows, `sweep_after` the last entry that is done,
//! `sweep_last` the token that is ended last, `sweep_done` is set at the end. Mints condition-check `sweep_before`, so that no token from
//! before it appears behind the sweep.

use crate::table::{
    Expression, KEPT_SECONDS, Key, Outcome, Slice, Store, StoreError, Tenant, Transaction, keys,
    number, row, text,
};
use crate::tokens::{Ending, IndexRow};
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_core::{AccountId, EnvironmentName, Principal, TokenId, UnixMillis, UnixSeconds};
use serde::Deserialize;
use std::sync::Arc;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Tokens a page; how many are ended at once.
const PAGE: i32 = 100;
const AT_ONCE: usize = 16;

/// Every moment there is: a closed environment's sweep.
pub(crate) const ALWAYS: UnixMillis = UnixMillis(9_999_999_999_999);

/// How far the sweep of a row has come.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Progress {
    pub(crate) closed_at: Option<UnixMillis>,
    #[serde(rename = "sweep_before")]
    before: Option<UnixMillis>,
    #[serde(rename = "sweep_after")]
    after: Option<String>,
    #[serde(rename = "sweep_last")]
    last: Option<TokenId>,
    #[serde(rename = "sweep_done", default)]
    done: bool,
}

impl Progress {
    /// The moment up to which everything is still being ended; `None` if nothing is.
    pub(crate) fn before(&self) -> Option<UnixMillis> {
        self.before.filter(|_| !self.done)
    }

    /// Whether everything up to `before` is ended.
    pub(crate) fn has_ended(&self, before: UnixMillis) -> bool {
        self.done && self.before >= Some(before)
    }
}

/// What is swept: an environment, or a user or service account of it.
#[derive(Clone, Debug)]
pub(crate) struct Swept {
    pub(crate) account: AccountId,
    pub(crate) environment: EnvironmentName,
    pub(crate) principal: Option<Principal>,
    /// The token that asks for it. Where it is among what is ended, it comes last: whoever asked can
    /// ask again until all the rest is.
    pub(crate) asking: Option<TokenId>,
}

impl Swept {
    /// The row that says how far it has come.
    pub(crate) fn row(&self) -> Key {
        match &self.principal {
            Some(principal) => keys::principal(&self.account, &self.environment, principal),
            None => keys::environment(&self.account, &self.environment),
        }
    }

    /// The partition where its tokens are listed.
    fn partition(&self) -> String {
        let (account, environment) = (&self.account, &self.environment);
        match &self.principal {
            Some(principal) => keys::principal_partition(account, environment, principal),
            None => keys::index_partition(account, environment),
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Row,
}

impl Store {
    /// Ends what lies before the sweep, page after page until `deadline`, one page at least.
    /// Answers whether all is done.
    pub(crate) async fn sweep(
        &self,
        swept: &Arc<Swept>,
        progress: Progress,
        now: UnixMillis,
        deadline: Instant,
    ) -> Result<bool, StoreError> {
        let Some(before) = progress.before() else {
            return Ok(true);
        };
        let (row, pk) = (swept.row(), swept.partition());
        let key = |sk| Key { pk: pk.clone(), sk };
        if !self
            .sweep_shared(swept, &progress, before, now, deadline)
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
            if let Some(asking) = swept.asking
                && tokens.iter().any(|it: &IndexRow| it.id == asking)
                && self.keep_for_last(&row, before, asking).await?
            {
                tokens.retain(|token| token.id != asking);
            }
            self.end_page(swept, tokens, before, now).await?;
            let Some(next) = next else {
                self.end_last(swept, &row, before, now).await?;
                let is_gone = swept.principal.is_some() && progress.closed_at.is_some();
                let done = if is_gone {
                    Noted::Gone(now.seconds().plus(KEPT_SECONDS))
                } else {
                    Noted::Done
                };
                self.note(&row, before, done).await?;
                return Ok(true);
            };
            self.note(&row, before, Noted::After(&next.sk)).await?;
            if Instant::now() >= deadline {
                return Ok(false);
            }
            after = Some(next);
        }
    }

    /// Writes down that a token is ended last, unless another one is.
    async fn keep_for_last(
        &self,
        row: &Key,
        before: UnixMillis,
        token: TokenId,
    ) -> Result<bool, StoreError> {
        let id = text(&token.to_string());
        let keep = Transaction::new("keep a token for last").update(
            Part::Row,
            row.clone(),
            Expression::new("SET #sweep_last = :id").with(":id", id.clone()),
            Expression::new(
                "#sweep_before = :before \
                 AND (attribute_not_exists(#sweep_last) OR #sweep_last = :id)",
            )
            .with(":before", number(before.0))
            .with(":id", id),
        );
        Ok(matches!(self.transact(&keep).await?, Outcome::Written))
    }

    /// Ends the token that was kept, whoever asked first.
    async fn end_last(
        &self,
        swept: &Swept,
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
        self.end_listed(swept, &IndexRow::from(&record), before, now)
            .await
    }

    /// The same of an environment's shared models, which come before its tokens.
    async fn sweep_shared(
        &self,
        swept: &Swept,
        progress: &Progress,
        before: UnixMillis,
        now: UnixMillis,
        deadline: Instant,
    ) -> Result<bool, StoreError> {
        let place = Tenant {
            account: &swept.account,
            environment: &swept.environment,
        };
        let after = progress.after.as_deref();
        if swept.principal.is_some() || after.is_some_and(|it| it.starts_with(keys::TOKENS)) {
            return Ok(true);
        }
        let mut cursor = after
            .and_then(|after| after.strip_prefix(keys::SHARES))
            .and_then(|id| id.parse().ok());
        let closing = progress.closed_at.is_some();
        loop {
            let next = self
                .sweep_shares(place, cursor, before, closing, now)
                .await?;
            let Some(next) = next else { return Ok(true) };
            let done = format!("{}{next}", keys::SHARES);
            self.note(&swept.row(), before, Noted::After(&done)).await?;
            if Instant::now() >= deadline {
                return Ok(false);
            }
            cursor = Some(next);
        }
    }

    async fn end_page(
        &self,
        swept: &Arc<Swept>,
        tokens: Vec<IndexRow>,
        before: UnixMillis,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let mut running = JoinSet::new();
        for token in tokens {
            if running.len() >= AT_ONCE {
                finished(running.join_next().await)?;
            }
            let (store, swept) = (self.clone(), Arc::clone(swept));
            running.spawn(async move { store.end_listed(&swept, &token, before, now).await });
        }
        while let Some(ended) = running.join_next().await {
            finished(Some(ended))?;
        }
        Ok(())
    }

    async fn end_listed(
        &self,
        swept: &Swept,
        token: &IndexRow,
        before: UnixMillis,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        if token.created_at > before {
            return self.cut_off_one_of_many(&token.id, before).await;
        }
        let ending = Ending {
            account: &swept.account,
            environment: &swept.environment,
            token,
            at: now,
        };
        self.end_one_of_many(ending).await.map(|_| ())
    }

    /// Writes down how far the sweep has come: forwards only, and only of the same sweep. Where the
    /// condition is lost, another sweep of the same row has come further.
    async fn note(
        &self,
        row: &Key,
        before: UnixMillis,
        noted: Noted<'_>,
    ) -> Result<(), StoreError> {
        let same =
            |condition: &'static str| Expression::new(condition).with(":before", number(before.0));
        let (change, when) = match noted {
            Noted::Done => (
                Expression::new("SET #sweep_done = :done")
                    .with(":done", AttributeValue::Bool(true)),
                same("#sweep_before = :before"),
            ),
            Noted::Gone(ttl) => (
                Expression::new("SET #sweep_done = :done, #ttl = :ttl")
                    .with(":done", AttributeValue::Bool(true))
                    .with(":ttl", number(ttl.0)),
                same("#sweep_before = :before"),
            ),
            Noted::After(sk) => (
                Expression::new("SET #sweep_after = :after").with(":after", text(sk)),
                same(
                    "#sweep_before = :before \
                     AND (attribute_not_exists(#sweep_after) OR #sweep_after < :after)",
                ),
            ),
        };
        let transaction =
            Transaction::new("note the progress").update(Part::Row, row.clone(), change, when);
        match self.transact(&transaction).await? {
            Outcome::Written | Outcome::Lost(_) => Ok(()),
        }
    }

    /// How far the sweep of a row has come; `None` if there is no such row.
    pub(crate) async fn progress(&self, row: &Key) -> Result<Option<Progress>, StoreError> {
        self.find("read the progress", row).await
    }

    /// Marks the row of an account as swept.
    pub(crate) async fn note_done(&self, row: &Key, before: UnixMillis) -> Result<(), StoreError> {
        self.note(row, before, Noted::Done).await
    }
}

enum Noted<'a> {
    After(&'a str),
    Done,
    /// Done, and of no more use: where the row is missing, all is refused as well.
    Gone(UnixSeconds),
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
