//! What is answered of a token.

use hallpass_core::{
    AccountId, Code, Decision, EnvironmentName, Evidence, KindName, ParentId, Principal, ScopeSet,
    UnixSeconds,
};
use hallpass_http::Caller;
use serde::Serialize;
use utoipa::ToSchema;

/// The reply of both routes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ValidateReply {
    active: bool,
    code: Code,
    detail: String,
    #[serde(flatten)]
    #[schema(value_type = VisibleToken)]
    token: Option<VisibleToken>,
}

/// What a caller who may see the token is shown of it.
#[derive(Debug, Serialize, ToSchema)]
struct VisibleToken {
    #[schema(required = false)]
    id: String,
    #[schema(required = false)]
    kind: KindName,
    #[schema(required = false)]
    account: AccountId,
    #[schema(required = false)]
    environment: EnvironmentName,
    #[schema(required = false)]
    principal: Principal,
    #[schema(required = false)]
    scopes: ScopeSet,
    expires_at: Option<UnixSeconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    parent: Option<ParentId>,
}

impl ValidateReply {
    pub(crate) fn new(decision: Decision, evidence: &Evidence, caller: &Caller) -> Self {
        let visible = evidence
            .place()
            .is_some_and(|(account, environment)| caller.reaches(account, environment));
        Self {
            active: decision.is_active(),
            code: decision.code,
            detail: decision.detail,
            token: visible.then(|| visible_token(evidence)).flatten(),
        }
    }
}

fn visible_token(evidence: &Evidence) -> Option<VisibleToken> {
    match evidence {
        Evidence::Malformed(_) | Evidence::Unknown => None,
        Evidence::Opaque { record, .. } => Some(VisibleToken {
            id: record.id.to_string(),
            kind: record.kind.clone(),
            account: record.account,
            environment: record.environment.clone(),
            principal: record.principal,
            scopes: record.scopes.clone(),
            expires_at: record.expires_at,
            parent: None,
        }),
        Evidence::Jwt { claims, .. } => Some(VisibleToken {
            id: claims.jti.to_string(),
            kind: claims.hallpass.kind.clone(),
            account: claims.hallpass.account,
            environment: claims.hallpass.environment.clone(),
            principal: claims.sub,
            scopes: claims.scope.clone(),
            expires_at: Some(claims.exp),
            parent: Some(claims.hallpass.parent),
        }),
    }
}
