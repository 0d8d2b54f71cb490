//! Query parameters, as request types read them.

use crate::reply::error_code::ErrorCode;
use crate::reply::problem::Problem;
use crate::request::serde_message::named_field;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use http::StatusCode;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// How many things a page of a list holds: 1 to 100, and 100 if nothing is said.
#[derive(Clone, Copy, Debug)]
pub struct Limit(u8);

impl Limit {
    const MOST: u8 = 100;
}

impl Default for Limit {
    fn default() -> Self {
        Self(Self::MOST)
    }
}

impl From<Limit> for u8 {
    fn from(limit: Limit) -> Self {
        limit.0
    }
}

impl From<Limit> for u32 {
    fn from(limit: Limit) -> Self {
        limit.0.into()
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let limit = text.parse().ok();
        let limit = limit.filter(|limit| (1..=Self::MOST).contains(limit));
        limit.map(Self).ok_or_else(|| {
            let most = Self::MOST;
            D::Error::custom(format_args!("`{text}` is no whole number from 1 to {most}"))
        })
    }
}

impl Problem {
    /// What the parameters say.
    ///
    /// # Errors
    /// 422 that names the one which is unknown, there twice or not what it should be.
    pub fn of_query<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Self> {
        match query {
            Ok(Query(parameters)) => Ok(parameters),
            Err(rejection) => Err(refused(&rejection.body_text())),
        }
    }
}

fn refused(text: &str) -> Problem {
    let sentence = text
        .strip_prefix("Failed to deserialize query string: ")
        .unwrap_or(text);
    // Of a name that is wrong, serde says the name twice: before its sentence and in it.
    let about_a_name = |start: &&str| {
        let (before, rest) = sentence.split_at_checked(sentence.find(*start)?)?;
        let name = named_field(rest)?;
        (before.is_empty() || before.strip_suffix(": ") == Some(name)).then_some((name, rest))
    };
    let starts = ["unknown field `", "duplicate field `"];
    if let Some((name, sentence)) = starts.iter().find_map(about_a_name) {
        return Problem::invalid(name, ErrorCode::InvalidQuery, sentence);
    }
    match sentence.split_once(": ") {
        Some((field, why)) => {
            Problem::invalid(field, ErrorCode::InvalidQuery, format!("`{field}`: {why}"))
        }
        None => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            ErrorCode::InvalidQuery,
            sentence,
        ),
    }
}
