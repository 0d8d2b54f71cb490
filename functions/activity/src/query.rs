//! What both routes' queries have in common.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use hallpass_core::{AccountId, EnvironmentName};
use hallpass_http::{Platform, Problem};
use http::StatusCode;
use std::fmt::Display;
use std::str::FromStr;

pub(crate) const LONGEST_PAGE: u8 = 100;

/// A query that was read, or what there is to ask for.
pub(crate) fn read<T>(query: Result<Query<T>, QueryRejection>, known: &str) -> Result<T, Problem> {
    let Query(query) = query.map_err(|error| {
        let detail = format!("{}; there are {known}", error.body_text());
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_query", detail)
    })?;
    Ok(query)
}

/// How many rows a page has.
pub(crate) fn limit(limit: Option<u8>) -> Result<u8, Problem> {
    let limit = limit.unwrap_or(LONGEST_PAGE);
    if (1..=LONGEST_PAGE).contains(&limit) {
        return Ok(limit);
    }
    let detail = format!("`limit` is between 1 and {LONGEST_PAGE}");
    Err(invalid("limit", detail))
}

/// Where a page begins.
pub(crate) fn cursor<T: FromStr<Err: Display>>(text: Option<&str>) -> Result<Option<T>, Problem> {
    text.map(str::parse).transpose().map_err(|error| {
        let detail = format!("{error}: leave it out for the first page");
        Problem::invalid("cursor", "invalid_cursor", detail)
    })
}

/// Only the operator can name what is not there: told apart from where nothing happened.
pub(crate) async fn check_there(
    platform: &Platform,
    account: &AccountId,
    environment: &EnvironmentName,
) -> Result<(), Problem> {
    let row = platform.store.environment(account, environment).await?;
    row.map(|_| ())
        .ok_or_else(|| Problem::not_found("environment").field("environment"))
}

pub(crate) fn invalid(field: &str, detail: impl Into<String>) -> Problem {
    Problem::invalid(field, "invalid_query", detail)
}
