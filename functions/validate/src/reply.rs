//! What is answered of a token.

use hallpass_core::{
    AccountId, Catalog, Decision, DecisionCode, EnvironmentName, KindName, Label, ParentId,
    Principal, Scope, ScopeSet, TokenContext, UnixSeconds,
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
    /// The scope of the token that covers each scope that was asked for, in the same order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    matched: Option<Vec<Scope>>,
    /// Where `each` was asked for: the answer for every scope, in the same order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    each: Option<Vec<ScopeReply>>,
    #[serde(flatten)]
    #[schema(value_type = VisibleToken)]
    token: Option<VisibleToken>,
}

/// What is answered of one scope.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScopeReply {
    /// As the catalog spells it, where it has aliases.
    scope: Scope,
    active: bool,
    code: DecisionCode,
    /// The scope of the token that covers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    matched: Option<Scope>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    label: Option<Label>,
    #[schema(required = false)]
    scopes: ScopeSet,
    expires_at: Option<UnixSeconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    parent: Option<ParentId>,
}

impl ValidateReply {
    pub(crate) fn new(decision: Decision, context: &TokenContext, caller: &Caller) -> Self {
        let token = is_visible(context, caller).then(|| visible_token(context));
        Self {
            active: decision.is_active(),
            code: decision.code,
            detail: decision.detail,
            matched: None,
            each: None,
            token: token.flatten(),
        }
    }

    /// The same, with the answers for the scopes that were asked for; `each` of them is shown where
    /// that was asked.
    pub(crate) fn with_scopes(mut self, answers: Vec<ScopeReply>, each: bool) -> Self {
        if self.active && !answers.is_empty() {
            self.matched = answers.iter().map(|it| it.matched.clone()).collect();
        }
        self.each = each.then_some(answers);
        self
    }
}

impl ScopeReply {
    pub(crate) fn new(
        scope: &Scope,
        decision: &Decision,
        context: &TokenContext,
        catalog: &Catalog,
        caller: &Caller,
    ) -> Self {
        let shown = decision.is_active() && is_visible(context, caller);
        let matched = shown.then(|| context.matched(scope, catalog)).flatten();
        Self {
            scope: scope.clone(),
            active: decision.is_active(),
            code: decision.code,
            matched: matched.cloned(),
        }
    }

    pub(crate) fn is_active(&self) -> bool {
        self.active
    }
}

fn is_visible(context: &TokenContext, caller: &Caller) -> bool {
    let tenant = context.tenant();
    tenant.is_some_and(|tenant| caller.reaches(&tenant))
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
            label: context.label(),
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
            label: context.label(),
            scopes: claims.scope.clone(),
            expires_at: Some(claims.exp),
            parent: Some(claims.hallpass.parent),
        }),
    }
}
