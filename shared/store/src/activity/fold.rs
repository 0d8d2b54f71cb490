//! Folding: what instances gathered becomes pages of one environment each, and last uses.
//!
//! A fold is first written down (`USES` / `FOLD`): its number, and the keys of what it folds. Then its
//! pages and last uses are written, then what it folded is deleted, then it is crossed out. Whoever
//! finds one that is not crossed out carries it out anew, and nothing is counted twice or lost: what is
//! folded never changes, each page says which fold it has, and nothing is deleted before all pages are
//! written. One fold at a time: numbers grow, and the next one begins when the last is crossed out.

use super::last_use::LastUsed;
use super::packed::unpack;
use super::uses::{ACCEPTED, Quarter, Uses};
use crate::table::{
    Expression, Item, Key, Slice, Store, StoreError, Transaction, keys, number, row,
};
use hallpass_core::{Tenant, UnixMillis};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How many bytes and items one fold takes at most: its use is held in memory.
const MOST_BYTES: usize = 6 * 1024 * 1024;
const MOST_ITEMS: usize = 300;

/// How many items are read by their keys at once, each of 400 KB at most: an answer has 16 MB.
const READ_AT_ONCE: usize = 25;

/// How many rows are written at once.
const AT_ONCE: usize = 16;

/// Use is folded at once if that takes no more than so many writes and one for each five uses. What
/// takes more waits for more use of the same environments and tokens.
const FREE_WRITES: u64 = 8;
const USES_A_WRITE: u64 = 5;

const OPERATION: &str = "fold use";

/// What was folded, and what is left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// How many uses were folded.
    pub uses: u64,
    /// When the oldest was gathered that is left.
    pub oldest: Option<UnixMillis>,
    /// How many items were set aside, since they are unreadable.
    pub set_aside: u64,
}

/// The row of a fold.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Plan {
    number: u64,
    /// The keys of what is folded, `pk` and `sk` with a blank between; none once it is done.
    items: Vec<String>,
}

/// What was gathered and is to be folded.
#[derive(Default)]
struct Backlog {
    keys: Vec<Key>,
    uses: Uses,
    bytes: usize,
    oldest: Option<UnixMillis>,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Aside,
    Gathered,
}

impl Store {
    /// Finishes the fold that is under way, if there is one, and folds what has been gathered: as soon
    /// as there is enough of it, at the latest `after_seconds` after it was gathered.
    ///
    /// # Errors
    /// When the table does not answer: the next fold goes on with it.
    pub async fn fold_uses(
        &self,
        now: UnixMillis,
        after_seconds: u64,
        deadline: Instant,
    ) -> Result<Folded, StoreError> {
        let mut done = Folded::default();
        loop {
            let plan: Option<Plan> = self.find(OPERATION, &keys::fold()).await?;
            let plan = plan.unwrap_or_default();
            if !plan.items.is_empty() {
                self.resume(&plan, &mut done).await?;
                continue;
            }
            let backlog = self.backlog(&plan, &mut done).await?;
            done.oldest = backlog.oldest;
            let waited = backlog
                .oldest
                .is_some_and(|oldest| now >= oldest.plus_seconds(after_seconds));
            if !(waited || backlog.is_cheap()) || backlog.keys.is_empty() {
                return Ok(done);
            }
            let next = Plan {
                number: plan.number.saturating_add(1),
                items: backlog.keys.iter().map(ToString::to_string).collect(),
            };
            if self.begin_fold(&plan, &next).await? {
                self.carry_out(&next, backlog.keys, backlog.uses, &mut done)
                    .await?;
            }
            done.oldest = None;
            if Instant::now() >= deadline {
                return Ok(done);
            }
        }
    }

    /// What has been gathered, as much as one fold takes. Each fold begins with another partition.
    async fn backlog(&self, last: &Plan, done: &mut Folded) -> Result<Backlog, StoreError> {
        let mut backlog = Backlog::default();
        let mut partitions: Vec<String> = keys::gathered_partitions().collect();
        let first = usize::try_from(last.number).unwrap_or_default();
        let first = first.checked_rem(partitions.len()).unwrap_or_default();
        partitions.rotate_left(first);
        for pk in partitions {
            let mut slice = Slice::default();
            loop {
                let (items, after) = self.query(OPERATION, &pk, "", slice).await?;
                for item in items {
                    if backlog.is_full() {
                        return Ok(backlog);
                    }
                    match read(&item) {
                        Ok((uses, bytes)) => backlog.add(&item, uses, bytes),
                        Err(reason) => self.set_aside(item, reason, done).await?,
                    }
                }
                if after.is_none() {
                    break;
                }
                slice = Slice { limit: None, after };
            }
        }
        Ok(backlog)
    }

    /// Writes a fold down, unless another one was since `last`.
    async fn begin_fold(&self, last: &Plan, next: &Plan) -> Result<bool, StoreError> {
        let item = row::write(&keys::fold(), next, None)?;
        let when = Expression::new(
            "attribute_not_exists(#pk) OR (#number = :last AND size(#items) = :none)",
        )
        .with(":last", number(last.number))
        .with(":none", number(0));
        self.put_one(OPERATION, item, &when).await
    }

    /// Carries out a fold that was written down, by this or another process.
    async fn resume(&self, plan: &Plan, done: &mut Folded) -> Result<(), StoreError> {
        let named = plan.items.iter().filter_map(|text| text.split_once(' '));
        let keys: Vec<Key> = named.map(|(pk, sk)| Key::new(pk, sk)).collect();
        let mut uses = Uses::default();
        for some in keys.chunks(READ_AT_ONCE) {
            let items = self.batch_of(OPERATION, some, &[]).await?;
            if items.len() < some.len() {
                // Something is deleted already, so all pages are written.
                return self.cross_out(plan, keys).await;
            }
            for item in items {
                // It was readable when the fold was written down.
                let (read, _) = read(&item).map_err(|reason| StoreError::Corrupt {
                    row: Key::of(&item).to_string(),
                    source: reason.into(),
                })?;
                uses.merge(read);
            }
        }
        self.carry_out(plan, keys, uses, done).await
    }

    async fn carry_out(
        &self,
        plan: &Plan,
        keys: Vec<Key>,
        uses: Uses,
        done: &mut Folded,
    ) -> Result<(), StoreError> {
        let count = uses.count();
        let mut last_uses = HashMap::new();
        for ((token, mark), at) in &uses.old_secrets {
            // For the question of an operator who waits to end an overlap.
            tracing::info!(%token, secret = %mark, last_used_at = at.0, "an old secret is used");
            last_uses.insert(LastUsed::OldSecret(*token, *mark), *at);
        }
        let mut sets: BTreeMap<(Tenant, Quarter), Uses> = BTreeMap::new();
        for (of, tally) in uses.tallies {
            if &*of.outcome == ACCEPTED {
                let last = last_uses.entry(LastUsed::Parent(of.token));
                let at = tally.last_used_at;
                last.and_modify(|last| *last = at.max(*last)).or_insert(at);
            }
            let set = (of.tenant.clone(), of.quarter);
            sets.entry(set).or_default().add(of, tally);
        }
        let number = plan.number;
        at_once(sets, |((tenant, quarter), new)| {
            let store = self.clone();
            async move { store.add_to_pages(&tenant, quarter, &new, number).await }
        })
        .await?;
        at_once(last_uses, |(of, at)| {
            let store = self.clone();
            async move { store.note_last_use(of, at).await }
        })
        .await?;
        self.cross_out(plan, keys).await?;
        done.uses = done.uses.saturating_add(count);
        Ok(())
    }

    /// Deletes what was folded, and crosses the fold out.
    async fn cross_out(&self, plan: &Plan, keys: Vec<Key>) -> Result<(), StoreError> {
        at_once(keys, |key| {
            let store = self.clone();
            async move { store.delete_one(OPERATION, &key).await }
        })
        .await?;
        let crossed_out = Plan {
            number: plan.number,
            items: Vec::new(),
        };
        let item = row::write(&keys::fold(), &crossed_out, None)?;
        let when = Expression::new("#number = :number").with(":number", number(plan.number));
        // Where it does not hold, somebody else crossed it out, and began another.
        self.put_one(OPERATION, item, &when).await.map(|_| ())
    }

    /// Puts an unreadable item where no fold comes.
    async fn set_aside(
        &self,
        mut item: Item,
        reason: String,
        done: &mut Folded,
    ) -> Result<(), StoreError> {
        let key = Key::of(&item);
        tracing::error!(row = %key, reason, "gathered use is set aside, and not counted");
        item.extend(keys::set_aside(&key).item());
        let there = Expression::new("attribute_exists(#pk)");
        let moved = Transaction::new(OPERATION)
            .put(Part::Aside, item, Expression::none())
            .delete(Part::Gathered, key, there);
        // Where it is not there, somebody else has moved it.
        let _outcome = self.transact(&moved).await?;
        done.set_aside = done.set_aside.saturating_add(1);
        Ok(())
    }
}

impl Backlog {
    fn add(&mut self, item: &Item, uses: Uses, bytes: usize) {
        let key = Key::of(item);
        let at = key.sk.split('#').next().and_then(|at| at.parse().ok());
        let at = UnixMillis(at.unwrap_or_default());
        self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
        self.keys.push(key);
        self.bytes = self.bytes.saturating_add(bytes);
        self.uses.merge(uses);
    }

    fn is_full(&self) -> bool {
        self.keys.len() >= MOST_ITEMS || self.bytes >= MOST_BYTES
    }

    /// Whether there is so much use that writing it down takes little for each.
    fn is_cheap(&self) -> bool {
        let tallies = || self.uses.tallies.keys();
        let sets: HashSet<_> = tallies().map(|of| (&of.tenant, of.quarter)).collect();
        let tokens: HashSet<_> = tallies().map(|of| of.token).collect();
        let writes = [sets.len(), tokens.len(), self.uses.old_secrets.len(), 2];
        let writes = u64::try_from(writes.iter().sum::<usize>()).unwrap_or(u64::MAX);
        let paid = self.uses.count().checked_div(USES_A_WRITE);
        self.is_full() || writes <= paid.unwrap_or_default().saturating_add(FREE_WRITES)
    }
}

/// What an item has, and how many bytes it is.
fn read(item: &Item) -> Result<(Uses, usize), String> {
    let packed = item.get("packed").and_then(|it| it.as_b().ok());
    let packed = packed.ok_or("it has no `packed`")?.as_ref();
    let uses = unpack(packed).map_err(|error| error.to_string())?;
    Ok((uses, packed.len()))
}

/// Does something with each, some at once; stops at the first error.
async fn at_once<T, F>(
    each: impl IntoIterator<Item = T>,
    does: impl Fn(T) -> F,
) -> Result<(), StoreError>
where
    F: Future<Output = Result<(), StoreError>> + Send + 'static,
{
    let mut each = each.into_iter();
    let mut running = JoinSet::new();
    loop {
        while running.len() < AT_ONCE {
            let Some(one) = each.next() else {
                break;
            };
            running.spawn(does(one));
        }
        match running.join_next().await {
            None => return Ok(()),
            Some(Ok(done)) => done?,
            Some(Err(panicked)) => return Err(StoreError::outage(OPERATION)(panicked.into())),
        }
    }
}
