//! The environments that this instance wrote audit rows in which are still to be sealed.

use hallpass_core::{AccountId, EnvironmentName, UnixMillis};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many environments one instance remembers; those beyond are sealed by whoever acts in them
/// next.
const MOST: usize = 1_000;

/// Each environment with the time of its latest act here.
#[derive(Debug, Default)]
pub(super) struct Unsealed(Mutex<HashMap<(AccountId, EnvironmentName), UnixMillis>>);

impl Unsealed {
    /// Remembers that an act was, or may have been, written down in an environment.
    pub(super) fn add(&self, environment: &(AccountId, EnvironmentName), at: UnixMillis) {
        let mut unsealed = self.lock();
        if let Some(latest) = unsealed.get_mut(environment) {
            *latest = at.max(*latest);
        } else if unsealed.len() < MOST {
            unsealed.insert(environment.clone(), at);
        }
    }

    /// Each environment with the time of its latest act.
    pub(super) fn all(&self) -> Vec<(AccountId, EnvironmentName, UnixMillis)> {
        self.lock()
            .iter()
            .map(|((account, environment), at)| (*account, environment.clone(), *at))
            .collect()
    }

    /// Forgets an environment, unless there was an act in it since `at`.
    pub(super) fn remove(&self, environment: &(AccountId, EnvironmentName), at: UnixMillis) {
        let mut unsealed = self.lock();
        if unsealed
            .get(environment)
            .is_some_and(|latest| *latest <= at)
        {
            unsealed.remove(environment);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(AccountId, EnvironmentName), UnixMillis>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
