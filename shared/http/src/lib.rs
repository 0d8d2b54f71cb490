//! The edge: from an HTTP request to a caller, from an error to problem+json.
//!
//! It stands on `hallpass-runtime`, whose [`Platform`] is the state of every handler, and on the crates
//! below that. A folder imports only from those named before it:
//!
//! - `reply`: what a client is answered
//! - `middleware`: what stands around every route
//! - `route`: the table of a function's routes
//! - `caller`: who calls, and what they may do
//! - `request`: what handlers read of a request
//! - `lambda`: API Gateway's events, into a router and out of it

mod caller;
mod lambda;
mod middleware;
mod reply;
mod request;
mod route;

pub use caller::Caller;
pub use caller::address::ClientAddress;
pub use caller::admission::{Admission, Match, admit_to_route};
pub use caller::basic::Basic;
pub use caller::client::Client;
pub use caller::credential::{Credential, TokenOutsideAuthorization};
pub use hallpass_runtime::Platform;
pub use lambda::event::GatewayEvent;
pub use lambda::{OnLambda, Reply, on_lambda, serve};
pub use middleware::finish::{finish, finish_with_fallback};
pub use middleware::log::{log_problem, request_span};
pub use reply::closing::{WalkFor, walk, walk_on};
pub use reply::error_code::ErrorCode;
pub use reply::issuing::{RequestFields, into_claims, issue};
pub use reply::problem::{Problem, ProblemSchema};
pub use reply::token_view::{IssuedView, TokenView};
pub use request::body::{Body, JsonBody};
pub use request::idempotency::{IdempotencyKey, IdempotencyKeyHeader};
pub use request::path::Path;
pub use request::query::{Limit, Query};
pub use route::{ANSWER_WITHIN, Needs, Route, serve_routes};
