//! The routes of this function.

use crate::viewer::{asset, page};
use crate::{openapi, start};
use axum::routing::on;
use hallpass_http::Needs::Nothing;
use hallpass_http::Route;

/// The table of routes.
pub const ROUTES: &[Route] = &[
    Route::get("/", Nothing, |method| on(method, start)),
    Route::get("/openapi.json", Nothing, |method| on(method, openapi)),
    Route::get("/docs", Nothing, |method| on(method, page)),
    Route::get("/docs/{asset}", Nothing, |method| on(method, asset)),
];

/// Their description.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(
    crate::openapi,
    crate::start,
    crate::viewer::page,
    crate::viewer::asset
))]
pub struct Api;
