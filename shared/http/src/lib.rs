//! The edge: from an HTTP request to a caller, from an error to problem+json.

mod activity;
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

use caller::{admission, basic, client, credential};
use middleware::{cors, router};
use reply::{closing, issuing, problem, token_view};
use request::{body, idempotency, path, query, told};

pub use admission::admit_to_route;
pub use aws::{retries, timeouts};
pub use basic::Basic;
pub use body::{Body, JsonBody};
pub use caller::Caller;
pub use client::Client;
pub use closing::{WalkFor, walk};
pub use credential::{ClientAddress, Credential, Elsewhere};
pub use idempotency::{IdempotencyKey, IdempotencyKeyHeader};
pub use issuing::RequestFields;
pub use path::Path;
pub use platform::Platform;
pub use problem::{Problem, ProblemSchema};
pub use query::Limit;
pub use route::{ANSWER_WITHIN, Needs, Route, serve_routes};
pub use router::{finish, finish_whole};
pub use serve::{OnLambda, Reply, StartError, Wiring, flush_at_the_end, on_lambda, serve};
pub use settings::{Settings, SettingsError, variable};
pub use system::{SystemClock, SystemRandom};
pub use token_view::{IssuedView, TokenView};
