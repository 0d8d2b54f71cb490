//! The log of a request: what every line says that is written while it is answered, and one line for
//! each that is answered with a problem.

use crate::reply::problem::Problem;
use tracing::Span;
use tracing::field::Empty;

/// HTTP's own methods (RFC 9110 §9, RFC 5789): any other is the client's to make up.
const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
];

/// What the lines of a request have in common: how it is found again, what it asked for, and, once that
/// is known, whose token it presents. Nothing that a client wrote.
#[must_use]
pub fn request_span(request_id: &str, method: &str, route: &str) -> Span {
    let method = if METHODS.contains(&method) {
        method
    } else {
        "unknown"
    };
    tracing::info_span!("request", request_id, method, route, caller = Empty)
}

/// Says of the current request whose token it presents, good or not: `tok_…` or `jwt_…`.
pub(crate) fn note_caller(id: &str) {
    Span::current().record("caller", id);
}

/// Logs a problem.
pub fn log_problem(problem: &Problem) {
    let (status, code) = (problem.status().as_u16(), problem.code().as_str());
    if problem.status().is_server_error() {
        tracing::error!(status, code, causes = problem.causes(), "failed");
    } else {
        tracing::info!(status, code, "refused");
    }
}
