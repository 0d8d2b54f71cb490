//! What this function does, for its description.
#![expect(dead_code, reason = "only the attributes are read")]

use crate::TokenReply;
use crate::request::ModelRequest;

/// The description of this function.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(exchange), components(schemas(ModelRequest)))]
pub struct Api;

/// Exchange an API key, or a password, for a token
///
/// Either HTTP Basic with the account's name and an API key, and no body: the JWT may do what the
/// key may, for all of the account's models. Or no `Authorization`, and a shared model with its
/// password: the JWT is for that model alone. bimU.io's document calls it a "one-time access
/// token": it is good until it expires or what it came from ends, and may be used more than once,
/// because a viewer loads a model in many requests and one use each would take a write at each.
/// Tries at a model's password are limited: 429 says when to
/// come again.
#[utoipa::path(
    post, path = "/rest/api/v1/token", tag = "exchange", operation_id = "exchange",
    // By reference: utoipa takes it for one that may be left out, and `Option` for one that may be `null`.
    request_body(content = ref("#/components/schemas/ModelRequest"), content_type = "application/json"),
    responses(
        (status = 200, description = "The JWT.", body = TokenReply),
    ),
    security(("account" = []), ()),
)]
fn exchange() {}
