//! The routes of this function.

use crate::{one, page};
use axum::routing::on;
use hallpass_core::ManagementScope::TokensRead;
use hallpass_http::Needs::Scope;
use hallpass_http::Route;

/// The table of routes.
pub const ROUTES: &[Route] = &[
    Route::get("/v1/tokens", Scope(TokensRead), |method| {
        on(method, page::list)
    }),
    Route::get("/v1/tokens/{id}", Scope(TokensRead), |method| {
        on(method, one::one)
    }),
];

/// Their description.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(page::list, one::one))]
pub struct Api;
