//! The use of tokens: gathered in memory, and written as rows once a minute.

use crate::tallies::{Tallies, add, merge};
use hallpass_core::{Day, Moment, ParentId, SecretMark, TokenContext, TokenId, UnixMillis};
use hallpass_store::{Store, Tally, Use, UseList, UseRow};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::task::JoinSet;

/// How long an instance gathers: one token in a popular page is one write a minute and instance.
const GATHERED_SECONDS: u64 = 60;

/// How many tallies are kept at most, and how many of the rows that they become and that could not be
/// written: further ones are dropped, and the log says how many.
const MOST: usize = 4_096;
const MOST_UNWRITTEN: usize = 5 * MOST;

/// How many rows are written at once.
const AT_ONCE: usize = 8;

/// The use that one instance has counted and not yet written.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    memory: Mutex<Memory>,
    /// Held while rows are written, so that whoever asks for a flush waits for a running one.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Memory {
    uses: Tallies<Use>,
    old_secrets: Tallies<(TokenId, SecretMark)>,
    /// Rows that could not be written.
    unwritten: Tallies<UseRow>,
    dropped: u64,
    last_due: Option<Moment>,
}

impl Usage {
    /// Counts one use of a good token.
    pub(crate) fn count(&self, context: &TokenContext, now: UnixMillis) {
        let token = match context {
            TokenContext::Opaque { record, .. } => ParentId::Token(record.id),
            TokenContext::Jwt { claims, .. } => claims.hallpass.parent,
            TokenContext::Malformed(_) | TokenContext::Unknown => return,
        };
        let (Some(tenant), Some(principal)) = (context.tenant(), context.principal()) else {
            return;
        };
        let once = Tally {
            count: 1,
            last_used_at: now,
        };
        let of = Use {
            tenant,
            day: Day::of(now),
            token,
            principal,
        };
        let mut memory = self.memory();
        let memory = &mut *memory;
        add(&mut memory.uses, MOST, of, once, &mut memory.dropped);
        if let (ParentId::Token(token), Some(mark)) = (token, context.old_secret()) {
            let of = (token, mark);
            add(&mut memory.old_secrets, MOST, of, once, &mut memory.dropped);
        }
    }

    /// Whether it is time to write what was gathered; true once a minute.
    pub(crate) fn is_due(&self, now: Moment) -> bool {
        let mut memory = self.memory();
        let last = *memory.last_due.get_or_insert(now);
        let due = !last.is_younger(GATHERED_SECONDS, now);
        if due {
            memory.last_due = Some(now);
        }
        due
    }

    /// Writes what was gathered; keeps what could not be written.
    pub(crate) async fn flush(&self, store: &Store) {
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
        // The table is unavailable: the rest is for the next time.
        for (row, tally) in rows {
            self.put_back(row, tally);
        }
        let dropped = std::mem::take(&mut self.memory().dropped);
        if let Some(error) = failed {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "use is written later");
        }
        if dropped > 0 {
            tracing::warn!(
                dropped,
                "the memory for counting use was full: some use is not counted"
            );
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put_back(&self, row: UseRow, tally: Tally) {
        let mut memory = self.memory();
        let memory = &mut *memory;
        add(
            &mut memory.unwritten,
            MOST_UNWRITTEN,
            row,
            tally,
            &mut memory.dropped,
        );
    }

    /// All there is in memory, as rows.
    fn take(&self) -> Tallies<UseRow> {
        let (uses, old_secrets, mut rows) = {
            let mut memory = self.memory();
            (
                std::mem::take(&mut memory.uses),
                std::mem::take(&mut memory.old_secrets),
                std::mem::take(&mut memory.unwritten),
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
