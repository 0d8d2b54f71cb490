//! What this function does, for its description.
#![expect(dead_code, reason = "only the attributes are read")]

use crate::metadata::{ProtectedResource, Server};
use crate::published::Jwks;

/// The description of this function.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(jwks, openid_configuration, authorization_server, protected_resource))]
pub struct Api;

/// Published keys
///
/// What JWTs are signed with now, next, and were until lately, as a JWK set (RFC 7517).
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "keys", operation_id = "jwks",
    responses(
        (status = 200, description = "The keys.", body = Jwks),
    ),
)]
fn jwks() {}

/// Metadata, by the name of OpenID Connect Discovery
#[utoipa::path(
    get, path = "/.well-known/openid-configuration", tag = "keys", operation_id = "openid_configuration",
    responses(
        (status = 200, description = "Where things are, and what there is.", body = Server<'static>),
    ),
)]
fn openid_configuration() {}

/// Metadata of the authorization server
///
/// RFC 8414.
#[utoipa::path(
    get, path = "/.well-known/oauth-authorization-server", tag = "keys", operation_id = "oauth_authorization_server",
    responses(
        (status = 200, description = "Where things are, and what there is.", body = Server<'static>),
    ),
)]
fn authorization_server() {}

/// Metadata of this API as a protected resource
///
/// RFC 9728.
#[utoipa::path(
    get, path = "/.well-known/oauth-protected-resource", tag = "keys", operation_id = "oauth_protected_resource",
    responses(
        (status = 200, description = "Where its tokens come from, and their scopes.", body = ProtectedResource<'static>),
    ),
)]
fn protected_resource() {}
