//! Reading the audit log, newest first.

use super::audit_id::{AuditId, EARLIEST, LATEST};
use crate::table::{Range, Store, StoreError, keys, row};
use hallpass_core::{KindName, ParentId, Principal, Tenant, UnixMillis};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// An act as it was written down.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AuditRow {
    /// Which act of its environment: as a cursor, too.
    #[serde(rename = "sk")]
    pub id: AuditId,
    /// What was done, in the word that the row was written with: an older one than
    /// [`AuditAction`](super::AuditAction) has, too.
    pub action: String,
    /// The id of the calling token, or `iam`.
    pub by: String,
    /// The calling token's parent, where it is a JWT.
    pub parent: Option<ParentId>,
    /// The calling token's kind.
    pub kind: Option<KindName>,
    /// Who the calling token speaks for.
    pub principal: Option<Principal>,
    /// Where the call came from.
    pub address: Option<IpAddr>,
    /// When.
    pub at: UnixMillis,
    /// What it was done to.
    pub subject: String,
    /// What it became.
    #[serde(default)]
    pub changes: BTreeMap<String, String>,
}

/// Some acts, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPage {
    /// The acts.
    pub rows: Vec<AuditRow>,
    /// Where to go on; absent after the last page, which may be empty.
    pub next: Option<AuditId>,
}

impl Store {
    /// Up to `limit` acts of an environment, the newest first, after the one of the cursor: one
    /// Query.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn audit(
        &self,
        tenant: &Tenant,
        limit: u8,
        after: Option<AuditId>,
    ) -> Result<AuditPage, StoreError> {
        let range = Range {
            pk: keys::audit_partition(tenant),
            from: EARLIEST.to_owned(),
            to: LATEST.to_owned(),
            newest_first: true,
            limit: Some(i32::from(limit)),
            after: after.as_ref().map(AuditId::sort_key),
        };
        let (items, after) = self.range("read the audit log", range).await?;
        let mut rows: Vec<AuditRow> = Vec::with_capacity(items.len());
        for item in items {
            rows.push(row::read(item)?);
        }
        let next = after.and(rows.last().map(|row| row.id));
        Ok(AuditPage { rows, next })
    }
}
