//! Which environments this instance wrote acts of that are still to be sealed.

use crate::Store;
use hallpass_core::{AccountId, EnvironmentName, UnixMillis};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The environments of one instance; those beyond are sealed by whoever acts in them next.
const MOST: usize = 1_000;

/// Each environment with the time of its latest act here.
#[derive(Debug, Default)]
pub(crate) struct Acts(Mutex<HashMap<(AccountId, EnvironmentName), UnixMillis>>);

impl Acts {
    /// An act was, or may have been, written down.
    pub(crate) fn note(&self, place: &(AccountId, EnvironmentName), at: UnixMillis) {
        let mut acts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(latest) = acts.get_mut(place) {
            *latest = at.max(*latest);
        } else if acts.len() < MOST {
            acts.insert(place.clone(), at);
        }
    }
}

impl Store {
    /// The environments in which this instance acted, each with the time of its latest act there
    /// that is not known to be sealed.
    #[must_use]
    pub fn unsealed(&self) -> Vec<(AccountId, EnvironmentName, UnixMillis)> {
        let acts = self.acts.0.lock().unwrap_or_else(PoisonError::into_inner);
        acts.iter()
            .map(|((account, environment), at)| (*account, environment.clone(), *at))
            .collect()
    }

    /// Forgets an environment, unless it was acted in since `at`.
    pub fn note_sealed(&self, account: AccountId, environment: &EnvironmentName, at: UnixMillis) {
        let place = (account, environment.clone());
        let mut acts = self.acts.0.lock().unwrap_or_else(PoisonError::into_inner);
        if acts.get(&place).is_some_and(|latest| *latest <= at) {
            acts.remove(&place);
        }
    }
}
