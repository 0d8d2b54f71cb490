//! What is answered of a token.

use hallpass_core::{
    AccountId, Decision, DecisionCode, EnvironmentName, KindName, ParentId, Principal, ScopeSet,
    TokenContext, UnixSeconds,
};
use hallpass_http::Caller;
use serde::Serialize;
use utoipa::ToSchema;

/// The reply of both routes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ValidateReply {
    active: bool,
    code: DecisionCode,
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
    pub(crate) fn new(decision: Decision, context: &TokenContext, caller: &Caller) -> Self {
        let visible = context
            .tenant()
            .is_some_and(|tenant| caller.reaches(&tenant));
        Self {
            active: decision.is_active(),
            code: decision.code,
            detail: decision.detail,
            token: visible.then(|| visible_token(context)).flatten(),
        }
    }
}

fn visible_token(context: &TokenContext) -> Option<VisibleToken> {
    match context {
        TokenContext::Malformed(_) | TokenContext::Unknown => None,
        TokenContext::Opaque { record, .. } => Some(VisibleToken {
            id: record.id.to_string(),
            kind: record.kind.clone(),
            account: record.account,
            environment: record.environment.clone(),
            principal: record.principal,
            scopes: record.scopes.clone(),
            expires_at: record.expires_at,
            parent: None,
        }),
        TokenContext::Jwt { claims, .. } => Some(VisibleToken {
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
