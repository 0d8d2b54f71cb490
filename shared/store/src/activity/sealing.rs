//! Sealing the audit log: it comes after the acts, and no act waits for it.
//!
//! Whoever may write the whole table can forge the whole chain. Against that, note the head, its
//! number and hash, somewhere else. Each new head is logged, where other rights are needed to change
//! it.
//!
//! The head is also noted in a row outside the chain, with each new seal, in one transaction: where
//! the chain ends before it, seals were deleted, and nothing more is sealed, which would hide that.

use super::audit_id::EARLIEST;
use super::seal::{Seal, SealHead};
use crate::table::{
    Expression, Key, Outcome, Range, Store, StoreError, Transaction, keys, number, row,
};
use hallpass_core::{Tenant, UnixMillis};
use thiserror::Error;

/// How old an act is before it is sealed, in milliseconds: longer than any transaction takes, and
/// than the clocks of two instances differ.
pub const SEALED_AFTER_MILLIS: u64 = 60_000;

/// How many rows one seal covers at most.
pub(super) const ROWS: i32 = 500;
/// How many seals one call makes at most.
const SEALS_A_CALL: usize = 20;
/// Behind every seal's sort key.
pub(super) const LAST: &str = "~";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Seal,
    Head,
}

/// The chain ends before the seal that was noted as its last.
#[derive(Debug, Error)]
#[error("seals after number {0} were deleted, or the note of the last one was")]
struct ChainCut(u64);

impl Store {
    /// Seals the acts of an environment that are older than a minute. Several at once make one
    /// chain. Answers the moment before which all acts are sealed; `None` where there are too many
    /// to do it in one call.
    ///
    /// # Errors
    /// When the table does not answer; what was sealed stays so. `Corrupt` where seals were deleted
    /// at the end of the chain: they would be missed no longer if others took their numbers.
    pub async fn seal(
        &self,
        tenant: &Tenant,
        now: UnixMillis,
    ) -> Result<Option<UnixMillis>, StoreError> {
        let cutoff = UnixMillis(now.0.saturating_sub(SEALED_AFTER_MILLIS));
        let to = format!("{:013}", cutoff.0);
        for _ in 0..SEALS_A_CALL {
            let last = self.last_seal(tenant).await?;
            let from = last.as_ref().map_or(EARLIEST, |seal| seal.until.as_str());
            if from >= to.as_str() {
                return Ok(Some(cutoff));
            }
            let range = Range {
                pk: keys::audit_partition(tenant),
                from: from.to_owned(),
                to: to.clone(),
                newest_first: false,
                limit: Some(ROWS),
                after: None,
            };
            let (rows, next) = self.range("seal the audit log", range).await?;
            // Behind the last row of a page, and before whatever follows it.
            let until = next.as_ref().map_or(to.clone(), |last| format!("{last}~"));
            let Some(seal) = Seal::of(tenant, last.as_ref(), &rows, until, now) else {
                return Ok(Some(cutoff));
            };
            let key = keys::seal(tenant, seal.number);
            let head = keys::last_seal(tenant);
            let transaction = Transaction::new("seal the audit log")
                .create(Part::Seal, row::write(&key, &seal, None)?)
                .put(
                    Part::Head,
                    row::write(&head, &seal.head(), None)?,
                    follows(last.as_ref()),
                );
            match self.transact(&transaction).await? {
                Outcome::Written => tracing::info!(
                    account = %tenant.account,
                    environment = %tenant.environment,
                    seal = %seal.head(),
                    rows = seal.count,
                    "acts are sealed"
                ),
                Outcome::Lost(parts) if !parts.contains(&Part::Seal) => {
                    return Err(cut(&head, last.as_ref()));
                }
                // Another sealer made this seal: on from there.
                Outcome::Lost(_) => continue,
            }
            if next.is_none() {
                return Ok(Some(cutoff));
            }
        }
        Ok(None)
    }

    pub(super) async fn last_seal(&self, tenant: &Tenant) -> Result<Option<Seal>, StoreError> {
        let range = Range {
            pk: keys::seals_partition(tenant),
            from: EARLIEST.to_owned(),
            to: LAST.to_owned(),
            newest_first: true,
            limit: Some(1),
            after: None,
        };
        let (items, _) = self.range("read the last seal", range).await?;
        items.into_iter().next().map(row::read).transpose()
    }

    /// The end of the chain as it was noted outside of it; `None` for a chain without seals, or one
    /// whose seals were all made before ends were noted.
    pub(super) async fn noted_head(&self, tenant: &Tenant) -> Result<Option<SealHead>, StoreError> {
        let key = keys::last_seal(tenant);
        self.find("read which seal is the last", &key).await
    }
}

/// Holds of the noted end where no seal after `last` was noted. An end that lies before is from a
/// deployment in which an older version still seals beside this one.
fn follows(last: Option<&Seal>) -> Expression {
    let number_of_last = last.map_or(0, |seal| seal.number);
    if last.is_some_and(|seal| seal.noted) {
        Expression::new("#number <= :last")
    } else {
        Expression::new("attribute_not_exists(#number) OR #number <= :last")
    }
    .with(":last", number(number_of_last))
}

fn cut(head: &Key, last: Option<&Seal>) -> StoreError {
    StoreError::Corrupt {
        row: head.to_string(),
        source: Box::new(ChainCut(last.map_or(0, |seal| seal.number))),
    }
}
