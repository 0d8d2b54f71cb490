//! What this function does, for its description.
#![expect(dead_code, reason = "only the attributes are read")]

/// The description of this function.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(openapi, docs))]
pub struct Api;

/// This description
///
/// `OpenAPI` 3.1, generated from the code.
#[utoipa::path(
    get, path = "/openapi.json", tag = "docs", operation_id = "openapi",
    responses(
        (status = 200, description = "The description.", body = serde_json::Value),
    ),
)]
fn openapi() {}

/// This page
///
/// The description, to be read. Nothing on it is loaded from elsewhere.
#[utoipa::path(
    get, path = "/docs", tag = "docs", operation_id = "docs",
    responses(
        (status = 200, description = "The page.", body = String, content_type = "text/html"),
    ),
)]
fn docs() {}
