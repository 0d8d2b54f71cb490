//! What this function does, for its description.
#![expect(dead_code, reason = "only the attributes are read")]

use crate::{RotateReply, RotateRequest};
use hallpass_core::TokenId;
use hallpass_http::IdempotencyKeyHeader;

/// The description of this function.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(rotate))]
pub struct Api;

/// Rotate a token's secret
///
/// A new secret under the old id; everything else about the token stays, its expiry included. The
/// old secret is accepted for `overlap_seconds` more: 0 ends it at once. The caller's bounds cover
/// the token's.
#[utoipa::path(
    post, path = "/v1/tokens/{id}/rotate", tag = "tokens", operation_id = "rotate",
    request_body = RotateRequest,
    params(("id" = TokenId, Path), IdempotencyKeyHeader),
    responses(
        (status = 200, description = "The token with its new text, which is shown this once.", body = RotateReply<'static>),
    ),
    security(("token" = ["tokens:mint"])),
)]
fn rotate() {}
