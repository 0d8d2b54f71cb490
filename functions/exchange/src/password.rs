//! A shared model and its password: a JWT for that model alone.

use crate::Grant;
use crate::error::ExchangeError;
use crate::request::ModelAsked;
use hallpass_core::{
    IpRules, Issue, OriginRules, ParentId, Principal, ShareRecord, TermsError, UnixMillis,
};
use hallpass_http::{Client, Platform, Problem};
use hallpass_password::{Password, matches};
use hallpass_store::{Admission, Attempt, Visitor};

/// What the model's visitors are given. What is not shared, and what has another password, answer
/// alike and take as long.
pub(crate) async fn grant(
    platform: &Platform,
    client: &Client,
    asked: ModelAsked,
) -> Result<Grant, Problem> {
    let now = platform.now();
    let policy = platform.catalog.shares().ok_or(ExchangeError::NoShares)?;
    let kind = platform.catalog.kind(&policy.kind);
    let kind = kind.ok_or(ExchangeError::NoShares)?;
    let share = platform.store.shared(&asked.model).await?;
    let visitor = Visitor {
        model: &asked.model,
        address: client.address,
    };
    let is_open = |share: &ShareRecord| share.password.is_none() && asked.password.is_none();
    let share = match share {
        Some(share) if is_open(&share) => {
            admit(platform, visitor, Attempt::Open, now).await?;
            share
        }
        share => {
            admit(platform, visitor, Attempt::Guess, now).await?;
            let share = guess(share, asked.password).await?;
            platform.store.know(visitor, now).await?;
            share
        }
    };
    let expires_at = kind.lifetime.expiry(None, None, now);
    let expires_at = expires_at
        .map_err(|error| ExchangeError::Terms(TermsError::Lifetime(error)))?
        .ok_or(ExchangeError::NoShares)?;
    let at = share.issues_at(now);
    let issue = Issue {
        kind: kind.name.clone(),
        parent: ParentId::Share(share.id),
        account: share.account,
        environment: share.environment,
        principal: Principal::Account(share.account),
        scopes: share.scopes,
        origins: OriginRules::default(),
        ips: IpRules::default(),
        expires_at,
    };
    Ok(Grant { issue, at })
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
    share: Option<ShareRecord>,
    password: Option<Password>,
) -> Result<ShareRecord, ExchangeError> {
    let hash = share.as_ref().and_then(|share| share.password.as_ref());
    let (password, hash) = match password {
        Some(password) => (password, hash),
        None => (Password::none(), None),
    };
    let is_right = matches(password, hash).await.map_err(ExchangeError::Hash)?;
    share
        .filter(|_| is_right)
        .ok_or(ExchangeError::WrongPassword)
}
