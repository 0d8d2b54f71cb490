//! HTTP Basic (RFC 7617): an account's name and a token of that account.
//!
//! Not by the `headers` crate: it refuses base64 without padding, reads the first of two headers, and
//! keeps the password as a plain text.

use crate::caller::credential::{Credential, is_blank, malformed, readable};
use crate::reply::error_code::ErrorCode;
use crate::reply::problem::Problem;
use axum::extract::OptionalFromRequestParts;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hallpass_core::Presentation;
use hallpass_runtime::Platform;
use http::header::AUTHORIZATION;
use http::{StatusCode, request::Parts};
use secrecy::{ExposeSecret as _, SecretString};

/// With or without padding: clients do both.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What stands in `Authorization: Basic …`. Nothing is known of either part yet.
#[derive(Debug)]
pub struct Basic {
    /// The user-id: an account's name.
    pub name: String,
    /// The password: a token.
    pub credential: Credential,
}

impl OptionalFromRequestParts<Platform> for Basic {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        _platform: &Platform,
    ) -> Result<Option<Self>, Problem> {
        let values = parts.headers.get_all(AUTHORIZATION).iter();
        let values = values.map(|value| readable(value, "authorization"));
        let mut values = values.filter(|value| !value.as_ref().is_ok_and(|text| is_blank(text)));
        let value = match (values.next(), values.next()) {
            (None, _) => return Ok(None),
            (Some(value), None) => value?,
            (Some(_), Some(_)) => {
                return Err(Problem::new(
                    StatusCode::BAD_REQUEST,
                    ErrorCode::AmbiguousCredentials,
                    "the request has more than one Authorization header: send one",
                ));
            }
        };
        let (name, token) = read(value)?;
        let credential = Credential::new(token, Presentation::Basic, parts);
        Ok(Some(Self { name, credential }))
    }
}

/// The two parts of `Basic base64(user-id ":" password)`.
fn read(value: &str) -> Result<(String, SecretString), Problem> {
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(Problem::anonymous_basic(
            "this route takes `Authorization: Basic …`, no other scheme",
        ));
    }
    let decoded = BASE64
        .decode(rest.trim_start_matches(' '))
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .map(SecretString::from)
        .ok_or_else(|| {
            malformed("after `Basic` stands the base64 of the account's name, `:` and the API key")
        })?;
    // RFC 7617 §2: a user-id has no colon.
    let Some((name, token)) = decoded.expose_secret().split_once(':') else {
        return Err(malformed(
            "what stands after `Basic` has no colon in it: encode the account's name, `:` and the API key",
        ));
    };
    // What `echo name:key | base64` encodes.
    if token.ends_with(['\n', '\r']) {
        return Err(malformed(
            "what stands after `Basic` ends in a line break: encode the account's name, `:` and the \
             API key without one, such as with `printf`",
        ));
    }
    // The Node sample of bimU.io's document writes `${accountName}':'${apiKey}`.
    let quoted = |quote: char| name.ends_with(quote) && token.starts_with(quote);
    if quoted('\'') || quoted('"') {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            ErrorCode::QuotedColon,
            "the colon between the account's name and the API key has quotes round it: encode \
             `${accountName}:${apiKey}`, not `${accountName}':'${apiKey}`",
        ));
    }
    Ok((name.to_owned(), token.into()))
}
