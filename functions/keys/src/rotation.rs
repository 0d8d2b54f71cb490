//! Does what is due until nothing is.

use crate::plan::{Did, PUBLISHED_BEFORE_SECONDS, Rules, Step};
use crate::reply::KeysReply;
use crate::request::KeysRequest;
use hallpass_core::UnixMillis;
use hallpass_http::Platform;
use hallpass_keys::{CreateKeyError, EndKeyError, KeyMaker};
use hallpass_store::{KeyRow, KeyState, Keyring, StoreError};
use thiserror::Error;

/// More steps than a run can need, lost races included.
const STEPS: usize = 40;

/// Why a run did not do all that was due. What it had done stays done, and the next run goes on.
#[derive(Debug, Error)]
pub enum KeysError {
    /// Nothing was done.
    #[error("no key `{0}` is published: it was retired before, or never was")]
    NotPublished(String),
    /// No key could be made.
    #[error("no signing key was made")]
    Create(#[from] CreateKeyError),
    /// A key could not be ended.
    #[error("a key that is published no more still has its private half")]
    End(#[from] EndKeyError),
    /// The table is not to be had.
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
        let mut rows = ring.rows.iter();
        if !rows.any(|row| row.kid == *kid && row.is_published()) {
            return Err(KeysError::NotPublished(kid.clone()));
        }
    }
    let mut done = Vec::new();
    for _ in 0..STEPS {
        let rules = Rules {
            policy: keys.policy(),
            longest_token: platform.catalog.longest_jwt(),
            now: platform.now(),
        };
        let written = match rules.next_step(&ring, request) {
            Step::Rest => return Ok(reply(&ring, &rules, done)),
            Step::Change(rows, did) => store
                .change_keys(&ring, &rows, &[])
                .await?
                .then_some(did.into_iter().collect()),
            Step::Make(state, signs_from) => {
                let made = make(platform, keys, &ring, (state, signs_from), &rules).await?;
                made.map(|kid| vec![Did::Published { kid }])
            }
            Step::End(row) => {
                keys.end(&row).await?;
                let ended = store.change_keys(&ring, &[], &[&row.kid]).await?;
                ended.then(|| vec![Did::Ended { kid: row.kid }])
            }
        };
        // `None`: another run changed the keys first, and what is due may be something else.
        for did in written.into_iter().flatten() {
            tracing::info!(did = ?did, "signing keys");
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
    (state, signs_from): (KeyState, Option<UnixMillis>),
    rules: &Rules<'_>,
) -> Result<Option<String>, KeysError> {
    let made = keys.make(ring.next_generation(), state, rules.now).await?;
    let row = KeyRow {
        signs_from,
        longest_token: rules.longest_token,
        ..made
    };
    if platform
        .store
        .change_keys(ring, std::slice::from_ref(&row), &[])
        .await?
    {
        return Ok(Some(row.kid));
    }
    // Nobody knows it. If it cannot be ended now, it only costs.
    if let Err(error) = keys.end(&row).await {
        let cause: &dyn std::error::Error = &error;
        tracing::warn!(error = cause, "a signing key is left over");
    }
    Ok(None)
}

fn reply(ring: &Keyring, rules: &Rules<'_>, did: Vec<Did>) -> KeysReply {
    let current = ring.find(KeyState::Current);
    let next = ring.find(KeyState::Next);
    let ready = next.map(|next| next.created_at.plus_seconds(PUBLISHED_BEFORE_SECONDS));
    KeysReply {
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
