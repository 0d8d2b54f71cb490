//! JSON bodies: read strictly, refused with the field named.

use crate::reply::error_code::ErrorCode;
use crate::reply::problem::Problem;
use crate::request::value::Value;
use axum::body::Bytes;
use axum::extract::{FromRequest, OptionalFromRequest, Request};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use std::error::Error;

/// A longer body is refused unread.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// U+FEFF in UTF-8, before the text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A JSON body's bytes, not yet looked into.
#[derive(Clone, Debug)]
pub struct JsonBody(Bytes);

/// A JSON body as a request type, and its bytes.
#[derive(Debug)]
pub struct Body<T> {
    /// What it says.
    pub value: T,
    /// As it came, for telling one body from another under the same idempotency key.
    pub bytes: Bytes,
}

impl JsonBody {
    /// As it came, for telling one body from another under the same idempotency key.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// Reads the body as a request type.
    ///
    /// # Errors
    /// 400 where it is not JSON, 422 where a field is not what it should be.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        // RFC 8259 §8.1: nobody is to send a byte order mark, and some do; it may be ignored.
        let json = self.0.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&self.0);
        let value: Value = serde_json::from_slice(json).map_err(|error| malformed(&error))?;
        // Serde would also take a list of the fields' values in order.
        let Value::Object(_) = value else {
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                ErrorCode::InvalidBody,
                "the body is not an object: send a JSON object",
            ));
        };
        let (of_field, of_whole) = (ErrorCode::InvalidField, ErrorCode::InvalidBody);
        T::deserialize(value).map_err(|misfit| misfit.into_problem(of_field, of_whole))
    }
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        ErrorCode::MalformedJson,
        format!("the body is not JSON: {error}"),
    )
}

impl JsonBody {
    /// Reads the whole body; `None` where there is none.
    async fn read(request: Request) -> Result<Option<Self>, Problem> {
        let length = request
            .headers()
            .get(CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok());
        if length
            .and_then(|length| length.parse().ok())
            .is_some_and(|length: usize| length > MAX_BODY_BYTES)
        {
            return Err(too_large());
        }
        let is_json = is_json(request.headers());
        let limited = Limited::new(request.into_body(), MAX_BODY_BYTES);
        let bytes = match limited.collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => return Err(too_large()),
            Err(error) => return Err(broken(error.as_ref())),
        };
        if bytes.is_empty() {
            Ok(None)
        } else if is_json {
            Ok(Some(Self(bytes)))
        } else {
            Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                ErrorCode::UnsupportedMediaType,
                "send the body as JSON, with the header `Content-Type: application/json`",
            ))
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let body = Self::read(request).await?;
        body.ok_or_else(|| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                ErrorCode::MissingBody,
                "the body is missing: send a JSON object",
            )
        })
    }
}

impl<S: Send + Sync> OptionalFromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Option<Self>, Problem> {
        Self::read(request).await
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = <JsonBody as FromRequest<S>>::from_request(request, state).await?;
        Ok(Self {
            value: body.parse()?,
            bytes: body.0,
        })
    }
}

/// One media type is compared here: the `mime` crate would be a parser for all of them.
fn is_json(headers: &HeaderMap) -> bool {
    let media = headers
        .get(CONTENT_TYPE)
        .and_then(|media| media.to_str().ok())
        .unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    media.eq_ignore_ascii_case("application/json")
}

fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::BodyTooLarge,
        "a body has at most 64 KiB",
    )
}

fn broken(error: &(dyn Error + Send + Sync)) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        ErrorCode::BrokenBody,
        format!("the body broke off: {error}"),
    )
}
