//! The routes of this function.

use crate::{audit, usage};
use axum::routing::on;
use hallpass_core::ManagementScope::ActivityRead;
use hallpass_http::Needs::Scope;
use hallpass_http::Route;

/// The table of routes.
pub const ROUTES: &[Route] = &[
    Route::get("/v1/usage", Scope(ActivityRead), |method| {
        on(method, usage::usage)
    }),
    Route::get("/v1/audit", Scope(ActivityRead), |method| {
        on(method, audit::audit)
    }),
];

/// Their description.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(usage::usage, audit::audit))]
pub struct Api;
