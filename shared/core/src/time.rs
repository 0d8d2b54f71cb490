//! Points in time, and the one way to ask for the present.

use serde::{Deserialize, Serialize};

/// Allowed clock skew on `nbf`, `iat` and a JWT's `exp`, in seconds (RFC 7519 §4.1.4 allows "some
/// small leeway"). Expiry of an opaque token or of a parent has none.
pub const LEEWAY_SECONDS: u64 = 5;

/// Milliseconds since the Unix epoch.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct UnixMillis(pub u64);

/// Seconds since the Unix epoch, the unit of every time in the API.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct UnixSeconds(pub u64);

impl UnixMillis {
    /// The second this millisecond lies in.
    #[must_use]
    pub fn seconds(self) -> UnixSeconds {
        UnixSeconds(self.0.checked_div(1_000).unwrap_or_default())
    }

    /// This point moved `seconds` into the future.
    #[must_use]
    pub fn plus_seconds(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000)))
    }
}

impl UnixSeconds {
    /// The first millisecond of this second.
    #[must_use]
    pub fn millis(self) -> UnixMillis {
        UnixMillis(self.0.saturating_mul(1_000))
    }

    /// This point moved `seconds` into the future.
    #[must_use]
    pub fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

/// Where the present comes from: the machine's clock in a function, a fixed one in a test.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present moment.
    fn now(&self) -> UnixMillis;
}
