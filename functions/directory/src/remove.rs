//! Removing a user or service account: all that speaks for it ends with it.

use crate::within::Within;
use axum::response::Response;
use hallpass_core::Principal;
use hallpass_http::{Caller, Platform, Problem, WalkFor, walk};
use hallpass_store::Closing;

/// 204, or 202 and where to ask again; the same call again goes on, too. `None`: there is no such
/// one.
pub(crate) async fn principal(
    platform: &Platform,
    caller: &Caller,
    within: Within,
    principal: Principal,
    walk_for: WalkFor,
) -> Result<Option<Response>, Problem> {
    let closing = Closing::Principal {
        account: within.account,
        environment: within.environment,
        principal,
    };
    let now = platform.now();
    let audit = caller.audit("close", principal, now);
    walk(platform, &closing, None, &audit, now, walk_for).await
}
