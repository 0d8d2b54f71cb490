//! Closing over HTTP: 204 once everything is ended, 202 and where to ask again before.

use crate::reply::problem::Problem;
use axum::response::{IntoResponse as _, Response};
use hallpass_core::{Tenant, UnixMillis};
use hallpass_runtime::Platform;
use hallpass_store::{Audit, Closed, Closing};
use http::header::{LOCATION, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use std::time::Duration;
use tokio::time::Instant;

/// How long a closing walks before it answers 202.
#[derive(Clone, Copy, Debug)]
pub struct WalkFor(pub Duration);

impl WalkFor {
    /// What a reply may take: the walk, and its first and last page beyond that.
    #[must_use]
    pub fn answer_within(self) -> Duration {
        const PAGES: Duration = Duration::from_secs(8);
        self.0.saturating_add(PAGES)
    }
}

impl Default for WalkFor {
    /// 20 seconds.
    fn default() -> Self {
        Self(Duration::from_secs(20))
    }
}

/// Begins a closing, or continues one that has begun; `None` if there is nothing of this name.
///
/// # Errors
/// When the table does not answer; what was done stays done.
pub async fn walk(
    platform: &Platform,
    closing: &Closing,
    before: Option<UnixMillis>,
    audit: &Audit,
    now: UnixMillis,
    WalkFor(walk_for): WalkFor,
) -> Result<Option<Response>, Problem> {
    let closed = platform
        .store
        .close(closing, before, audit, now, deadline(walk_for))
        .await?;
    // With a caller's `before`, the same request again goes on.
    let is_asked_for = before.is_none() || matches!(closing, Closing::MadeBy { .. });
    Ok(closed.map(|closed| reply(closed, closing, is_asked_for)))
}

/// Continues a closing that has begun, and begins none.
///
/// # Errors
/// When the table does not answer; what was done stays done.
pub async fn walk_on(
    platform: &Platform,
    closing: &Closing,
    now: UnixMillis,
    WalkFor(walk_for): WalkFor,
) -> Result<Response, Problem> {
    let closed = platform
        .store
        .finish_closing(closing, now, deadline(walk_for))
        .await?;
    Ok(reply(closed, closing, true))
}

fn deadline(walk_for: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(walk_for).unwrap_or(now)
}

/// `is_asked_for`: whether it has a place of its own where to ask.
fn reply(closed: Closed, closing: &Closing, is_asked_for: bool) -> Response {
    match closed {
        Closed::Finished => StatusCode::NO_CONTENT.into_response(),
        Closed::Unfinished => {
            let mut response = StatusCode::ACCEPTED.into_response();
            let headers = response.headers_mut();
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            if let (true, Ok(location)) = (is_asked_for, HeaderValue::from_str(&location(closing)))
            {
                headers.insert(LOCATION, location);
            }
            response
        }
    }
}

/// Where to ask how far a closing has come.
fn location(closing: &Closing) -> String {
    match closing {
        Closing::Account(account) => format!("/v1/revocations/{account}"),
        Closing::Environment(tenant) => format!("/v1/revocations/{tenant}"),
        Closing::Principal { tenant, principal } => {
            let Tenant {
                account,
                environment,
            } = tenant;
            // Labels of letters, digits, `.`, `_` and `-` on either side of the slash: they stand
            // as they are.
            format!(
                "/v1/revocations/principals/{principal}?account={account}&environment={environment}"
            )
        }
        Closing::MadeBy { token, .. } => format!("/v1/revocations/made-by/{token}"),
    }
}
