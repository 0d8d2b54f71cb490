//! `Idempotency-Key`: one act for however many tries.

use crate::caller::Caller;
use crate::reply::error_code::ErrorCode;
use crate::reply::problem::Problem;
use axum::extract::FromRequestParts;
use hallpass_store::Idempotency;
use http::{StatusCode, request::Parts};

/// The request's `Idempotency-Key`, if it has one: 1 to 255 visible ASCII characters.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(Option<String>);

/// The header, as `OpenAPI` describes it.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IdempotencyKeyHeader {
    /// 1 to 255 visible ASCII characters: the same key with the same body makes nothing twice for
    /// 24 hours.
    #[param(
        rename = "Idempotency-Key",
        nullable = false,
        pattern = "^[!-~]{1,255}$"
    )]
    _key: Option<String>,
}

impl IdempotencyKey {
    /// What is stored of it: per caller and route.
    #[must_use]
    pub fn scoped(&self, caller: &Caller, route: &str, body: &[u8]) -> Option<Idempotency> {
        self.0
            .as_deref()
            .map(|key| Idempotency::new(caller.id(), route, key, body))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(Self(None)),
            (Some(value), None) => match value.to_str() {
                Ok(key) if is_key(key) => Ok(Self(Some(key.to_owned()))),
                _ => Err(invalid()),
            },
            (Some(_), Some(_)) => Err(invalid()),
        }
    }
}

fn is_key(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.chars().all(|c| c.is_ascii_graphic())
}

fn invalid() -> Problem {
    let detail = "`Idempotency-Key` is one header of 1 to 255 visible ASCII characters";
    Problem::new(
        StatusCode::BAD_REQUEST,
        ErrorCode::InvalidIdempotencyKey,
        detail,
    )
}
