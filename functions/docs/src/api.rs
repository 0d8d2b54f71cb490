//! What this function does, for its description.
#![expect(dead_code, reason = "only the attributes are read")]

/// The description of this function.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(openapi, start, docs, asset))]
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

/// Where a browser is led
///
/// To this page.
#[utoipa::path(
    get, path = "/", tag = "docs", operation_id = "start",
    responses(
        (status = 307, description = "The page is at `Location`.", headers(
            ("Location" = String, description = "`/docs`"),
        )),
    ),
)]
fn start() {}

/// This page
///
/// The description, to be read and tried. Nothing on it is loaded from elsewhere.
#[utoipa::path(
    get, path = "/docs", tag = "docs", operation_id = "docs",
    responses(
        (status = 200, description = "The page.", body = String, content_type = "text/html"),
    ),
)]
fn docs() {}

/// A file of this page
///
/// Its scripts and styles, and the licences of what they are made of. The large ones are sent
/// compressed (`Content-Encoding: gzip`) whatever is accepted.
#[utoipa::path(
    get, path = "/docs/{asset}", tag = "docs", operation_id = "docs_asset",
    params(("asset" = String, Path, description = "The file's name.", example = "page.js")),
    responses(
        (status = 200, description = "The file.", content(
            (String = "text/javascript"), (String = "text/css"), (String = "text/plain"),
        )),
    ),
)]
fn asset() {}
