//! What is due, one step at a time: a pure function of the keys, the rules and the moment.
//!
//! A verifier must know a key before it meets the first token that the key signed. So a key is published a day before it signs
//! (verifiers outside keep keys for hours: API Gateway's own authorizer for two), and stays
//! published until the last token it can have signed is dead: signers may go on with it for as long
//! as they remember that it was current.

use crate::request::KeysRequest;
use hallpass_core::{LEEWAY_SECONDS, UnixMillis};
use hallpass_keys::{KEYS_AT_MOST_SECONDS_OLD, KeySettings, REFETCH_AFTER_SECONDS};
use hallpass_store::{KeyRow, KeyState, Keyring};
use serde::Serialize;

const DAY: u64 = 24 * 60 * 60;

/// A next key is published for this long before it signs.
pub const PUBLISHED_BEFORE_SECONDS: u64 = DAY;

/// A key that must sign at once, since the one before was retired, does so when each of our own
/// verifiers will find it: they ask for an unknown key at least so often. Two seconds for clocks.
pub const KNOWN_AFTER_SECONDS: u64 = REFETCH_AFTER_SECONDS.saturating_add(2);

/// What a step is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub enum Did {
    /// A key was made, and is published.
    Published {
        /// The key.
        kid: String,
    },
    /// A published key signs from now on.
    Switched {
        /// It signed before.
        from: Option<String>,
        /// It signs now.
        to: String,
    },
    /// A key is published no more, since somebody said so; another may sign in its place.
    Retired {
        /// The key.
        kid: String,
        /// It signs in its place.
        to: Option<String>,
    },
    /// A key is published no more: nothing that it signed lives.
    Unpublished {
        /// The key.
        kid: String,
    },
    /// The private half of a key that is not published is to be deleted.
    Ended {
        /// The key.
        kid: String,
    },
}

/// The next thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// These rows change, all at once.
    Change(Vec<KeyRow>, Option<Did>),
    /// A key is to be made, in this state, and to sign at once or when every verifier finds it.
    Make(KeyState, Signs),
    /// This key is to be ended.
    End(KeyRow),
    /// Nothing is due.
    Rest,
}

/// When a key that is made may sign. The moment is known once it is made, which takes its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signs {
    /// Nobody verifies yet, or it does not sign in this state.
    AtOnce,
    /// Verifiers that know other keys must find it first.
    OnceKnown,
}

/// By which rules keys live.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules<'a> {
    pub(crate) settings: &'a KeySettings,
    /// How long any token of the catalog lives, in seconds.
    pub(crate) longest_token: u64,
    pub(crate) now: UnixMillis,
}

impl Rules<'_> {
    /// The step that is due first. Emergencies come before everything, KMS last: steps that need
    /// no new key are done even if KMS creates none.
    pub(crate) fn next_step(&self, ring: &Keyring, request: &KeysRequest) -> Step {
        let next = ring.find(KeyState::Next);
        let current = ring.find(KeyState::Current);
        let named = request.retire.as_deref();
        if let Some(row) = ring
            .rows
            .iter()
            .find(|row| Some(row.kid.as_str()) == named && row.is_published())
        {
            return self.retire(row, next);
        }
        let Some(current) = current else {
            return match next {
                Some(next) => self.switch(None, next),
                None if ring.was_used() => Step::Make(KeyState::Current, Signs::OnceKnown),
                None => Step::Make(KeyState::Current, Signs::AtOnce),
            };
        };
        if current.longest_token < self.longest_token {
            let row = KeyRow {
                longest_token: self.longest_token,
                ..current.clone()
            };
            return Step::Change(vec![row], None);
        }
        let mut published = ring.rows.iter().filter(|row| row.is_published());
        if let Some(row) = published.find(|row| self.is_spent(row)) {
            return self.unpublish(row);
        }
        if request.rotate && current.rotation_asked_at.is_none() && !self.may_follow(next) {
            // Noted, so that it is done once it may be, without anybody asking again.
            let row = KeyRow {
                rotation_asked_at: Some(self.now),
                ..current.clone()
            };
            return Step::Change(vec![row], None);
        }
        match next {
            // It never signed: nobody misses it.
            Some(next) if !self.settings.fits(next) => return self.unpublish(next),
            Some(next) if self.may_switch(next) && self.is_due(current, request) => {
                return self.switch(Some(current), next);
            }
            Some(_) => {}
            None => return Step::Make(KeyState::Next, Signs::AtOnce),
        }
        let mut rows = ring.rows.iter();
        let left = rows.find(|row| !row.is_published() && row.ended_at.is_none());
        left.map_or(Step::Rest, |row| Step::End(row.clone()))
    }

    /// For how many seconds the current key has signed beyond its time.
    pub(crate) fn overdue(&self, current: &KeyRow) -> u64 {
        let since = current.signs_from.unwrap_or(current.created_at);
        let age = self.now.0.saturating_sub(since.0) / 1_000;
        age.saturating_sub(self.settings.rotation_days.saturating_mul(DAY))
    }

    fn is_due(&self, current: &KeyRow, request: &KeysRequest) -> bool {
        let since = current.signs_from.unwrap_or(current.created_at);
        let period = self.settings.rotation_days.saturating_mul(DAY);
        let is_asked = request.rotate || current.rotation_asked_at.is_some();
        is_asked || !self.settings.fits(current) || self.now >= since.plus_seconds(period)
    }

    /// Whether the next key may sign now.
    fn may_follow(&self, next: Option<&KeyRow>) -> bool {
        next.is_some_and(|next| self.settings.fits(next) && self.may_switch(next))
    }

    fn may_switch(&self, next: &KeyRow) -> bool {
        self.now >= next.created_at.plus_seconds(PUBLISHED_BEFORE_SECONDS)
    }

    /// Whether the last token that a replaced key can have signed is dead.
    fn is_spent(&self, row: &KeyRow) -> bool {
        // A signer remembers for no longer than a verifier does; a minute for what is under way.
        let last_signature = KEYS_AT_MOST_SECONDS_OLD.saturating_add(60);
        let published = row
            .longest_token
            .saturating_add(LEEWAY_SECONDS)
            .saturating_add(last_signature);
        row.is(KeyState::Previous)
            && row
                .replaced_at
                .is_none_or(|at| self.now >= at.plus_seconds(published))
    }

    /// The next key as the current one. Where it must be at once, it still waits until it is known.
    fn promoted(&self, next: &KeyRow) -> KeyRow {
        KeyRow {
            state: KeyState::Current,
            signs_from: Some(self.now.max(verifiable_from(next))),
            longest_token: self.longest_token,
            ..next.clone()
        }
    }

    fn switch(&self, current: Option<&KeyRow>, next: &KeyRow) -> Step {
        let did = Did::Switched {
            from: current.map(|row| row.kid.clone()),
            to: next.kid.clone(),
        };
        let replaced = current.map(|row| KeyRow {
            state: KeyState::Previous,
            replaced_at: Some(self.now),
            ..row.clone()
        });
        let rows = replaced.into_iter().chain([self.promoted(next)]);
        Step::Change(rows.collect(), Some(did))
    }

    fn retire(&self, row: &KeyRow, next: Option<&KeyRow>) -> Step {
        let next = next.filter(|_| row.state == KeyState::Current);
        let did = Did::Retired {
            kid: row.kid.clone(),
            to: next.map(|next| next.kid.clone()),
        };
        let rows = [self.withdrawn(row)].into_iter();
        let rows = rows.chain(next.map(|next| self.promoted(next)));
        Step::Change(rows.collect(), Some(did))
    }

    fn unpublish(&self, row: &KeyRow) -> Step {
        let kid = row.kid.clone();
        Step::Change(vec![self.withdrawn(row)], Some(Did::Unpublished { kid }))
    }

    fn withdrawn(&self, row: &KeyRow) -> KeyRow {
        KeyRow {
            state: KeyState::Previous,
            retired_at: Some(self.now),
            ..row.clone()
        }
    }
}

/// From when on every one of our own verifiers finds a key.
pub(crate) fn verifiable_from(row: &KeyRow) -> UnixMillis {
    row.created_at.plus_seconds(KNOWN_AFTER_SECONDS)
}

#[cfg(test)]
#[path = "plan/tests.rs"]
mod tests;
