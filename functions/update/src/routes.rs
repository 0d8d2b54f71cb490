//! The routes of this function.

use crate::update;
use axum::routing::on;
use hallpass_core::ManagementScope::TokensMint;
use hallpass_http::Needs::Scope;
use hallpass_http::Route;

/// The table of routes.
pub const ROUTES: &[Route] = &[Route::patch(
    "/v1/tokens/{id}",
    Scope(TokensMint),
    |method| on(method, update),
)];

/// Their description.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(crate::update))]
pub struct Api;
