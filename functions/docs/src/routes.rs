//! The routes of this function.

use crate::{docs, openapi};
use axum::routing::on;
use hallpass_http::Needs::Nothing;
use hallpass_http::Route;

/// The table of routes.
pub const ROUTES: &[Route] = &[
    Route::get("/openapi.json", Nothing, |method| on(method, openapi)),
    Route::get("/docs", Nothing, |method| on(method, docs)),
];

/// Their description.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(crate::openapi, crate::docs))]
pub struct Api;
