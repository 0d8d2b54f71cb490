//! Problem details (RFC 9457): what a client learns of an error.

use crate::reply::error_code::ErrorCode;
use axum::response::{IntoResponse, Response};
use hallpass_core::{Decision, ManagementScope, RandomUnavailable};
use hallpass_store::StoreError;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use thiserror::Error as ThisError;
use utoipa::ToSchema;

/// An error as it leaves the service: a stable code and one helpful sentence. What caused it is
/// logged once, by the outermost layer, and never shown.
#[derive(Clone, Debug)]
pub struct Problem(Box<Details>);

/// The parts of a problem, on the heap: a handler passes its result on at every `?`.
#[derive(Clone, Debug)]
struct Details {
    status: StatusCode,
    code: ErrorCode,
    detail: String,
    field: Option<Box<str>>,
    id: Option<Box<str>>,
    headers: Vec<(HeaderName, HeaderValue)>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// A token that is good was refused all the same.
#[derive(Debug, ThisError)]
#[error("a decision for the token was answered as one against it")]
struct RefusedActive;

/// The body of an error (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
struct Body<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    code: ErrorCode,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    id: Option<&'a str>,
}

/// The schema of a problem's body, as `OpenAPI` describes it.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(Body<'static>, ErrorCode)))]
pub struct ProblemSchema;

impl Problem {
    /// A problem with a stable `code` and a sentence that says what to do.
    #[must_use]
    pub fn new(status: StatusCode, code: ErrorCode, detail: impl Into<String>) -> Self {
        Self(Box::new(Details {
            status,
            code,
            detail: shortened(detail.into()),
            field: None,
            id: None,
            headers: Vec::new(),
            source: None,
        }))
    }

    /// 422 about one field of the body.
    #[must_use]
    pub fn invalid(field: impl Into<String>, code: ErrorCode, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail).field(field)
    }

    /// 404: not yours or not there; the client does not learn which.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            ErrorCode::NotFound,
            format!("there is no such {what}"),
        )
    }

    /// 422: the same `Idempotency-Key` with another body.
    #[must_use]
    pub fn key_reused() -> Self {
        let detail =
            "this `Idempotency-Key` came with another body before: use a new key for a new request";
        Self::invalid("Idempotency-Key", ErrorCode::IdempotencyKeyReused, detail)
    }

    /// 401: the calling token was good when it was read, and no more when something was written.
    #[must_use]
    pub fn caller_changed() -> Self {
        let detail = "the calling token was revoked, paused or expired while it was used: nothing was \
                      done; use another";
        Self::new(StatusCode::UNAUTHORIZED, ErrorCode::CallerChanged, detail).header(
            WWW_AUTHENTICATE,
            "Bearer realm=\"hallpass\", error=\"invalid_token\"",
        )
    }

    /// 503: something that this service needs is unavailable.
    #[must_use]
    pub fn unavailable(source: impl Error + Send + Sync + 'static) -> Self {
        let detail = "the service cannot answer now: try again in a moment; what was to be made or \
                      changed may have been, so repeat it with the same `Idempotency-Key`";
        let mut problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::Unavailable,
            detail,
        );
        problem.0.source = Some(Arc::new(source));
        problem.header(RETRY_AFTER, "1")
    }

    /// 500: a fault of this service itself.
    #[must_use]
    pub fn internal(source: impl Error + Send + Sync + 'static) -> Self {
        let detail = "the service has a fault: it was logged under this reply's `x-request-id`";
        let mut problem = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::Internal,
            detail,
        );
        problem.0.source = Some(Arc::new(source));
        problem
    }

    /// 401: nobody has presented a credential.
    #[must_use]
    pub fn anonymous(detail: impl Into<String>) -> Self {
        // RFC 6750 §3: without any authentication information, no error code.
        Self::new(StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated, detail)
            .header(WWW_AUTHENTICATE, "Bearer realm=\"hallpass\"")
    }

    /// 401 of a route that takes HTTP Basic: nobody has presented a credential, or a wrong one.
    #[must_use]
    pub fn anonymous_basic(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated, detail).challenged_basic()
    }

    /// The same problem, where HTTP Basic would do (RFC 7617 §2).
    #[must_use]
    pub fn challenged_basic(mut self) -> Self {
        self.0.headers.retain(|(name, _)| *name != WWW_AUTHENTICATE);
        self.header(WWW_AUTHENTICATE, "Basic realm=\"hallpass\"")
    }

    /// 403: the calling token lacks a scope of Hallpass's own (RFC 6750 §3.1).
    #[must_use]
    pub fn insufficient_scope(scope: ManagementScope, detail: impl Into<String>) -> Self {
        let challenge =
            format!("Bearer realm=\"hallpass\", error=\"insufficient_scope\", scope=\"{scope}\"");
        let problem = Self::new(StatusCode::FORBIDDEN, ErrorCode::InsufficientScope, detail);
        match HeaderValue::from_str(&challenge) {
            Ok(challenge) => problem.header_value(WWW_AUTHENTICATE, challenge),
            Err(_not_ascii) => problem,
        }
    }

    /// 429: too many tries, and in how many seconds there is room again.
    #[must_use]
    pub fn limited(retry_after: u64, detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::TooManyAttempts,
            detail,
        )
        .header_value(RETRY_AFTER, HeaderValue::from(retry_after))
    }

    /// What a decision against the caller's own token means over HTTP.
    #[must_use]
    pub fn refused(decision: &Decision) -> Self {
        use hallpass_core::DecisionCode as C;
        let Some(code) = ErrorCode::of_decision(decision.code) else {
            return Self::internal(RefusedActive);
        };
        let (status, challenge) = match decision.code {
            C::Malformed
            | C::Unknown
            | C::Revoked
            | C::Disabled
            | C::Expired
            | C::NotYetValid
            | C::ParentRevoked
            | C::ParentExpired
            | C::ParentDisabled => (
                StatusCode::UNAUTHORIZED,
                "Bearer realm=\"hallpass\", error=\"invalid_token\"",
            ),
            C::InsufficientScope => (
                StatusCode::FORBIDDEN,
                "Bearer realm=\"hallpass\", error=\"insufficient_scope\"",
            ),
            C::EnvironmentMismatch | C::OriginDenied | C::IpDenied | C::Active => {
                (StatusCode::FORBIDDEN, "Bearer realm=\"hallpass\"")
            }
        };
        Self::new(status, code, decision.detail.clone()).header(WWW_AUTHENTICATE, challenge)
    }

    /// The same problem, about one field; an outage is about none, and every outage answers alike.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        if !self.0.status.is_server_error() {
            self.0.field = Some(shortened(field.into()).into());
        }
        self
    }

    /// The same problem, naming the thing it is about.
    #[must_use]
    pub fn id(mut self, id: impl fmt::Display) -> Self {
        self.0.id = Some(id.to_string().into());
        self
    }

    /// The same problem, with a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &'static str) -> Self {
        self.0.headers.push((name, HeaderValue::from_static(value)));
        self
    }

    pub(crate) fn header_value(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// Its HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// What caused it and what caused that, for the log.
    pub(crate) fn causes(&self) -> String {
        let mut causes = Vec::new();
        let mut next = self
            .0
            .source
            .as_deref()
            .map(|error| -> &dyn Error { error });
        while let Some(error) = next {
            causes.push(error.to_string());
            next = error.source();
        }
        causes.join(": ")
    }
}

/// What a client sent is repeated to it, but a long text only in part.
fn shortened(mut text: String) -> String {
    const LONGEST: usize = 1_000;
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push('…');
    }
    text
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code.as_str())
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|error| -> &dyn Error { error })
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Outage { .. } => Self::unavailable(error),
            StoreError::Corrupt { .. } => Self::internal(error),
            StoreError::NewerVersion(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                ErrorCode::NewerVersion,
                "this was written by a newer version of the service, which is being deployed: try again in a moment",
            )
            .header(RETRY_AFTER, "1"),
            StoreError::NotYetWritten(version) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                ErrorCode::NewerVersion,
                format!(
                    "this needs version {version} of rows and tokens, which the deployment does not write yet: whoever runs the platform raises `SchemaVersion`"
                ),
            )
            .header(RETRY_AFTER, "1"),
            StoreError::CallerChanged => Self::caller_changed(),
            StoreError::RightTaken(scope) => Self::new(
                StatusCode::FORBIDDEN,
                ErrorCode::InsufficientScope,
                format!(
                    "what the calling token speaks for may not `{scope}` any more: nothing was done; have it given, or use another token"
                ),
            ),
            StoreError::TooManyGroups => Self::new(
                StatusCode::CONFLICT,
                ErrorCode::TooManyGroups,
                "the right to do this comes from more groups than can be checked at once: do it in smaller parts, or with another token",
            ),
        }
    }
}

impl From<RandomUnavailable> for Problem {
    fn from(error: RandomUnavailable) -> Self {
        Self::unavailable(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Body {
            r#type: "about:blank",
            title: self.0.status.canonical_reason().unwrap_or_default(),
            status: self.0.status.as_u16(),
            code: self.0.code,
            detail: &self.0.detail,
            field: self.0.field.as_deref(),
            id: self.0.id.as_deref(),
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (self.0.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(self.0.headers.iter().cloned());
        response.extensions_mut().insert(self);
        response
    }
}
