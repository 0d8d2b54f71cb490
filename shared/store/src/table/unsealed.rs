//! The tenants that have audit rows which are still to be sealed: those of this instance, in memory,
//! and a note of each in the table, for the case that the instance does not live to seal them.
//!
//! A note is written in the transaction of an act, and says up to when acts are noted by it: so it
//! is one write in half a minute and instance, and not one an act.

use super::error::StoreError;
use super::item::Item;
use super::{keys, row};
use hallpass_core::{AccountId, EnvironmentName, Tenant, UnixMillis};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many tenants one instance remembers; those beyond are sealed by whoever acts in them next, or
/// by maintenance.
const MOST: usize = 1_000;

/// For how long further acts of the same instance need no note of their own.
const NOTED_FOR_MILLIS: u64 = 30_000;

/// A note that a tenant has acts to be sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsealedNote {
    /// The account.
    pub account: AccountId,
    /// The environment.
    pub environment: EnvironmentName,
    /// Up to when acts may have been done under this note.
    pub until: UnixMillis,
}

/// What an instance knows of a tenant.
#[derive(Debug)]
struct Acts {
    latest: UnixMillis,
    noted_until: UnixMillis,
}

#[derive(Debug, Default)]
pub(super) struct Unsealed(Mutex<HashMap<Tenant, Acts>>);

impl UnsealedNote {
    /// The account and environment.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        Tenant {
            account: self.account,
            environment: self.environment.clone(),
        }
    }

    fn of(tenant: &Tenant, at: UnixMillis) -> Self {
        Self {
            account: tenant.account,
            environment: tenant.environment.clone(),
            until: UnixMillis(at.0.saturating_add(NOTED_FOR_MILLIS)),
        }
    }

    /// The row, which is written without a condition.
    pub(super) fn row(&self) -> Result<Item, StoreError> {
        row::write(&keys::unsealed(&self.tenant()), self, None)
    }
}

impl Unsealed {
    /// The note to be written with an act of a tenant, unless one of before covers it.
    pub(super) fn note(&self, tenant: &Tenant, at: UnixMillis) -> Option<UnsealedNote> {
        let known = self.lock();
        let is_noted = known.get(tenant).is_some_and(|acts| {
            // A clock that was set back makes acts of before the note, which it does not cover.
            let from = acts.noted_until.0.saturating_sub(NOTED_FOR_MILLIS);
            (from..=acts.noted_until.0).contains(&at.0)
        });
        (!is_noted).then(|| UnsealedNote::of(tenant, at))
    }

    /// Remembers that an act of a tenant was, or may have been, written down; and the note that was
    /// surely written with it.
    pub(super) fn add(&self, tenant: &Tenant, at: UnixMillis, note: Option<&UnsealedNote>) {
        let mut unsealed = self.lock();
        if !unsealed.contains_key(tenant) && unsealed.len() >= MOST {
            return;
        }
        let acts = unsealed.entry(tenant.clone()).or_insert(Acts {
            latest: at,
            noted_until: UnixMillis(0),
        });
        acts.latest = at.max(acts.latest);
        if let Some(note) = note {
            acts.noted_until = note.until;
        }
    }

    /// Each tenant with the time of its latest act.
    pub(super) fn all(&self) -> Vec<(Tenant, UnixMillis)> {
        self.lock()
            .iter()
            .map(|(tenant, acts)| (tenant.clone(), acts.latest))
            .collect()
    }

    /// Forgets a tenant, unless there was an act of it since `at`.
    pub(super) fn remove(&self, tenant: &Tenant, at: UnixMillis) {
        let mut unsealed = self.lock();
        if unsealed.get(tenant).is_some_and(|acts| acts.latest <= at) {
            unsealed.remove(tenant);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Tenant, Acts>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
