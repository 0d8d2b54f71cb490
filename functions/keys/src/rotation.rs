//! Does what is due until nothing is.

use crate::plan::{Did, PUBLISHED_BEFORE_SECONDS, Rules, Signs, Step, verifiable_from};
use crate::reply::KeysReply;
use crate::request::KeysRequest;
use hallpass_core::{UnixMillis, UnixSeconds};
use hallpass_keys::{CreateKeyError, EndKeyError, KeyMaker};
use hallpass_runtime::Platform;
use hallpass_store::{KeyRow, KeyState, Keyring, StoreError};
use thiserror::Error;

/// More steps than a run can need, lost races included.
const STEPS: usize = 40;

/// Why a run did not do all that was due. What it had done stays done, and the next run goes on.
#[derive(Debug, Error)]
pub enum KeysError {
    /// Nothing was done.
    #[error("there is no key `{0}`: give `retire` the kid of a published one")]
    Unknown(String),
    /// No key could be made.
    #[error("no signing key was made")]
    Create(#[from] CreateKeyError),
    /// A key could not be ended.
    #[error("a key that is published no more still has its private half")]
    End(#[from] EndKeyError),
    /// The table is unavailable.
    #[error("the table does not answer")]
    Store(#[from] StoreError),
    /// Other runs were faster each time.
    #[error("other invocations changed the keys all the while: invoke it again")]
    Busy,
}

/// Publishes, switches, withdraws and ends signing keys, whatever is due. Safe to repeat, and to
/// run twice at once: each step is one transaction that loses to any other change of the keys.
///
/// # Errors
/// Says what could not be done; the rest is done by the next run.
pub async fn rotate_keys(
    platform: &Platform,
    keys: &KeyMaker,
    request: &KeysRequest,
) -> Result<KeysReply, KeysError> {
    let store = &platform.store;
    let mut ring = store.keyring().await?;
    if let Some(kid) = &request.retire {
        // One that was retired before is no error: whoever repeats an invocation, since it failed
        // or its reply was lost, wants what is left of it done.
        if ring.rows.iter().all(|row| row.kid != *kid) {
            return Err(KeysError::Unknown(kid.clone()));
        }
    }
    let mut request = request.clone();
    let mut done = Vec::new();
    for _ in 0..STEPS {
        let rules = Rules {
            settings: keys.settings(),
            longest_token: platform.catalog.longest_jwt(),
            now: platform.now(),
        };
        let written = match rules.next_step(&ring, &request) {
            Step::Rest => return Ok(reply(&ring, &rules, &request, done)),
            Step::Change(rows, did) => store
                .change_keys(&ring, &rows)
                .await?
                .then_some(did.into_iter().collect()),
            Step::Make(state, signs) => {
                let made = make(platform, keys, &ring, (state, signs), &rules).await?;
                made.map(|kid| vec![Did::Published { kid }])
            }
            Step::End(row) => {
                keys.end(&row).await?;
                let kid = row.kid.clone();
                let ended = store.change_keys(&ring, &[ended(row, &rules)]).await?;
                ended.then(|| vec![Did::Ended { kid }])
            }
        };
        // `None`: another run changed the keys first, and what is due may be something else.
        for did in written.into_iter().flatten() {
            tracing::info!(did = ?did, "signing keys");
            // What was asked for is done: the key that signs now is not to be replaced, too.
            request.rotate &= !matches!(did, Did::Switched { .. });
            done.push(did);
        }
        ring = store.keyring().await?;
    }
    Err(KeysError::Busy)
}

/// Makes a key and publishes it; its id, or `None` if another run changed the keys meanwhile.
async fn make(
    platform: &Platform,
    keys: &KeyMaker,
    ring: &Keyring,
    (state, signs): (KeyState, Signs),
    rules: &Rules<'_>,
) -> Result<Option<String>, KeysError> {
    let clock = platform.clock.as_ref();
    let made = keys.make(ring.next_generation(), state, clock).await?;
    let row = KeyRow {
        signs_from: match signs {
            Signs::AtOnce => None,
            Signs::OnceKnown => Some(verifiable_from(&made)),
        },
        longest_token: rules.longest_token,
        ..made
    };
    let store = &platform.store;
    let written = store.change_keys(ring, std::slice::from_ref(&row)).await;
    let published = keys.settle(store, &row, written).await?;
    Ok(published.then_some(row.kid))
}

/// A wrapped private half is nowhere but in its row.
fn ended(row: KeyRow, rules: &Rules<'_>) -> KeyRow {
    KeyRow {
        private_key: None,
        ended_at: Some(rules.now),
        ..row
    }
}

/// When the key that was to be retired was, if not by what this run did.
fn already_retired(ring: &Keyring, request: &KeysRequest, done: &[Did]) -> Option<UnixSeconds> {
    let named = request.retire.as_ref()?;
    let by_this_run = |did: &Did| matches!(did, Did::Retired { kid, .. } if kid == named);
    if done.iter().any(by_this_run) {
        return None;
    }
    let row = ring.rows.iter().find(|row| row.kid == *named)?;
    row.retired_at.map(UnixMillis::seconds)
}

fn reply(ring: &Keyring, rules: &Rules<'_>, request: &KeysRequest, did: Vec<Did>) -> KeysReply {
    let current = ring.find(KeyState::Current);
    let next = ring.find(KeyState::Next);
    let ready = next.map(|next| next.created_at.plus_seconds(PUBLISHED_BEFORE_SECONDS));
    KeysReply {
        already_retired: already_retired(ring, request, &did),
        did,
        current: current.map(Into::into),
        next: next.map(Into::into),
        previous: ring
            .rows
            .iter()
            .filter(|row| row.is(KeyState::Previous))
            .map(Into::into)
            .collect(),
        next_may_sign_at: ready.map(UnixMillis::seconds),
        overdue_seconds: current.map_or(0, |current| rules.overdue(current)),
    }
}
