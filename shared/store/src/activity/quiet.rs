//! Environments that acted and then were quiet: nobody came who would have sealed what they did. Each
//! has a note in the table (`UNSEALED#…`), which is deleted once its acts are sealed.

use super::sealing::SEALED_AFTER_MILLIS;
use crate::table::{Expression, Store, StoreError, Transaction, UnsealedNote, keys, number};
use hallpass_core::UnixMillis;

/// How much earlier a note may end than another instance's of the same environment which it replaced:
/// as much as their clocks differ, and a transaction takes.
const MARGIN_MILLIS: u64 = 30_000;

#[derive(Clone, Copy, Debug)]
enum Part {
    Note,
}

impl Store {
    /// The environments with acts that are to be sealed and are old enough, by their notes.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn quiet_environments(
        &self,
        now: UnixMillis,
    ) -> Result<Vec<UnsealedNote>, StoreError> {
        let old_enough = UnixMillis(now.0.saturating_sub(SEALED_AFTER_MILLIS));
        let mut found: Vec<UnsealedNote> = Vec::new();
        for pk in keys::unsealed_partitions() {
            found.extend(
                self.query_all("list unsealed environments", &pk, "")
                    .await?,
            );
        }
        found.retain(|note| note.ends_before(old_enough));
        Ok(found)
    }

    /// Seals the acts of an environment, and forgets its note, unless there is another one by now or
    /// not all could be sealed. Answers whether all is sealed.
    ///
    /// # Errors
    /// When the table does not answer; `Corrupt` where the chain of seals is damaged.
    pub async fn seal_quiet(
        &self,
        note: &UnsealedNote,
        now: UnixMillis,
    ) -> Result<bool, StoreError> {
        let tenant = note.tenant();
        let sealed = self.seal(&tenant, now).await?;
        if !sealed.is_some_and(|before| note.ends_before(before)) {
            return Ok(false);
        }
        let same = Expression::new("#until = :until").with(":until", number(note.until.0));
        let forget =
            Transaction::new("forget a note").delete(Part::Note, keys::unsealed(&tenant), same);
        self.transact(&forget).await.map(|_done| true)
    }
}

impl UnsealedNote {
    /// Whether all acts under it, and under those that it replaced, lie before a moment.
    fn ends_before(&self, before: UnixMillis) -> bool {
        self.until.0.saturating_add(MARGIN_MILLIS) < before.0
    }
}
