//! Removing a user or service account: all that speaks for it ends with it.

use crate::ask::Ask;
use crate::within::Within;
use axum::response::Response;
use hallpass_core::Principal;
use hallpass_http::{Problem, walk};
use hallpass_store::{AuditAction, Closing};

/// 204, or 202 and where to ask again; the same call again goes on, too. `None`: there is no such
/// one.
pub(crate) async fn principal(
    ask: &Ask,
    within: Within,
    principal: Principal,
) -> Result<Option<Response>, Problem> {
    let Ask {
        platform, caller, ..
    } = ask;
    let closing = Closing::Principal {
        account: within.account,
        environment: within.environment,
        principal,
    };
    let now = platform.now();
    let audit = caller.audit(AuditAction::Close, principal, now);
    walk(platform, &closing, None, &audit, now, ask.walk_for).await
}
