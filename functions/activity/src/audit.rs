//! `GET /v1/audit`: who did what, the newest first; and whether that was tampered with.

use crate::query;
use axum::Json;
use axum::extract::State;
use hallpass_core::{
    AccountId, EnvironmentName, KindName, ParentId, Principal, Tenant, UnixSeconds,
};
use hallpass_http::{Caller, Limit, Platform, Problem, Query};
use hallpass_store::{AuditId, AuditRow, SealFault, SealHead, StoreError, Verification};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;
use utoipa::ToSchema;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditRequest {
    environment: Option<EnvironmentName>,
    account: Option<AccountId>,
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    limit: Option<Limit>,
    cursor: Option<String>,
    #[serde(default)]
    verify: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AuditPage)]
pub(crate) struct PageView {
    audit: Vec<ActView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Act)]
struct ActView {
    id: String,
    at: UnixSeconds,
    action: String,
    subject: String,
    by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    parent: Option<ParentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    kind: Option<KindName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    principal: Option<Principal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    address: Option<IpAddr>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    changes: BTreeMap<String, String>,
}

/// A page of the log or, with `verify`, what verifying it found.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum AuditReply {
    Page(PageView),
    Verification(VerificationView),
}

#[derive(Serialize, ToSchema)]
#[schema(as = Verification)]
pub(crate) struct VerificationView {
    intact: bool,
    /// How many seals were good, and how many rows they cover.
    seals: u64,
    rows: u64,
    /// The first that is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    fault: Option<FaultView>,
    /// The end of the chain, to be noted somewhere else.
    #[schema(required)]
    head: Option<HeadView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cursor: Option<String>,
}

/// The last seal of a chain.
#[derive(Serialize, ToSchema)]
#[schema(as = SealHead)]
struct HeadView {
    number: u64,
    hash: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Fault)]
struct FaultView {
    seal: u64,
    code: &'static str,
    detail: &'static str,
}

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
pub(crate) async fn audit(
    State(platform): State<Platform>,
    caller: Caller,
    request: Result<Query<AuditRequest>, Problem>,
) -> Result<Json<AuditReply>, Problem> {
    let Query(request) = request?;
    let tenant = caller.tenant(request.account, request.environment.clone())?;
    if request.verify {
        let view = verified(&platform, &tenant, &request).await?;
        return Ok(Json(AuditReply::Verification(view)));
    }
    let limit = request.limit.unwrap_or_default().into();
    let after: Option<AuditId> = query::cursor(request.cursor.as_deref())?;
    if after.is_none() {
        seal(&platform, &tenant).await?;
    }
    let found = platform.store.audit(&tenant, limit, after).await?;
    if found.rows.is_empty() && found.next.is_none() && after.is_none() {
        query::check_there(&platform, &tenant).await?;
    }
    let view = PageView {
        audit: found.rows.into_iter().map(ActView::from).collect(),
        cursor: found.next.map(|next| next.to_string()),
    };
    Ok(Json(AuditReply::Page(view)))
}

async fn verified(
    platform: &Platform,
    tenant: &Tenant,
    request: &AuditRequest,
) -> Result<VerificationView, Problem> {
    if request.limit.is_some() {
        let detail = "`verify` takes no `limit`: it goes from seal to seal";
        return Err(query::invalid("limit", detail));
    }
    let after: Option<SealHead> = query::cursor(request.cursor.as_deref())?;
    if after.is_none() {
        query::check_there(platform, tenant).await?;
    }
    let store = &platform.store;
    let found = store.verify_seals(tenant, after.as_ref()).await?;
    if found.fault.is_some() || found.next.is_some() {
        return Ok(found.into());
    }
    // The whole chain was looked at and is good: only now is something added to it.
    seal(platform, tenant).await?;
    let end = found.head.clone().or(after);
    let added = store.verify_seals(tenant, end.as_ref()).await?;
    let all = Verification {
        seals: found.seals.saturating_add(added.seals),
        rows: found.rows.saturating_add(added.rows),
        ..added
    };
    Ok(all.into())
}

/// Seals acts that are old enough: also those of instances that ended before they came to it.
async fn seal(platform: &Platform, tenant: &Tenant) -> Result<(), Problem> {
    let now = platform.now();
    match platform.store.seal(tenant, now).await {
        Ok(_) => Ok(()),
        Err(error @ StoreError::Corrupt { .. }) => {
            // That is for the verification to name: the acts are there all the same.
            let error: &dyn std::error::Error = &error;
            tracing::error!(account = %tenant.account, environment = %tenant.environment, error, "the last seal is invalid: verify the chain with `GET /v1/audit?verify=true`");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

impl From<AuditRow> for ActView {
    fn from(row: AuditRow) -> Self {
        Self {
            id: row.id.to_string(),
            at: row.at.seconds(),
            action: row.action,
            subject: row.subject,
            by: row.by,
            parent: row.parent,
            kind: row.kind,
            principal: row.principal,
            address: row.address,
            changes: row.changes,
        }
    }
}

impl From<Verification> for VerificationView {
    fn from(found: Verification) -> Self {
        Self {
            intact: found.fault.is_none(),
            seals: found.seals,
            rows: found.rows,
            fault: found.fault.map(|(seal, fault)| {
                let (code, detail) = describe_fault(fault);
                FaultView { seal, code, detail }
            }),
            head: found.head.map(|head| HeadView {
                number: head.number,
                hash: head.hash,
            }),
            cursor: found.next.map(|next| next.to_string()),
        }
    }
}

fn describe_fault(fault: SealFault) -> (&'static str, &'static str) {
    match fault {
        SealFault::SealMissing => ("seal_missing", "the seal of this number was deleted"),
        SealFault::HeadMissing => (
            "head_missing",
            "the row that names the last seal was deleted: seals from this number on may have been, too",
        ),
        SealFault::SealAltered => (
            "seal_altered",
            "the seal was altered, or does not follow from the one before it",
        ),
        SealFault::RowsMissing => ("rows_missing", "rows that were sealed were deleted"),
        SealFault::RowsAltered => ("rows_altered", "rows that were sealed were altered"),
        SealFault::RowsAdded => (
            "rows_added",
            "rows were added to a time that was sealed already",
        ),
    }
}
