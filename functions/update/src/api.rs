//! What this function does, for its description.
#![expect(dead_code, reason = "only the attributes are read")]

use crate::request::UpdateRequest;
use hallpass_core::TokenId;
use hallpass_http::TokenView;

/// The description of this function.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(update))]
pub struct Api;

/// Change a token
///
/// Its name, origins, addresses, metadata, and whether it is enabled. What is left out stays;
/// `null` takes the origins or addresses away, where the kind can be without. The caller's bounds
/// cover the token's before and after.
#[utoipa::path(
    patch, path = "/v1/tokens/{id}", tag = "tokens", operation_id = "update",
    request_body = UpdateRequest,
    params(("id" = TokenId, Path)),
    responses(
        (status = 200, description = "The token as it is now.", body = TokenView<'static>),
    ),
    security(("token" = ["tokens:mint"])),
)]
fn update() {}
