//! CORS: a preflight is answered for every origin without a token; the reply itself names the
//! origin only where the token allows it. Never with credentials.
//!
//! Not by `tower-http`'s layer: it decides by the origin before the route runs, and the token is read in the route.

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use hallpass_core::{Origin, Presentation};
use hallpass_runtime::Platform;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How many names of headers one preflight allows, and of how many bytes.
const MAX_NAMES: usize = 64;
const MAX_NAMES_BYTES: usize = 4 * 1024;

/// Whether the page at the request's origin may read the reply: set once the caller's token is known
/// to allow it, and then the reply names that origin.
#[derive(Clone, Debug, Default)]
pub(crate) struct CorsPermission(Arc<AtomicBool>);

impl CorsPermission {
    pub(crate) fn allow(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_allowed(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// The request's origin, as the header wrote it, if it is one.
pub(crate) fn origin(headers: &HeaderMap) -> Option<HeaderValue> {
    let value = headers.get(ORIGIN)?;
    value.to_str().ok()?.parse::<Origin>().ok()?;
    Some(value.clone())
}

/// The answer to a preflight; `None` for any other request.
pub(crate) fn preflight(platform: &Platform, request: &Request) -> Option<Response> {
    let headers = request.headers();
    if request.method() != Method::OPTIONS || !headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
        return None;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    let out = response.headers_mut();
    out.insert(
        VARY,
        HeaderValue::from_static("Origin, Access-Control-Request-Headers"),
    );
    if let Some(origin) = origin(headers) {
        out.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        out.insert(
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE"),
        );
        if let Ok(names) = HeaderValue::from_str(&allowed_headers(platform, headers)) {
            out.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
        }
        out.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    Some(response)
}

/// The names of the headers that this service reads, and of those that are asked for: tracing adds
/// its own to every call of a page (`traceparent`, `baggage`, `sentry-trace`), and since there are
/// never credentials, no header makes a page able to do what it could not do from elsewhere.
fn allowed_headers(platform: &Platform, headers: &HeaderMap) -> String {
    let of_kinds = platform.catalog.kinds().flat_map(|kind| &kind.presented);
    let of_kinds = of_kinds.filter_map(|position| match position {
        Presentation::Header(name) => Some(name.as_ref()),
        Presentation::Bearer | Presentation::Basic | Presentation::Query(_) => None,
    });
    let own = ["authorization", "content-type", "idempotency-key"];
    let own = own.into_iter().chain(of_kinds);
    let asked = headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter();
    let asked = asked
        .filter_map(|names| names.to_str().ok())
        .flat_map(|names| names.split(','));
    let mut names = String::new();
    let mut seen = BTreeSet::new();
    for name in own.chain(asked) {
        // Not `*`: it is a header's name by its syntax, and a wildcard where it is allowed.
        let Ok(name) = name.trim().parse::<HeaderName>() else {
            continue;
        };
        let longer = names.len().saturating_add(name.as_str().len());
        if name == "*" || seen.len() >= MAX_NAMES || longer >= MAX_NAMES_BYTES {
            continue;
        }
        if seen.insert(name.to_string()) {
            names.push_str(if names.is_empty() { "" } else { ", " });
            names.push_str(name.as_str());
        }
    }
    names
}

/// Names the origin where the token allows it. That there were too many calls, or that the service
/// is out of order, has nothing to do with the token: any page may read it, and when to come again.
pub(crate) fn answer(
    origin: Option<HeaderValue>,
    permission: &CorsPermission,
    response: &mut Response,
) {
    let status = response.status();
    let is_for_all =
        status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    // One header, not several: lambda_http keeps only the first of a repeated one.
    headers
        .entry(VARY)
        .or_insert(HeaderValue::from_static("Origin"));
    if let (Some(origin), true) = (origin, is_for_all || permission.is_allowed()) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("www-authenticate, retry-after, x-request-id, location"),
        );
    }
}
