//! Sealing the audit log: it comes after the acts, and no act waits for it.
//!
//! Whoever may write the whole table can forge the whole chain. Against that, note the head, its
//! number and hash, somewhere else. Each new head is logged, where other rights are needed to change
//! it.

use super::audit_id::EARLIEST;
use super::seal::Seal;
use crate::table::{Outcome, Range, Store, StoreError, Transaction, keys, row};
use hallpass_core::{Tenant, UnixMillis};

/// How old an act is before it is sealed, in milliseconds: longer than any transaction takes, and
/// than the clocks of two instances differ.
pub const SEALED_AFTER_MILLIS: u64 = 60_000;

/// How many rows one seal covers at most.
pub(super) const ROWS: i32 = 500;
/// How many seals one call makes at most.
const SEALS_A_CALL: usize = 20;
/// Behind every seal's sort key.
pub(super) const LAST: &str = "~";

#[derive(Clone, Copy, Debug)]
enum Part {
    Seal,
}

impl Store {
    /// Seals the acts of an environment that are older than a minute. Several at once make one
    /// chain. Answers the moment before which all acts are sealed; `None` where there are too many
    /// to do it in one call.
    ///
    /// # Errors
    /// When the table does not answer; what was sealed stays so.
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
            let transaction = Transaction::new("seal the audit log")
                .create(Part::Seal, row::write(&key, &seal, None)?);
            match self.transact(&transaction).await? {
                Outcome::Written => tracing::info!(
                    account = %tenant.account,
                    environment = %tenant.environment,
                    seal = %seal.head(),
                    rows = seal.count,
                    "acts are sealed"
                ),
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
}
