//! The use of tokens: gathered in memory, and written once a minute as one item.

use hallpass_core::{DecisionCode, Moment, ParentId, Random, TokenContext, UnixMillis};
use hallpass_store::{GatheredUses, Quarter, Store, StoreError, Tally, Use, Uses};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long an instance gathers: one token in a popular page is one write a minute and instance.
const GATHERED_SECONDS: u64 = 60;

/// Fewer uses than these wait once for more. An item costs a write when it is written and one when it
/// is deleted: so an instance that is used once a minute pays one a minute, not two.
const FEW: u64 = 4;

/// How many uses are kept at most: further ones are dropped, and the log says how many. When there are
/// half as many, they are written without waiting for the minute.
const MOST: usize = 8_192;

/// How many items are kept at most that could not be written.
const MOST_UNWRITTEN: usize = 20;

/// The use that one instance has counted and not yet written.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    memory: Mutex<Memory>,
    /// Held while items are written, so that whoever asks for a flush waits for a running one.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Memory {
    uses: Uses,
    /// Items that could not be written. They keep their keys: written again, each is still one.
    unwritten: Vec<GatheredUses>,
    dropped: u64,
    last_due: Option<Moment>,
    has_waited: bool,
}

impl Usage {
    /// Counts one use, accepted or refused, of a token that is known.
    pub(crate) fn count(
        &self,
        context: &TokenContext,
        route: &str,
        outcome: &str,
        now: UnixMillis,
    ) {
        let token = match context {
            TokenContext::Opaque { record, .. } => ParentId::Token(record.id),
            TokenContext::Jwt { claims, .. } => claims.hallpass.parent,
            TokenContext::Malformed(_) | TokenContext::Unknown => return,
        };
        let (Some(tenant), Some(principal)) = (context.tenant(), context.principal()) else {
            return;
        };
        // Another account's token, as its caller sees it: no business of the one whose it is.
        if outcome == DecisionCode::Unknown.as_str() {
            return;
        }
        let once = Tally {
            count: 1,
            last_used_at: now,
        };
        let of = Use {
            tenant,
            quarter: Quarter::of(now),
            token,
            principal,
            route: route.into(),
            outcome: outcome.into(),
        };
        let is_accepted = outcome == DecisionCode::Active.as_str();
        let old_secret = context.old_secret().filter(|_| is_accepted);
        let mut memory = self.memory();
        if memory.uses.tallies.len() >= MOST && !memory.uses.tallies.contains_key(&of) {
            memory.dropped = memory.dropped.saturating_add(1);
            return;
        }
        memory.uses.add(of, once);
        if let (ParentId::Token(token), Some(mark)) = (token, old_secret) {
            memory.uses.add_old_secret(token, mark, now);
        }
    }

    /// Whether it is time to write what was gathered.
    pub(crate) fn is_due(&self, now: Moment) -> bool {
        let mut memory = self.memory();
        let last = *memory.last_due.get_or_insert(now);
        let is_full = memory.uses.tallies.len() >= MOST.div_ceil(2);
        let due = is_full || !last.is_younger(GATHERED_SECONDS, now);
        if due {
            memory.last_due = Some(now);
        }
        due
    }

    /// Whether there is little to be written, which has not waited yet.
    pub(crate) fn waits_for_more(&self) -> bool {
        let mut memory = self.memory();
        let waits = !memory.has_waited && memory.uses.count() < FEW;
        memory.has_waited = waits;
        waits
    }

    /// Writes what was gathered; keeps what could not be written.
    pub(crate) async fn flush(&self, store: &Store, random: &dyn Random, now: UnixMillis) {
        let _alone = self.writing.lock().await;
        let mut left = match self.take(random, now) {
            Ok(items) => items.into_iter(),
            Err(error) => return later(&error),
        };
        while let Some(item) = left.next() {
            if let Err(error) = store.write_uses(&item).await {
                // The table is unavailable: the rest is for the next time.
                self.put_back([item].into_iter().chain(left));
                later(&error);
                break;
            }
        }
        let dropped = std::mem::take(&mut self.memory().dropped);
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

    fn put_back(&self, items: impl Iterator<Item = GatheredUses>) {
        let mut memory = self.memory();
        for item in items {
            if memory.unwritten.len() < MOST_UNWRITTEN {
                memory.unwritten.push(item);
            } else {
                memory.dropped = memory.dropped.saturating_add(item.count);
            }
        }
    }

    /// All there is in memory, as items: those that could not be written first.
    fn take(&self, random: &dyn Random, now: UnixMillis) -> Result<Vec<GatheredUses>, StoreError> {
        let mut memory = self.memory();
        memory.has_waited = false;
        let mut items = std::mem::take(&mut memory.unwritten);
        let uses = std::mem::take(&mut memory.uses);
        items.extend(GatheredUses::pack(uses, random, now)?);
        Ok(items)
    }
}

fn later(error: &StoreError) {
    let error: &dyn std::error::Error = error;
    tracing::warn!(error, "use is written later");
}

#[cfg(test)]
mod tests {
    use super::{MOST, Usage};
    use hallpass_core::{
        AccountId, Moment, ParentId, Principal, Tenant, TokenId, UnixMillis, UserId,
    };
    use hallpass_store::{Quarter, Tally, Use};
    use std::time::Duration;

    #[test]
    fn memory_that_is_half_full_is_written_before_the_minute_is_over() {
        let usage = Usage::default();
        let now = Moment {
            at: UnixMillis(1_800_000_000_000),
            running_for: Duration::ZERO,
        };
        for number in 0..MOST / 2 {
            assert!(!usage.is_due(now), "{number}");
            let mut id = [0; 16];
            id[..8].copy_from_slice(&number.to_be_bytes());
            let of = Use {
                tenant: Tenant::first_of(AccountId::from_bytes([1; 16])),
                quarter: Quarter::of(now.at),
                token: ParentId::Token(TokenId::from_bytes([2; 16])),
                principal: Principal::User(UserId::from_bytes(id)),
                route: "GET /".into(),
                outcome: "active".into(),
            };
            let tally = Tally {
                count: 1,
                last_used_at: now.at,
            };
            usage.memory().uses.add(of, tally);
        }
        assert!(usage.is_due(now));
    }
}
