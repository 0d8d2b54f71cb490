//! How far a sweep has come, in the row of what is swept.
//!
//! `sweep_before` is the moment up to which everything is ended and only grows, `sweep_after` the last
//! entry that is done, `sweep_last` the token that is ended last, `sweep_done` is set at the end.
//! Mints condition-check `sweep_before`, so that no token from before it appears behind the sweep.

use super::target::Closing;
use crate::table::{Expression, Key, Outcome, Store, StoreError, Transaction, number, text};
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_core::{TokenId, UnixMillis, UnixSeconds};
use serde::Deserialize;

/// Later than every moment: what a closed environment is swept up to.
pub(crate) const ALL_TIME: UnixMillis = UnixMillis(9_999_999_999_999);

/// How far the sweep of a row has come.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Progress {
    pub(crate) closed_at: Option<UnixMillis>,
    #[serde(rename = "sweep_before")]
    pub(super) before: Option<UnixMillis>,
    #[serde(rename = "sweep_after")]
    pub(super) after: Option<String>,
    #[serde(rename = "sweep_last")]
    pub(super) last: Option<TokenId>,
    #[serde(rename = "sweep_done", default)]
    done: bool,
}

impl Progress {
    /// The moment up to which everything is still being ended; `None` if nothing is.
    pub(crate) fn unfinished(&self) -> Option<UnixMillis> {
        self.before.filter(|_| !self.done)
    }

    /// Whether anything was ever to be ended.
    pub(super) fn has_begun(&self) -> bool {
        self.before.is_some()
    }

    /// Whether everything up to `before` is ended.
    pub(crate) fn has_ended(&self, before: UnixMillis) -> bool {
        self.done && self.before >= Some(before)
    }
}

/// What a sweep writes down in its row.
pub(super) enum Step<'a> {
    /// Everything up to the entry with this sort key is done.
    After(&'a str),
    /// Everything is done.
    Done,
    /// Everything is done, and the row may be deleted at this time: where there is no row, every
    /// request is refused as well.
    Gone(UnixSeconds),
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Row,
    Unfinished,
}

impl Store {
    /// How far the sweep of a row has come; `None` if there is no such row.
    pub(crate) async fn progress(&self, row: &Key) -> Result<Option<Progress>, StoreError> {
        self.find("read the progress", row).await
    }

    /// Writes down that a token is ended last, unless another one is.
    pub(super) async fn keep_for_last(
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

    /// Writes down how far the sweep has come: forwards only, and only of the same sweep. Where the
    /// condition is lost, another sweep of the same row has come further, or reaches further.
    pub(super) async fn record_progress(
        &self,
        closing: &Closing,
        before: UnixMillis,
        step: Step<'_>,
    ) -> Result<(), StoreError> {
        let same =
            |condition: &'static str| Expression::new(condition).with(":before", number(before.0));
        let is_finished = matches!(step, Step::Done | Step::Gone(_));
        let (change, when) = match step {
            Step::Done => (
                Expression::new("SET #sweep_done = :done")
                    .with(":done", AttributeValue::Bool(true)),
                same("#sweep_before = :before"),
            ),
            Step::Gone(ttl) => (
                Expression::new("SET #sweep_done = :done, #ttl = :ttl")
                    .with(":done", AttributeValue::Bool(true))
                    .with(":ttl", number(ttl.0)),
                same("#sweep_before = :before"),
            ),
            Step::After(sk) => (
                Expression::new("SET #sweep_after = :after").with(":after", text(sk)),
                same(
                    "#sweep_before = :before \
                     AND (attribute_not_exists(#sweep_after) OR #sweep_after < :after)",
                ),
            ),
        };
        let mut transaction =
            Transaction::new("record the progress").update(Part::Row, closing.row(), change, when);
        if is_finished {
            transaction = transaction.note_finished(Part::Unfinished, closing);
        }
        match self.transact(&transaction).await? {
            Outcome::Written | Outcome::Lost(_) => Ok(()),
        }
    }
}
