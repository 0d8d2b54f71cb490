//! The routes of this function.

use crate::exchange;
use axum::routing::on;
use hallpass_http::Needs::OwnCredential;
use hallpass_http::Route;

/// The table of routes.
pub const ROUTES: &[Route] = &[Route::post("/rest/api/v1/token", OwnCredential, |method| {
    on(method, exchange)
})];

/// Their description.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(crate::exchange),
    components(schemas(crate::request::ModelRequest))
)]
pub struct Api;
