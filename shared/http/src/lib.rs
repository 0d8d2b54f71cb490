//! The edge: from an HTTP request to a caller, from an error to problem+json.

mod aws;
mod caller;
mod extension;
mod middleware;
mod platform;
mod reply;
mod request;
mod route;
mod serve;
mod settings;
mod system;

pub use aws::{retries, timeouts};
pub use caller::Caller;
pub use caller::address::ClientAddress;
pub use caller::admission::admit_to_route;
pub use caller::basic::Basic;
pub use caller::client::Client;
pub use caller::credential::{Credential, TokenOutsideAuthorization};
pub use middleware::router::{finish, finish_whole};
pub use platform::Platform;
pub use reply::closing::{WalkFor, walk};
pub use reply::issuing::RequestFields;
pub use reply::problem::{Problem, ProblemSchema};
pub use reply::token_view::{IssuedView, TokenView};
pub use request::body::{Body, JsonBody};
pub use request::idempotency::{IdempotencyKey, IdempotencyKeyHeader};
pub use request::path::Path;
pub use request::query::Limit;
pub use route::{ANSWER_WITHIN, Needs, Route, serve_routes};
pub use serve::{OnLambda, Reply, StartError, Wiring, flush_at_the_end, on_lambda, serve};
pub use settings::{Settings, SettingsError, variable};
pub use system::{SystemClock, SystemRandom};
