//! The routes of this function.

use crate::{of_self, validate};
use axum::routing::on;
use hallpass_core::ManagementScope::TokensValidate;
use hallpass_http::Needs::{Scope, Token};
use hallpass_http::Route;

/// The table of routes.
pub const ROUTES: &[Route] = &[
    Route::post("/v1/tokens/validate", Scope(TokensValidate), |method| {
        on(method, validate)
    }),
    Route::get("/v1/tokens/self", Token, |method| on(method, of_self)),
];

/// Their description.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(crate::validate, crate::of_self))]
pub struct Api;
