//! What this function does, for its description.
#![expect(dead_code, reason = "only the attributes are read")]

use crate::request::MintRequest;
use hallpass_http::{IdempotencyKeyHeader, IssuedView};

/// The description of this function.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(mint))]
pub struct Api;

/// Make a token
///
/// An opaque token of a kind of the catalog. Its text is shown this once, unless its kind is public.
/// What is left out is the kind's default or the caller's own; what is made lies within the caller's
/// scopes, environment, origins, addresses and expiry. With the same `Idempotency-Key`, a repeated
/// call answers 409 `already_minted` with the token's id.
#[utoipa::path(
    post, path = "/v1/tokens", tag = "tokens", operation_id = "mint",
    request_body = MintRequest, params(IdempotencyKeyHeader),
    responses((status = 201, description = "The token and its record.", body = IssuedView<'static>)),
    security(("token" = ["tokens:mint"])),
)]
fn mint() {}
