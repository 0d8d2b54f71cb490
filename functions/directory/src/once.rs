//! What makes a repeated call of a route known as such.

use axum::body::Bytes;
use hallpass_http::IdempotencyKey;

/// The key a caller gave, and what it is of.
pub(crate) struct Once<'a> {
    pub(crate) key: &'a IdempotencyKey,
    /// Its method and path.
    pub(crate) route: &'a str,
    pub(crate) body: &'a Bytes,
}
