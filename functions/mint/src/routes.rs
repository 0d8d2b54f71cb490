//! The routes of this function.

use crate::mint;
use axum::routing::on;
use hallpass_core::ManagementScope::TokensMint;
use hallpass_http::Needs::Scope;
use hallpass_http::Route;

/// The table of routes.
pub const ROUTES: &[Route] =
    &[Route::post("/v1/tokens", Scope(TokensMint), |method| on(method, mint)).with_key()];

/// Their description.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(crate::mint))]
pub struct Api;
