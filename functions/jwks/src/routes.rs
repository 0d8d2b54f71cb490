//! The routes of this function.

use crate::{authorization_server, jwks, openid_configuration, protected_resource};
use axum::routing::on;
use hallpass_http::Needs::Nothing;
use hallpass_http::Route;

/// The table of routes.
pub const ROUTES: &[Route] = &[
    Route::get("/.well-known/jwks.json", Nothing, |method| on(method, jwks)),
    Route::get("/.well-known/openid-configuration", Nothing, |method| {
        on(method, openid_configuration)
    }),
    Route::get(
        "/.well-known/oauth-authorization-server",
        Nothing,
        |method| on(method, authorization_server),
    ),
    Route::get("/.well-known/oauth-protected-resource", Nothing, |method| {
        on(method, protected_resource)
    }),
];

/// Their description.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(
    crate::jwks,
    crate::openid_configuration,
    crate::authorization_server,
    crate::protected_resource
))]
pub struct Api;
