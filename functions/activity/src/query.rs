//! What both routes' queries have in common.

use hallpass_core::Tenant;
use hallpass_http::{ErrorCode, Platform, Problem};
use std::fmt::Display;
use std::str::FromStr;

/// Where a page begins.
pub(crate) fn cursor<T: FromStr<Err: Display>>(text: Option<&str>) -> Result<Option<T>, Problem> {
    text.map(str::parse).transpose().map_err(|error| {
        let detail = format!("{error}: leave it out for the first page");
        Problem::invalid("cursor", ErrorCode::InvalidCursor, detail)
    })
}

/// Only the operator can name what is not there: told apart from where nothing happened.
pub(crate) async fn check_there(platform: &Platform, tenant: &Tenant) -> Result<(), Problem> {
    let row = platform.store.environment(tenant).await?;
    row.map(|_| ())
        .ok_or_else(|| Problem::not_found("environment").field("environment"))
}

pub(crate) fn invalid(field: &str, detail: impl Into<String>) -> Problem {
    Problem::invalid(field, ErrorCode::InvalidQuery, detail)
}
