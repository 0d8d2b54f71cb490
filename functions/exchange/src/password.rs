//! A shared model and its password: a JWT for that model alone.

use crate::error::ExchangeError;
use crate::key::NO_FIELDS;
use crate::request::ModelCredential;
use hallpass_core::{
    Issuance, IssueError, IssueRequest, IssuedKind, Maker, ScopeRequest, ShareRecord, UnixMillis,
};
use hallpass_http::{Client, Platform, Problem};
use hallpass_password::{Compared, Password, compare, hash};
use hallpass_store::{Admission, Attempt, Visit, Visitor};

/// What the model's visitors are given. What is not shared, and what has another password, answer
/// alike, after the same reads and one hash.
pub(crate) async fn issue(
    platform: &Platform,
    client: &Client,
    credential: ModelCredential,
    now: UnixMillis,
) -> Result<Issuance, Problem> {
    let kind = IssuedKind::of_shares(&platform.catalog).ok_or(ExchangeError::NoShares)?;
    let share = open(platform, client, credential, now).await?;
    let request = IssueRequest {
        scopes: ScopeRequest::Held(share.scopes.clone()),
        ..IssueRequest::default()
    };
    hallpass_http::issue(
        platform,
        kind,
        request,
        Maker::Share(&share),
        now,
        issue_problem,
    )
    .await
}

fn issue_problem(error: IssueError) -> Problem {
    Problem::of_issue(error, &NO_FIELDS)
}

/// The share, opened with its password, or without one if it has none.
async fn open(
    platform: &Platform,
    client: &Client,
    credential: ModelCredential,
    now: UnixMillis,
) -> Result<ShareRecord, Problem> {
    let visitor = Visitor {
        model: &credential.model,
        address: client.address,
    };
    let Visit { share, is_known } = platform.store.visit(visitor, now).await?;
    let is_open = |share: &ShareRecord| share.password.is_none() && credential.password.is_none();
    match share {
        Some(share) if is_open(&share) => {
            admit(platform, visitor, Attempt::Open, now).await?;
            Ok(share)
        }
        share => {
            admit(platform, visitor, Attempt::Guess { is_known }, now).await?;
            let share = guess(platform, share, credential.password).await?;
            platform.store.know(visitor, &share, now).await?;
            Ok(share)
        }
    }
}

/// Asks the limiter, before anything is hashed.
async fn admit(
    platform: &Platform,
    visitor: Visitor<'_>,
    attempt: Attempt,
    now: UnixMillis,
) -> Result<(), Problem> {
    match platform.store.admit(visitor, attempt, now).await? {
        Admission::Admitted => Ok(()),
        Admission::Limited { retry_after } => Err(ExchangeError::Limited { retry_after }.into()),
    }
}

/// The share, if this is its password. One hash, whatever there is to be compared with: without a
/// password, that of a text which is nobody's.
async fn guess(
    platform: &Platform,
    share: Option<ShareRecord>,
    password: Option<Password>,
) -> Result<ShareRecord, ExchangeError> {
    let hash = share.as_ref().and_then(|share| share.password.as_ref());
    let (password, hash) = match password {
        Some(password) => (password, hash),
        None => (Password::none(), None),
    };
    let compared = compare(password.clone(), hash)
        .await
        .map_err(ExchangeError::Hash)?;
    let share = share
        .filter(|_| compared != Compared::Wrong)
        .ok_or(ExchangeError::WrongPassword)?;
    Ok(match compared {
        Compared::RightAsWritten => rehash(platform, share, password).await,
        Compared::Right | Compared::Wrong => share,
    })
}

/// Gives a share from before passwords had one form the hash of that form, so that other keyboards open
/// it, too; answers the share as it is then. Nothing depends on it: where it fails, the next visitor's
/// does it.
async fn rehash(platform: &Platform, share: ShareRecord, password: Password) -> ShareRecord {
    let Ok(hash) = hash(password, platform.random.as_ref()).await else {
        return share;
    };
    match platform.store.rehash_password(&share, &hash).await {
        Ok(()) => ShareRecord {
            password: Some(hash),
            ..share
        },
        Err(error) => {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "a password is hashed anew later");
            share
        }
    }
}
