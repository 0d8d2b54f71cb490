//! Ending all tokens that a token made, and those that they made.
//!
//! The tokens whose own made tokens are still to be ended stand in a queue in the table: however deep
//! they hang, each step is one page of one of them, safe to stop and to repeat. A token is ended before
//! it is looked at what it made, and a mint holds only while its maker is valid: so nothing is missed.

use super::begin::{End, Part};
use super::progress::Step;
use super::target::Closing;
use crate::activity::Audit;
use crate::table::{
    Expression, Item, Key, Outcome, Slice, Store, StoreError, Transaction, keys, row, text,
};
use crate::tokens::{Ending, MadeToken};
use hallpass_core::{Tenant, TokenId, UnixMillis};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Tokens a page; how many are ended at once.
const PAGE: i32 = 100;
const AT_ONCE: usize = 16;

/// A token whose made tokens are to be ended, and the last of them that is.
#[derive(Debug, Serialize, Deserialize)]
struct Queued {
    id: TokenId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

#[derive(Clone, Copy, Debug)]
enum QueuePart {
    Queued,
}

impl Store {
    /// Begins it. What was derived from the token itself ends at once. Answers whether there is such a
    /// token, as far as that is known.
    pub(super) async fn begin_made(
        &self,
        closing: &Closing,
        end: End,
        tenant: &Tenant,
        token: &TokenId,
        audit: &Audit,
    ) -> Result<bool, StoreError> {
        self.cut_off_one_of_many(token, end.before).await?;
        let begin = end
            .begin(closing)?
            .put(
                Part::Queued,
                queued(token, token, None)?,
                Expression::none(),
            )
            .log(Part::Audit, audit, tenant)?;
        // Where the condition is lost, the token is gone, or one that reaches as far has begun.
        let (Outcome::Written | Outcome::Lost(_)) = self.transact(&begin).await?;
        Ok(true)
    }

    /// Goes on with it, page after page until `deadline`, one page at least. Answers whether all is
    /// done; `None` where there is no such token.
    pub(super) async fn end_made(
        &self,
        closing: &Closing,
        of: &TokenId,
        now: UnixMillis,
        deadline: Instant,
    ) -> Result<Option<bool>, StoreError> {
        let Some(progress) = self.progress(&closing.row()).await? else {
            return Ok(None);
        };
        let Some(before) = progress.unfinished() else {
            return Ok(Some(true));
        };
        loop {
            let first = Slice {
                limit: Some(1),
                after: None,
            };
            let pk = keys::ending_partition(of);
            let (rows, _) = self.query("read the queue", &pk, "", first).await?;
            let Some(first) = rows.into_iter().next() else {
                self.record_progress(closing, before, Step::Done).await?;
                return Ok(Some(true));
            };
            self.end_page_made_by(of, row::read(first)?, before, now)
                .await?;
            if Instant::now() >= deadline {
                return Ok(Some(false));
            }
        }
    }

    /// Ends a page of what one token made, and queues those of them that made something themselves.
    async fn end_page_made_by(
        &self,
        of: &TokenId,
        maker: Queued,
        before: UnixMillis,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let pk = keys::made_partition(&maker.id);
        let after = maker.after.map(|sk| Key { pk: pk.clone(), sk });
        let slice = Slice {
            limit: Some(PAGE),
            after,
        };
        let (page, next) = self.query("list made tokens", &pk, "", slice).await?;
        let mut running = JoinSet::new();
        for made in page {
            let made: MadeToken = row::read(made)?;
            if made.token.created_at > before {
                continue;
            }
            if running.len() >= AT_ONCE {
                finished(running.join_next().await)?;
            }
            let (store, of) = (self.clone(), *of);
            running.spawn(async move { store.end_and_queue(&of, &made, now).await });
        }
        while let Some(ended) = running.join_next().await {
            finished(Some(ended))?;
        }
        let key = keys::ending(of, &maker.id);
        let step = Transaction::new("work the queue");
        let step = match next {
            None => step.delete(QueuePart::Queued, key, Expression::none()),
            Some(next) => step.put(
                QueuePart::Queued,
                queued(of, &maker.id, Some(next.sk.clone()))?,
                Expression::new(
                    "attribute_exists(#pk) AND (attribute_not_exists(#after) OR #after < :after)",
                )
                .with(":after", text(&next.sk)),
            ),
        };
        // Where the condition is lost, another one has come further.
        let (Outcome::Written | Outcome::Lost(_)) = self.transact(&step).await?;
        Ok(())
    }

    async fn end_and_queue(
        &self,
        of: &TokenId,
        made: &MadeToken,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let ending = Ending {
            tenant: &made.tenant(),
            token: &made.token,
            at: now,
        };
        self.end_one_of_many(ending).await?;
        let first = Slice {
            limit: Some(1),
            after: None,
        };
        let pk = keys::made_partition(&made.token.id);
        let (rows, _) = self.query("list made tokens", &pk, "", first).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let row = queued(of, &made.token.id, None)?;
        let queue =
            Transaction::new("queue a token").put(QueuePart::Queued, row, Expression::none());
        let (Outcome::Written | Outcome::Lost(_)) = self.transact(&queue).await?;
        Ok(())
    }
}

fn queued(of: &TokenId, token: &TokenId, after: Option<String>) -> Result<Item, StoreError> {
    let queued = Queued { id: *token, after };
    row::write(&keys::ending(of, token), &queued, None)
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
