//! Metadata: where things are, and what there is.

use crate::published::Jwks;
use hallpass_core::Algorithm;
use hallpass_http::Platform;
use serde::Serialize;
use utoipa::ToSchema;

/// An authorization server (RFC 8414 §2), in the words that `OpenID` Connect Discovery shares with it.
/// There are no endpoints of OAuth to name yet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Server<'a> {
    issuer: &'a str,
    jwks_uri: String,
    scopes_supported: Vec<String>,
    /// Required, and never empty (§3.2): with no authorization endpoint, none can be asked for.
    response_types_supported: [&'static str; 1],
    /// Required by `OpenID` Connect Discovery 1.0 §3; every client sees the same `sub`.
    subject_types_supported: [&'static str; 1],
    /// Required by the same; what our tokens are signed with.
    id_token_signing_alg_values_supported: &'a [Algorithm],
}

impl<'a> Server<'a> {
    pub(crate) fn new(platform: &'a Platform, keys: &'a Jwks) -> Self {
        let issuer = platform.issuer.as_str();
        Self {
            issuer,
            jwks_uri: format!("{issuer}/.well-known/jwks.json"),
            scopes_supported: scopes(platform),
            response_types_supported: ["none"],
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: &keys.algorithms,
        }
    }
}

/// A protected resource (RFC 9728 §2): this API.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProtectedResource<'a> {
    resource: &'a str,
    authorization_servers: [&'a str; 1],
    scopes_supported: Vec<String>,
    /// RFC 6750 §2.1. Some kinds are presented elsewhere too, but not by that RFC's names.
    bearer_methods_supported: [&'static str; 1],
}

impl<'a> ProtectedResource<'a> {
    pub(crate) fn new(platform: &'a Platform) -> Self {
        let issuer = platform.issuer.as_str();
        Self {
            resource: issuer,
            authorization_servers: [issuer],
            scopes_supported: scopes(platform),
            bearer_methods_supported: ["header"],
        }
    }
}

/// What the catalog declares for the platform's own API, whose clients read this. Scopes with a path are
/// these, with the path behind them. The management scopes are nothing that a client may ask for.
fn scopes(platform: &Platform) -> Vec<String> {
    let scopes = platform.catalog.scopes();
    scopes
        .filter(|(scope, _)| !scope.is_management())
        .map(|(scope, _)| scope.to_string())
        .collect()
}
