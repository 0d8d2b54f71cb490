//! The tenants that this instance wrote audit rows of which are still to be sealed.

use hallpass_core::{Tenant, UnixMillis};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many tenants one instance remembers; those beyond are sealed by whoever acts in them next.
const MOST: usize = 1_000;

/// Each tenant with the time of its latest act here.
#[derive(Debug, Default)]
pub(super) struct Unsealed(Mutex<HashMap<Tenant, UnixMillis>>);

impl Unsealed {
    /// Remembers that an act of a tenant was, or may have been, written down.
    pub(super) fn add(&self, tenant: &Tenant, at: UnixMillis) {
        let mut unsealed = self.lock();
        if let Some(latest) = unsealed.get_mut(tenant) {
            *latest = at.max(*latest);
        } else if unsealed.len() < MOST {
            unsealed.insert(tenant.clone(), at);
        }
    }

    /// Each tenant with the time of its latest act.
    pub(super) fn all(&self) -> Vec<(Tenant, UnixMillis)> {
        self.lock()
            .iter()
            .map(|(tenant, at)| (tenant.clone(), *at))
            .collect()
    }

    /// Forgets a tenant, unless there was an act of it since `at`.
    pub(super) fn remove(&self, tenant: &Tenant, at: UnixMillis) {
        let mut unsealed = self.lock();
        if unsealed.get(tenant).is_some_and(|latest| *latest <= at) {
            unsealed.remove(tenant);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Tenant, UnixMillis>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
