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
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
    VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the page at the request's origin may read the reply: set once the caller is admitted, and
/// then the reply names that origin.
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
    if let Some(origin) = origin(headers) {
        let allowed = platform.catalog.kinds().flat_map(|kind| &kind.presented);
        let mut names = String::from("authorization, content-type, idempotency-key");
        for position in allowed {
            if let Presentation::Header(name) = position {
                names.push_str(", ");
                names.push_str(name);
            }
        }
        let out = response.headers_mut();
        out.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        out.insert(
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE"),
        );
        if let Ok(names) = HeaderValue::from_str(&names) {
            out.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
        }
        out.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    Some(response)
}

/// Names the origin where the token allows it.
pub(crate) fn answer(
    origin: Option<HeaderValue>,
    permission: &CorsPermission,
    response: &mut Response,
) {
    let headers = response.headers_mut();
    // One header, not several: lambda_http keeps only the first of a repeated one.
    headers.insert(VARY, HeaderValue::from_static("Origin"));
    if let (Some(origin), true) = (origin, permission.is_allowed()) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("retry-after, x-request-id, location"),
        );
    }
}
