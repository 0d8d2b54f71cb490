//! How a cursor of a list of members looks in the description.

use hallpass_core::id_pattern;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The last member of the page before, by its id.
pub(crate) struct MemberCursor;

impl PartialSchema for MemberCursor {
    fn schema() -> RefOr<Schema> {
        let pattern = format!("^{}$", id_pattern("usr|grp"));
        let text = ObjectBuilder::new().schema_type(Type::String);
        RefOr::T(text.pattern(Some(pattern)).into())
    }
}

impl ToSchema for MemberCursor {}
