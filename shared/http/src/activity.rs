//! Use, gathered in memory and written down beside the requests, never waited for.
//!
//! Best effort: what an instance counted since it last wrote is lost when it ends without warning,
//! and what was written under a lost reply is counted twice.

use hallpass_core::{Day, Evidence, ParentId, SecretMark, TokenId, UnixMillis};
use hallpass_store::{Store, StoreError, Tally, Use, UseList, UseRow};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::task::JoinSet;

/// How long an instance gathers: one token in a popular page is one write a minute and instance.
const GATHERED_FOR_SECONDS: u64 = 60;

/// How many tallies are kept, and how many of the rows they become: further ones are dropped, and
/// counted.
const MOST: usize = 4_096;
const MOST_LEFT: usize = 5 * MOST;

/// How many rows are written at once.
const AT_ONCE: usize = 8;

/// What one instance has counted.
#[derive(Debug, Default)]
pub(crate) struct Activity {
    memory: Mutex<Memory>,
    /// Held while rows are written, so that whoever asks for a flush waits for a running one.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Memory {
    uses: HashMap<Use, Tally>,
    old_secrets: HashMap<(TokenId, SecretMark), Tally>,
    /// Rows that could not be written.
    left: HashMap<UseRow, Tally>,
    dropped: u64,
    last_due: Option<UnixMillis>,
}

impl Activity {
    /// Counts one use of a good token.
    pub(crate) fn note(&self, evidence: &Evidence, now: UnixMillis) {
        let token = match evidence {
            Evidence::Opaque { record, .. } => ParentId::Token(record.id),
            Evidence::Jwt { claims, .. } => claims.hallpass.parent,
            Evidence::Malformed(_) | Evidence::Unknown => return,
        };
        let (Some((account, environment)), Some(principal)) =
            (evidence.place(), evidence.principal())
        else {
            return;
        };
        let once = Tally {
            count: 1,
            last_used_at: now,
        };
        let of = Use {
            account,
            environment: environment.clone(),
            day: Day::of(now),
            token,
            principal,
        };
        let mut memory = self.memory();
        let memory = &mut *memory;
        add(&mut memory.uses, MOST, of, once, &mut memory.dropped);
        if let (ParentId::Token(token), Some(mark)) = (token, evidence.old_secret()) {
            let of = (token, mark);
            add(&mut memory.old_secrets, MOST, of, once, &mut memory.dropped);
        }
    }

    /// Whether it is time to write down what was gathered; once each time.
    pub(crate) fn is_due(&self, now: UnixMillis) -> bool {
        let mut memory = self.memory();
        let last = *memory.last_due.get_or_insert(now);
        let due = now >= last.plus_seconds(GATHERED_FOR_SECONDS);
        if due {
            memory.last_due = Some(now);
        }
        due
    }

    /// Writes down what was gathered; keeps what could not be written.
    pub(crate) async fn write_down(&self, store: &Store) {
        let _alone = self.writing.lock().await;
        let mut rows = self.take().into_iter();
        let mut running = JoinSet::new();
        let mut failed = None;
        loop {
            while failed.is_none() && running.len() < AT_ONCE {
                let Some((row, tally)) = rows.next() else {
                    break;
                };
                let store = store.clone();
                running.spawn(async move {
                    let written = store.add_use(&row, tally).await;
                    written.map_err(|error| (row, tally, error))
                });
            }
            match running.join_next().await {
                None => break,
                Some(Ok(Ok(()))) => {}
                Some(Ok(Err((row, tally, error)))) => {
                    self.put_back(row, tally);
                    failed = Some(error);
                }
                Some(Err(panicked)) => tracing::error!(error = %panicked, "a use was not counted"),
            }
        }
        // The table is not to be had: the rest is for the next time.
        for (row, tally) in rows {
            self.put_back(row, tally);
        }
        let dropped = std::mem::take(&mut self.memory().dropped);
        if let Some(error) = failed {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "use is written down later");
        }
        if dropped > 0 {
            tracing::warn!(dropped, "more was used than is counted");
        }
    }

    /// Seals what this instance knows to be unsealed, where it is old enough.
    pub(crate) async fn seal(&self, store: &Store, now: UnixMillis) {
        for (account, environment, at) in store.unsealed() {
            match store.seal(&account, &environment, now).await {
                Ok(Some(sealed_before)) if at < sealed_before => {
                    store.note_sealed(account, &environment, at);
                }
                // The latest act is too young, or there are many: the next time.
                Ok(_) => {}
                Err(error @ StoreError::Corrupt { .. }) => {
                    let error: &dyn std::error::Error = &error;
                    tracing::error!(%account, %environment, error, "the last seal is none: verify it");
                }
                Err(error) => {
                    let error: &dyn std::error::Error = &error;
                    tracing::warn!(error, "the audit log is sealed later");
                    return;
                }
            }
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put_back(&self, row: UseRow, tally: Tally) {
        let mut memory = self.memory();
        let memory = &mut *memory;
        add(&mut memory.left, MOST_LEFT, row, tally, &mut memory.dropped);
    }

    /// All there is in memory, as rows.
    fn take(&self) -> HashMap<UseRow, Tally> {
        let (uses, old_secrets, mut rows) = {
            let mut memory = self.memory();
            (
                std::mem::take(&mut memory.uses),
                std::mem::take(&mut memory.old_secrets),
                std::mem::take(&mut memory.left),
            )
        };
        for (of, tally) in uses {
            merge(&mut rows, UseRow::Last(of.token), tally);
            for list in [
                UseList::OfEnvironment,
                UseList::OfToken,
                UseList::OfPrincipal,
            ] {
                merge(&mut rows, UseRow::Listed(of.clone(), list), tally);
            }
        }
        for ((token, mark), tally) in old_secrets {
            merge(&mut rows, UseRow::OldSecret(token, mark), tally);
        }
        rows
    }
}

/// Adds to what is there, or a new one while there are fewer than `most`.
fn add<K: Eq + std::hash::Hash>(
    tallies: &mut HashMap<K, Tally>,
    most: usize,
    of: K,
    tally: Tally,
    dropped: &mut u64,
) {
    if tallies.len() < most || tallies.contains_key(&of) {
        merge(tallies, of, tally);
    } else {
        *dropped = dropped.saturating_add(tally.count);
    }
}

fn merge<K: Eq + std::hash::Hash>(tallies: &mut HashMap<K, Tally>, of: K, tally: Tally) {
    match tallies.entry(of) {
        Entry::Vacant(entry) => {
            entry.insert(tally);
        }
        Entry::Occupied(mut entry) => {
            let known = entry.get_mut();
            known.count = known.count.saturating_add(tally.count);
            known.last_used_at = known.last_used_at.max(tally.last_used_at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::add;
    use hallpass_core::UnixMillis;
    use hallpass_store::Tally;
    use std::collections::HashMap;

    #[test]
    fn a_full_memory_still_adds_to_what_it_has_and_counts_what_it_drops() {
        let tally = |count, at| Tally {
            count,
            last_used_at: UnixMillis(at),
        };
        let (mut tallies, mut dropped) = (HashMap::new(), 0);
        for (of, count, at) in [
            ("a", 1, 5),
            ("b", 2, 6),
            ("c", 4, 7),
            ("a", 8, 3),
            ("d", 1, 8),
        ] {
            add(&mut tallies, 2, of, tally(count, at), &mut dropped);
        }
        let expected = [("a", tally(9, 5)), ("b", tally(2, 6))];
        assert_eq!(tallies, HashMap::from(expected));
        assert_eq!(dropped, 5);
    }
}
