//! What the audit log says of a new token.

use hallpass_core::{TokenRecord, UnixMillis};
use hallpass_http::Caller;
use hallpass_store::{Audit, AuditAction};

/// The act of `caller`, with what bounds the new token.
pub(crate) fn audit(caller: &Caller, record: &TokenRecord, now: UnixMillis) -> Audit {
    let mut audit = caller
        .audit_of_token(AuditAction::Mint, record, now)
        .with("kind", &record.kind)
        .with("name", String::from(record.name.clone()))
        .with("scopes", &record.scopes)
        .with("principal", record.principal);
    if !record.origins.is_empty() {
        let rules: Vec<String> = record.origins.0.iter().map(ToString::to_string).collect();
        audit = audit.with("origins", rules.join(" "));
    }
    if !record.ips.0.is_empty() {
        let rules: Vec<String> = record.ips.0.iter().map(ToString::to_string).collect();
        audit = audit.with("ips", rules.join(" "));
    }
    if let Some(expires_at) = record.expires_at {
        audit = audit.with("expires_at", expires_at.0);
    }
    audit
}
