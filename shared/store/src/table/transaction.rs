//! Transactions: every change of state is one. Only counts (`limiter`) and use (`gathered`, `fold`) are
//! written one row at a time, by `update`.
//!
//! The SDK gives each call one `ClientRequestToken` and keeps it over its own retries, so that a
//! retry after a lost reply answers success; a further attempt of ours is a new call with a new one.

use super::actor::Actor;
use super::error::StoreError;
use super::expression::{Expression, names, values};
use super::item::Item;
use super::key::Key;
use super::store::Store;
use super::unsealed::UnsealedNote;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, ConditionCheck, Delete, Put, TransactWriteItem, Update,
};
use hallpass_core::{Tenant, UnixMillis};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// How many writes the table takes in one transaction, less the note of an act (`unsealed`).
pub(crate) const TRANSACTION_LIMIT: usize = 99;

/// One write of a transaction.
#[derive(Clone, Debug)]
enum Write {
    Put(Item, Expression),
    Update(Key, Expression, Expression),
    Delete(Key, Expression),
    Check(Key, Expression),
}

/// What a transaction is in the audit log of a tenant, and in the function's own log once it is
/// written. Never holds a secret.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    /// Whose audit log it is written to.
    pub(crate) tenant: Tenant,
    /// When.
    pub(crate) at: UnixMillis,
    /// What is done.
    pub(crate) action: &'static str,
    /// By which token, or by `iam`.
    pub(crate) by: String,
    /// To what.
    pub(crate) subject: String,
}

/// Writes that happen all or not at all.
#[derive(Clone, Debug)]
struct Writes {
    operation: &'static str,
    each: Vec<Write>,
    /// What it is in the audit log.
    act: Option<Act>,
    /// The calling token, where one asks for the act.
    actor: Option<Arc<Actor>>,
}

/// The same, with a name for each: `P` tells which condition failed.
#[derive(Clone, Debug)]
pub(crate) struct Transaction<P> {
    parts: Vec<P>,
    writes: Writes,
}

/// How a transaction ended.
#[derive(Debug)]
#[must_use]
pub(crate) enum Outcome<P> {
    /// All is written.
    Written,
    /// Nothing is written: the conditions of these parts do not hold.
    Lost(Vec<P>),
}

impl<P> Transaction<P> {
    pub(crate) fn new(operation: &'static str) -> Self {
        Self {
            parts: Vec::new(),
            writes: Writes {
                operation,
                each: Vec::new(),
                act: None,
                actor: None,
            },
        }
    }

    /// This is an act of a tenant, whose audit log is to be sealed some time after. Where a token asks
    /// for it, it happens only while that token and its principals may do it.
    pub(crate) fn logging(mut self, act: Act, actor: Option<Arc<Actor>>) -> Self {
        self.writes.act = Some(act);
        self.writes.actor = actor;
        self
    }

    /// Writes a whole row where `when` holds of the one there now.
    pub(crate) fn put(self, part: P, item: Item, when: Expression) -> Self {
        self.push(part, Write::Put(item, when))
    }

    /// Writes a row that must be new.
    pub(crate) fn create(self, part: P, item: Item) -> Self {
        self.put(part, item, Expression::new("attribute_not_exists(#pk)"))
    }

    /// Changes a row where `when` holds of it.
    pub(crate) fn update(self, part: P, key: Key, change: Expression, when: Expression) -> Self {
        self.push(part, Write::Update(key, change, when))
    }

    /// Deletes a row where `when` holds of it.
    pub(crate) fn delete(self, part: P, key: Key, when: Expression) -> Self {
        self.push(part, Write::Delete(key, when))
    }

    /// Writes nothing to the row, but only if `when` holds of it.
    pub(crate) fn check(self, part: P, key: Key, when: Expression) -> Self {
        self.push(part, Write::Check(key, when))
    }

    /// Whether it writes to this row or checks it already: a transaction names a row once.
    pub(crate) fn has(&self, row: &Key) -> bool {
        self.writes.each.iter().any(|write| write.key() == *row)
    }

    fn push(mut self, part: P, write: Write) -> Self {
        self.parts.push(part);
        self.writes.each.push(write);
        self
    }

    fn outcome(&self, outcome: Outcome<usize>) -> Outcome<P>
    where
        P: Copy,
    {
        match outcome {
            Outcome::Written => Outcome::Written,
            Outcome::Lost(lost) => {
                let parts = lost.into_iter().filter_map(|at| self.parts.get(at));
                Outcome::Lost(parts.copied().collect())
            }
        }
    }
}

impl Store {
    /// Sends it, again and again while other transactions are at the same rows or the table throttles.
    pub(crate) async fn transact<P: Copy>(
        &self,
        transaction: &Transaction<P>,
    ) -> Result<Outcome<P>, StoreError> {
        let outcome = transaction.writes.send(self).await?;
        Ok(transaction.outcome(outcome))
    }

    /// Sends it once. `None`: another transaction was at one of the rows, or the table throttled;
    /// nothing is written.
    pub(crate) async fn attempt<P: Copy>(
        &self,
        transaction: &Transaction<P>,
    ) -> Result<Option<Outcome<P>>, StoreError> {
        let outcome = transaction.writes.send_once(self).await?;
        Ok(outcome.map(|outcome| transaction.outcome(outcome)))
    }
}

impl Act {
    fn log(&self) {
        let Tenant {
            account,
            environment,
        } = &self.tenant;
        tracing::info!(
            action = self.action,
            by = self.by,
            subject = self.subject,
            %account,
            %environment,
            "done"
        );
    }
}

/// Here a write is known by its position, so that this code is compiled once and not for each type
/// of part.
impl Writes {
    /// A number that differs between transactions, to spread their retries.
    fn retry_seed(&self) -> u64 {
        let mut hash = DefaultHasher::new();
        for write in &self.each {
            write.key().hash(&mut hash);
        }
        hash.finish()
    }

    async fn send(&self, store: &Store) -> Result<Outcome<usize>, StoreError> {
        let mut backoff = store.backoff(self.operation, self.retry_seed());
        loop {
            if let Some(outcome) = self.send_once(store).await? {
                return Ok(outcome);
            }
            backoff.pause().await?;
        }
    }

    /// Sends it once for each state of the rows by which the actor may do it: where these changed, the
    /// right may still be there by others. What is lost besides is the transaction's own.
    async fn send_once(&self, store: &Store) -> Result<Option<Outcome<usize>>, StoreError> {
        let Some(actor) = &self.actor else {
            return self.send_as_is(store).await;
        };
        let mut backoff = store.backoff(self.operation, self.retry_seed());
        let mut rows = match actor.granting_rows() {
            Some(rows) => rows,
            None => store.granting_rows(actor).await?,
        };
        loop {
            let (writes, of_actor) = self.under(actor.conditions(&rows));
            let lost = match writes.send_as_is(store).await? {
                Some(Outcome::Lost(lost)) if lost.iter().any(|at| of_actor.contains(at)) => lost,
                outcome => return Ok(outcome),
            };
            let now = store.granting_rows(actor).await?;
            if now == rows {
                let by_itself = lost.iter().any(|at| *at >= self.each.len());
                return if by_itself {
                    Err(StoreError::CallerChanged)
                } else {
                    Ok(Some(Outcome::Lost(lost)))
                };
            }
            rows = now;
            backoff.pause().await?;
        }
    }

    /// The same under further conditions, and the positions of the writes that have one. A transaction
    /// names a row once: where it touches one already, both conditions have to hold; the other rows
    /// come last.
    fn under(&self, conditions: Vec<(Key, Expression)>) -> (Self, HashSet<usize>) {
        let mut writes = self.clone();
        let mut positions = HashSet::new();
        for (key, when) in conditions {
            let mut own = writes.each.iter_mut().enumerate();
            if let Some((at, write)) = own.find(|(_, write)| write.key() == key) {
                write.narrow(when);
                positions.insert(at);
            } else {
                positions.insert(writes.each.len());
                writes.each.push(Write::Check(key, when));
            }
        }
        (writes, positions)
    }

    /// Refuses what is too long for one transaction: no condition is ever left out. What can be as long is
    /// an act whose right comes from many groups, whose rows are all checked.
    async fn send_as_is(&self, store: &Store) -> Result<Option<Outcome<usize>>, StoreError> {
        if self.each.len() > TRANSACTION_LIMIT {
            return Err(StoreError::TooManyGroups);
        }
        let outage = StoreError::outage(self.operation);
        let note = self.act.as_ref();
        let note = note.and_then(|act| store.unsealed.note(&act.tenant, act.at));
        let noting = note.as_ref().map(UnsealedNote::row).transpose()?;
        let noting = noting.map(|row| Write::Put(row, Expression::none()));
        // Last: the positions of the others are those of the parts.
        let items = self.each.iter().chain(&noting);
        let items: Result<Vec<_>, _> = items.map(|write| write.item(&store.table)).collect();
        let sent = store
            .client
            .transact_write_items()
            .set_transact_items(Some(items.map_err(|error| outage(error.into()))?))
            .send()
            .await;
        // Also where the answer is lost: it may be written.
        if let Some(act) = &self.act {
            let written = note.as_ref().filter(|_| sent.is_ok());
            store.unsealed.add(&act.tenant, act.at, written);
            if sent.is_ok() {
                act.log();
            }
        }
        let Err(error) = sent else {
            return Ok(Some(Outcome::Written));
        };
        let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
            error.as_service_error()
        else {
            return Err(outage(error.into()));
        };
        let reasons = cancelled.cancellation_reasons();
        let lost: Vec<usize> = reasons
            .iter()
            .enumerate()
            .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
            .map(|(at, _)| at)
            .collect();
        if !lost.is_empty() {
            Ok(Some(Outcome::Lost(lost)))
        } else if reasons.iter().any(is_passing) {
            Ok(None)
        } else {
            Err(outage(error.into()))
        }
    }
}

/// Whether it says nothing about the rows, and the same transaction may well succeed in a moment:
/// another one was at a row, or the table throttled. Nothing of a cancelled transaction is written.
fn is_passing(reason: &CancellationReason) -> bool {
    // `TransactionCanceledException` of DynamoDB's API reference lists these.
    matches!(
        reason.code(),
        Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")
    )
}

impl Write {
    fn key(&self) -> Key {
        match self {
            Self::Put(row, _) => Key::of(row),
            Self::Update(key, ..) | Self::Delete(key, _) | Self::Check(key, _) => key.clone(),
        }
    }

    fn narrow(&mut self, further: Expression) {
        match self {
            Self::Put(_, when)
            | Self::Update(_, _, when)
            | Self::Delete(_, when)
            | Self::Check(_, when) => *when = when.clone().and(further),
        }
    }

    fn item(&self, table: &str) -> Result<TransactWriteItem, BuildError> {
        let item = TransactWriteItem::builder();
        Ok(match self {
            Self::Put(row, when) => item.put(
                Put::builder()
                    .table_name(table)
                    .set_item(Some(row.clone()))
                    .set_condition_expression(when.text())
                    .set_expression_attribute_names(names(&[when]))
                    .set_expression_attribute_values(values(&[when]))
                    .build()?,
            ),
            Self::Update(key, change, when) => item.update(
                Update::builder()
                    .table_name(table)
                    .set_key(Some(key.item()))
                    .set_update_expression(change.text())
                    .set_condition_expression(when.text())
                    .set_expression_attribute_names(names(&[change, when]))
                    .set_expression_attribute_values(values(&[change, when]))
                    .build()?,
            ),
            Self::Delete(key, when) => item.delete(
                Delete::builder()
                    .table_name(table)
                    .set_key(Some(key.item()))
                    .set_condition_expression(when.text())
                    .set_expression_attribute_names(names(&[when]))
                    .set_expression_attribute_values(values(&[when]))
                    .build()?,
            ),
            Self::Check(key, when) => item.condition_check(
                ConditionCheck::builder()
                    .table_name(table)
                    .set_key(Some(key.item()))
                    .set_condition_expression(when.text())
                    .set_expression_attribute_names(names(&[when]))
                    .set_expression_attribute_values(values(&[when]))
                    .build()?,
            ),
        }
        .build())
    }
}
