//! A token as the API shows it: everything but its secret.

use hallpass_core::{
    AccountId, EnvironmentName, IpRules, KindName, Metadata, OriginRules, Principal, PublicText,
    ScopeSet, Tenant, TokenId, TokenName, TokenRecord, UnixMillis, UnixSeconds,
};
use hallpass_store::ListedToken;
use serde::Serialize;
use utoipa::ToSchema;

/// A record as the API shows it. Times are Unix seconds.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TokenView<'a> {
    id: TokenId,
    kind: &'a KindName,
    name: &'a TokenName,
    account: AccountId,
    environment: &'a EnvironmentName,
    principal: Principal,
    scopes: &'a ScopeSet,
    origins: &'a OriginRules,
    ips: &'a IpRules,
    metadata: &'a Metadata,
    enabled: bool,
    created_at: UnixSeconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    not_before: Option<UnixSeconds>,
    #[schema(required)]
    expires_at: Option<UnixSeconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    revoked_at: Option<UnixSeconds>,
    /// The id of the token that made it; absent where the deployment itself did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    minted_by: Option<&'a str>,
    /// The text of a public kind's token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    token: Option<&'a PublicText>,
}

impl<'a> TokenView<'a> {
    /// As an entry of a list shows it: without its text.
    #[must_use]
    pub fn listed(token: &'a ListedToken, tenant: &'a Tenant) -> Self {
        Self {
            id: token.id,
            kind: &token.kind,
            name: &token.name,
            account: tenant.account,
            environment: &tenant.environment,
            principal: token.principal,
            scopes: &token.scopes,
            origins: &token.origins,
            ips: &token.ips,
            metadata: &token.metadata,
            enabled: token.enabled,
            created_at: token.created_at.seconds(),
            not_before: token.not_before,
            expires_at: token.expires_at,
            revoked_at: token.revoked_at.map(UnixMillis::seconds),
            minted_by: token.minted_by.as_deref(),
            token: None,
        }
    }

    /// The same without its text: for those who may not have what it can do.
    #[must_use]
    pub fn without_text(self) -> Self {
        Self {
            token: None,
            ..self
        }
    }
}

impl<'a> From<&'a TokenRecord> for TokenView<'a> {
    fn from(record: &'a TokenRecord) -> Self {
        Self {
            id: record.id,
            kind: &record.kind,
            name: &record.name,
            account: record.account,
            environment: &record.environment,
            principal: record.principal,
            scopes: &record.scopes,
            origins: &record.origins,
            ips: &record.ips,
            metadata: &record.metadata,
            enabled: record.enabled,
            created_at: record.created_at.seconds(),
            not_before: record.not_before,
            expires_at: record.expires_at,
            revoked_at: record.revoked_at.map(UnixMillis::seconds),
            minted_by: record.minted_by.as_deref(),
            token: record.public_text.as_ref(),
        }
    }
}

/// A record with its token's text, which is shown this once.
#[derive(Serialize, ToSchema)]
pub struct IssuedView<'a> {
    /// The text.
    pub token: &'a str,
    #[serde(flatten)]
    view: TokenView<'a>,
}

impl<'a> IssuedView<'a> {
    /// Shows `text`, the token of `record`.
    #[must_use]
    pub fn new(record: &'a TokenRecord, text: &'a str) -> Self {
        Self {
            token: text,
            view: TokenView::from(record).without_text(),
        }
    }
}

impl std::fmt::Debug for IssuedView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedView")
            .field("view", &self.view)
            .finish_non_exhaustive()
    }
}
