//! Invoked by a schedule, and by hand with IAM: rotates the signing keys. `{"retire": kid}` ends a
//! compromised one at once, `{"rotate": true}` does not wait for the current one's time.

mod plan;
mod reply;
mod request;
mod rotation;

pub use plan::{Did, KNOWN_AFTER_SECONDS, PUBLISHED_BEFORE_SECONDS};
pub use reply::{KeyView, KeysReply};
pub use request::KeysRequest;
pub use rotation::{KeysError, rotate_keys};
