//! What this function does, for its description.
#![expect(dead_code, reason = "only the attributes are read")]

use crate::audit::{AuditRequest, PageView, VerificationView};
use crate::usage::{PageView as UsagePage, UsageRequest};
use serde::Serialize;
use utoipa::ToSchema;

/// The description of this function.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(usage, audit))]
pub struct Api;

/// A page of the log or, with `verify`, what verifying it found.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum AuditReply {
    Page(PageView),
    Verification(VerificationView),
}

/// The last seal of a chain.
#[derive(ToSchema)]
pub(crate) struct SealHead {
    number: u64,
    hash: String,
}

/// Count use
///
/// How often each token was used on which day, for whom: the last 30 days where none are named.
/// With `group_by`, totals; without, a page of rows. Best effort, a minute late.
#[utoipa::path(
    get, path = "/v1/usage", tag = "activity", operation_id = "usage",
    params(UsageRequest),
    responses(
        (status = 200, description = "Counts.", body = UsagePage),
    ),
    security(("token" = ["activity:read"])),
)]
fn usage() {}

/// Read the log
///
/// Who did what, the newest first. With `verify=true`, whether the log was tampered with: its rows
/// are sealed into a chain of hashes, which is followed from `cursor` on.
#[utoipa::path(
    get, path = "/v1/audit", tag = "activity", operation_id = "audit",
    params(AuditRequest),
    responses(
        (status = 200, description = "Acts, or what verifying them found.", body = AuditReply),
    ),
    security(("token" = ["activity:read"])),
)]
fn audit() {}
