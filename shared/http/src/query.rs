//! Query parameters, as request types read them.

use crate::problem::Problem;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use http::StatusCode;

/// The most things on one page of a list, and how many there are if nothing is said.
const LONGEST_PAGE: u8 = 100;

impl Problem {
    /// What the parameters say, or 422 with `known`, the ones there are.
    ///
    /// # Errors
    /// Where one is unknown, there twice or not what it should be.
    pub fn of_query<T>(query: Result<Query<T>, QueryRejection>, known: &str) -> Result<T, Self> {
        match query {
            Ok(Query(parameters)) => Ok(parameters),
            Err(rejection) => {
                let detail = format!("{}; there are {known}", rejection.body_text());
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Err(Self::new(status, "invalid_query", detail))
            }
        }
    }

    /// How many things a page holds.
    ///
    /// # Errors
    /// 422 where that is none, or too many.
    pub fn of_limit(limit: Option<u8>) -> Result<u32, Self> {
        if let limit @ 1..=LONGEST_PAGE = limit.unwrap_or(LONGEST_PAGE) {
            Ok(limit.into())
        } else {
            let detail = format!("`limit` is between 1 and {LONGEST_PAGE}");
            Err(Self::invalid("limit", "invalid_query", detail))
        }
    }
}
