//! Closing a user or service account: all that speaks for it ends with it.

use crate::request::DirectoryRequest;
use axum::response::Response;
use hallpass_core::{Principal, Tenant};
use hallpass_http::{Problem, walk};
use hallpass_store::{AuditAction, Closing};

/// 204, or 202 and where to ask again; the same call again goes on, too. `None`: there is no such
/// one.
pub(crate) async fn principal(
    request: &DirectoryRequest,
    tenant: Tenant,
    principal: Principal,
) -> Result<Option<Response>, Problem> {
    let DirectoryRequest {
        platform, caller, ..
    } = request;
    let closing = Closing::Principal { tenant, principal };
    let now = platform.now();
    let audit = caller.audit(AuditAction::Close, principal, now);
    walk(platform, &closing, None, &audit, now, request.walk_for).await
}
