//! One log line for each request that is answered with a problem.

use crate::reply::problem::Problem;
use http::Method;

/// Logs a problem: without the query, the Origin or anything else that a client wrote.
pub(crate) fn log(problem: &Problem, request_id: &str, method: &Method, route: &str) {
    let (status, code) = (problem.status().as_u16(), problem.code().as_str());
    let method = name(method);
    if problem.status().is_server_error() {
        tracing::error!(
            request_id,
            method,
            route,
            status,
            code,
            causes = problem.causes()
        );
    } else {
        tracing::info!(request_id, method, route, status, code);
    }
}

/// A method of HTTP's own: any other is the client's to make up.
fn name(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE
        | Method::OPTIONS
        | Method::TRACE
        | Method::CONNECT => method.as_str(),
        _ => "unknown",
    }
}
