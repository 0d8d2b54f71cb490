//! What this function does, for its description.
#![expect(dead_code, reason = "only the attributes are read")]

use crate::reply::ValidateReply;
use crate::request::{ValidateRequest, Wanted};
use hallpass_core::WrittenScope;
use utoipa::openapi::schema::{ArrayBuilder, OneOfBuilder};
use utoipa::openapi::{RefOr, Schema};

/// The description of this function.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(validate, of_self))]
pub struct Api;

/// Validate a token
///
/// May this token do this, to this, from here? The answer is a 200, with a stable `code` where it
/// is no. What the token is and may do is shown where the caller's account and environment are the
/// token's own, or the caller is the operator.
#[utoipa::path(
    post, path = "/v1/tokens/validate", tag = "validation", operation_id = "validate",
    request_body = ValidateRequest,
    responses(
        (status = 200, description = "Whether it may.", body = ValidateReply),
    ),
    security(("token" = ["tokens:validate"])),
)]
fn validate() {}

/// Look at the calling token
///
/// The same of the token that is presented.
#[utoipa::path(
    get, path = "/v1/tokens/self", tag = "validation", operation_id = "validate_self",
    responses(
        (status = 200, description = "The token is good from here.", body = ValidateReply),
    ),
    security(("token" = [])),
)]
fn of_self() {}

impl utoipa::PartialSchema for Wanted {
    fn schema() -> RefOr<Schema> {
        let scopes = ArrayBuilder::new().items(<WrittenScope as utoipa::PartialSchema>::schema());
        let either = OneOfBuilder::new()
            .item(<WrittenScope as utoipa::PartialSchema>::schema())
            .item(scopes);
        RefOr::T(either.into())
    }
}

impl utoipa::ToSchema for Wanted {}
