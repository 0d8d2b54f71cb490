//! What a mint asks for.

use hallpass_core::{
    AccountId, EnvironmentName, IpRule, IssueRequest, KindName, Metadata, Principal, ScopeRequest,
    TokenDetails, TokenName, UnixSeconds, WrittenOriginRule, WrittenScope, present,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// The body of `POST /v1/tokens`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MintRequest {
    pub(crate) kind: KindName,
    name: TokenName,
    #[serde(default, deserialize_with = "present")]
    #[schema(min_items = 1, max_items = 200, nullable = false)]
    scopes: Option<Vec<WrittenScope>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(min_items = 1, max_items = 100, nullable = false)]
    origins: Option<Vec<WrittenOriginRule>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(min_items = 1, max_items = 100, nullable = false)]
    ips: Option<Vec<IpRule>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    expires_in: Option<u64>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    not_before: Option<UnixSeconds>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    environment: Option<EnvironmentName>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    principal: Option<Principal>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    account: Option<AccountId>,
}

impl MintRequest {
    /// What is asked of the token, and what is noted about it.
    pub(crate) fn into_parts(self) -> (IssueRequest, TokenDetails) {
        let requested = IssueRequest {
            scopes: self
                .scopes
                .map_or(ScopeRequest::Default, ScopeRequest::Named),
            origins: self.origins,
            ips: self.ips,
            lifetime: self.expires_in,
            not_before: self.not_before,
            principal: self.principal,
            account: self.account,
            environment: self.environment,
        };
        let details = TokenDetails {
            name: self.name,
            metadata: self.metadata.unwrap_or_default(),
        };
        (requested, details)
    }
}
