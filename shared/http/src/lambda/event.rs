//! API Gateway's events, made such that `lambda_http` makes a request of each. It builds a URL from the
//! client's `Host`, `X-Forwarded-Proto` and query and panics where that is none; it panics at a body
//! that is not base64; and it takes no event at all with a header that is not ASCII. Each would be a
//! bare 500 that no log of ours explains.

use crate::reply::error_code::ErrorCode;
use crate::reply::problem::Problem;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::HOST;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use lambda_http::request::LambdaRequest;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// What cannot stand in the query of an `http::Uri`, or would end it.
const NOT_IN_QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');

/// What would end a path, or be taken out of it, where it is parsed as a part of a URL.
const NOT_IN_PATH: &AsciiSet = &NOT_IN_QUERY.add(b'?').add(b'\\').add(b'`');

/// One event.
#[derive(Debug)]
pub struct GatewayEvent {
    pub(super) request: LambdaRequest,
    /// The headers that are not ASCII, which stand in the request as they would without a gateway.
    pub(super) headers: HeaderMap,
    /// The answer, where the event as a whole cannot be read.
    pub(super) unreadable: Option<Problem>,
}

impl<'de> Deserialize<'de> for GatewayEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let event = Box::<RawValue>::deserialize(deserializer)?;
        let (mut request, taken) = match serde_json::from_str(event.get()) {
            Ok(request) => (request, Taken::default()),
            // The runtime logs an error of this, which must not quote what a client wrote.
            Err(_) => without_headers(event.get())
                .map_err(|_quotes_the_client| D::Error::custom("no event of API Gateway's"))?,
        };
        let unreadable = mend(&mut request).or(taken.unreadable);
        Ok(Self {
            request,
            headers: taken.headers,
            unreadable,
        })
    }
}

/// The event without the headers that `lambda_http` would not take.
fn without_headers(event: &str) -> Result<(LambdaRequest, Taken), serde_json::Error> {
    let mut event: Value = serde_json::from_str(event)?;
    let taken = Taken::from_event(&mut event);
    Ok((LambdaRequest::deserialize(event)?, taken))
}

/// What was taken out of an event so that the rest can be read.
#[derive(Default)]
struct Taken {
    headers: HeaderMap,
    unreadable: Option<Problem>,
}

impl Taken {
    /// Payload 1.0 has each header in two maps.
    fn from_event(event: &mut Value) -> Self {
        let mut taken = Self::default();
        for map in ["multiValueHeaders", "headers"] {
            let Some(map) = event.get_mut(map).and_then(Value::as_object_mut) else {
                continue;
            };
            let before = taken.headers.clone();
            map.retain(|name, values| {
                let values = match values {
                    Value::Array(values) => values.as_slice(),
                    value => std::slice::from_ref(value),
                };
                let texts: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
                let is_ascii = |text: &&str| text.parse::<HeaderValue>().is_ok();
                if name.parse::<HeaderName>().is_ok() && texts.iter().all(is_ascii) {
                    return true;
                }
                if !before.contains_key(name.as_str()) {
                    for text in texts {
                        taken.take(name, text);
                    }
                }
                false
            });
        }
        taken
    }

    fn take(&mut self, name: &str, text: &str) {
        let value = HeaderValue::from_bytes(text.as_bytes());
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value) {
            self.headers.append(name, value);
            return;
        }
        self.unreadable = Some(Problem::new(
            StatusCode::BAD_REQUEST,
            ErrorCode::MalformedHeader,
            "a header has characters that no header can have",
        ));
    }
}

/// Makes an event such that a request can be made of it; says why not where it cannot.
fn mend(request: &mut LambdaRequest) -> Option<Problem> {
    match request {
        LambdaRequest::ApiGatewayV1(event) => {
            forget_url(&mut event.headers, &mut event.request_context.domain_name);
            forget_url(&mut event.multi_value_headers, &mut None);
            event.path = event.path.take().map(|path| of_path(&path));
            body_of(&mut event.body, &mut event.is_base64_encoded)
        }
        LambdaRequest::ApiGatewayV2(event) => {
            forget_url(&mut event.headers, &mut event.request_context.domain_name);
            event.raw_path = event.raw_path.take().map(|path| of_path(&path));
            let query = event.raw_query_string.take();
            event.raw_query_string =
                query.map(|query| utf8_percent_encode(&query, NOT_IN_QUERY).to_string());
            body_of(&mut event.body, &mut event.is_base64_encoded)
        }
        _ => None,
    }
}

/// A request is routed by its path. What a client says of scheme and host is nobody's to read: the
/// issuer's are the deployment's.
fn forget_url(headers: &mut HeaderMap, domain: &mut Option<String>) {
    headers.remove(HOST);
    headers.remove("x-forwarded-proto");
    *domain = None;
}

fn of_path(path: &str) -> String {
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("{slash}{}", utf8_percent_encode(path, NOT_IN_PATH))
}

fn body_of(body: &mut Option<String>, is_base64: &mut bool) -> Option<Problem> {
    let is_whole = match body {
        Some(text) if *is_base64 => BASE64_STANDARD.decode(text).is_ok(),
        _ => true,
    };
    if is_whole {
        return None;
    }
    *body = None;
    *is_base64 = false;
    Some(Problem::new(
        StatusCode::BAD_REQUEST,
        ErrorCode::BrokenBody,
        "the body is not the base64 that the event says it is",
    ))
}
