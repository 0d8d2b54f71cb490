//! What this function does, for its description.
#![expect(dead_code, reason = "only the attributes are read")]

use crate::one::OneView;
use crate::page::{PageRequest, PageView};
use hallpass_core::TokenId;

/// The description of this function.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(list, one))]
pub struct Api;

/// List tokens
///
/// The tokens of an environment, without their texts: the caller's own environment where none is
/// named.
#[utoipa::path(
    get, path = "/v1/tokens", tag = "tokens", operation_id = "list_tokens",
    params(PageRequest),
    responses(
        (status = 200, description = "A page; `cursor` leads to the next.", body = PageView<'static>),
    ),
    security(("token" = ["tokens:read"])),
)]
fn list() {}

/// Look at a token
///
/// With what tells whether a secret that was rotated away is still in use. The text of a public
/// kind's token is shown to those whose own bounds cover it.
#[utoipa::path(
    get, path = "/v1/tokens/{id}", tag = "tokens", operation_id = "token",
    params(("id" = TokenId, Path)),
    responses(
        (status = 200, description = "The token.", body = OneView<'static>),
    ),
    security(("token" = ["tokens:read"])),
)]
fn one() {}
