//! The edge: from an HTTP request to a caller, from an error to problem+json.

mod aws;
mod body;
mod caller;
mod cors;
mod credential;
mod idempotency;
mod path;
mod platform;
mod problem;
mod router;
mod serve;
mod settings;
mod system;
mod terms;
mod token_view;

pub use aws::{retries, timeouts};
pub use body::{Body, JsonBody};
pub use caller::Caller;
pub use credential::{ClientAddress, Credential};
pub use idempotency::IdempotencyKey;
pub use path::Path;
pub use platform::Platform;
pub use problem::Problem;
pub use router::{ANSWER_WITHIN, answer_within, finish};
pub use serve::{StartError, Wiring, on_lambda, serve};
pub use settings::{Settings, SettingsError};
pub use system::{SystemClock, SystemRandom};
pub use token_view::{IssuedView, TokenView};
