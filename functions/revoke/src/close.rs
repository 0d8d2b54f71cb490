//! Ends everything of an account or an environment.

use crate::error::RevokeError;
use axum::response::{IntoResponse as _, Response};
use hallpass_core::{AccountId, EnvironmentName, UnixMillis, UnixSeconds};
use hallpass_http::{Caller, Platform, Problem};
use hallpass_store::{Closed, Closing as StoreClosing};
use http::header::{LOCATION, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use std::time::Duration;
use tokio::time::Instant;

/// What is not finished in this time answers 202.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WalkFor(pub(crate) Duration);

/// One closing, as its caller may ask for it.
#[derive(Debug)]
pub(crate) struct Closing {
    account: AccountId,
    environment: Option<EnvironmentName>,
    before: Option<UnixMillis>,
    now: UnixMillis,
}

impl Closing {
    /// An account is closed by the operator; an environment by whoever may revoke in it and change
    /// the directory.
    pub(crate) fn new(
        caller: &Caller,
        account: Option<AccountId>,
        environment: Option<EnvironmentName>,
        before: Option<UnixSeconds>,
        now: UnixMillis,
    ) -> Result<Self, Problem> {
        caller.require("tokens:revoke")?;
        let account = account.unwrap_or(caller.account());
        let reached = match &environment {
            Some(environment) => caller.reaches(account, environment),
            None => caller.is_operator(),
        };
        if !reached {
            return Err(RevokeError::NoPlace.into());
        }
        let before = before.map(UnixSeconds::millis);
        if before.is_some_and(|before| before > now) {
            return Err(RevokeError::BeforeLiesAhead.into());
        }
        if before.is_none() {
            // To close is for good: nothing more is ever minted there.
            caller.require("directory:write")?;
        }
        Ok(Self {
            account,
            environment,
            before,
            now,
        })
    }

    /// Refuses to close the operator account, which nobody could open again.
    pub(crate) async fn check(&self, platform: &Platform) -> Result<(), Problem> {
        if self.before.is_some() {
            return Ok(());
        }
        match platform.store.account(&self.account).await? {
            None => Err(RevokeError::NoPlace.into()),
            Some(account) if account.operator => Err(RevokeError::Operator.into()),
            Some(_) => Ok(()),
        }
    }

    /// Whether the account or environment was closed.
    pub(crate) async fn has_begun(&self, platform: &Platform) -> Result<bool, Problem> {
        let closed_at = match &self.environment {
            Some(environment) => {
                let row = platform
                    .store
                    .environment(&self.account, environment)
                    .await?;
                row.and_then(|row| row.closed_at)
            }
            None => platform
                .store
                .account(&self.account)
                .await?
                .and_then(|row| row.closed_at),
        };
        Ok(closed_at.is_some())
    }

    /// Walks on: 204 once everything is ended, 202 and where to ask again before.
    pub(crate) async fn go_on(
        &self,
        platform: &Platform,
        caller: &Caller,
        WalkFor(walk_for): WalkFor,
    ) -> Result<Response, Problem> {
        let subject = self.to_string();
        let audit = caller.audit("close", &subject, self.now);
        let closing = match &self.environment {
            Some(environment) => StoreClosing::Environment {
                account: self.account,
                environment: environment.clone(),
            },
            None => StoreClosing::Account(self.account),
        };
        let deadline = Instant::now()
            .checked_add(walk_for)
            .unwrap_or_else(Instant::now);
        match platform
            .store
            .close(&closing, self.before, &audit, self.now, deadline)
            .await?
        {
            None => Err(RevokeError::NoPlace.into()),
            Some(Closed::Finished) => Ok(StatusCode::NO_CONTENT.into_response()),
            Some(Closed::Unfinished) => {
                let mut response = StatusCode::ACCEPTED.into_response();
                let headers = response.headers_mut();
                headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
                // With `before`, the same request again goes on.
                if let (None, Ok(location)) = (
                    self.before,
                    HeaderValue::from_str(&format!("/v1/revocations/{subject}")),
                ) {
                    headers.insert(LOCATION, location);
                }
                Ok(response)
            }
        }
    }
}

impl std::fmt::Display for Closing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.account)?;
        match &self.environment {
            Some(environment) => write!(f, "/{environment}"),
            None => Ok(()),
        }
    }
}
