//! Points in time, and the one way to ask for the present.

use serde::{Deserialize, Serialize};
use std::time::Duration;

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

    /// For how long the process has run: a clock that nobody sets.
    fn running_for(&self) -> Duration;

    /// The present moment by both clocks, to tell later how old something in memory is.
    fn moment(&self) -> Moment {
        Moment {
            at: self.now(),
            running_for: self.running_for(),
        }
    }
}

/// When something was read into memory, by two clocks.
///
/// The one of `at` can be set back, which would prolong what is remembered by as much. The other may
/// stand still while Lambda freezes the process. So what is remembered is as old as the one of them
/// says that says more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// By the machine's clock.
    pub at: UnixMillis,
    /// By the clock that nobody sets.
    pub running_for: Duration,
}

impl Moment {
    /// How long before `now` this was; nothing where it was later.
    #[must_use]
    pub fn age(self, now: Self) -> Duration {
        let by_wall = Duration::from_millis(now.at.0.saturating_sub(self.at.0));
        by_wall.max(now.running_for.saturating_sub(self.running_for))
    }

    /// Whether less than `seconds` have passed since.
    #[must_use]
    pub fn is_younger(self, seconds: u64, now: Self) -> bool {
        self.age(now) < Duration::from_secs(seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::{Moment, UnixMillis};
    use std::time::Duration;

    #[test]
    fn s71_what_is_remembered_is_as_old_as_the_clock_says_that_says_more() {
        let moment = |at, running_for| Moment {
            at: UnixMillis(at),
            running_for: Duration::from_millis(running_for),
        };
        let read = moment(1_000_000, 500_000);
        for (what, now, expected) in [
            ("both go on", moment(1_059_999, 559_999), true),
            ("both are a minute later", moment(1_060_000, 560_000), false),
            ("the process was frozen", moment(1_060_000, 500_000), false),
            ("set back by a second", moment(1_058_999, 559_999), true),
            ("set back, a minute later", moment(0, 560_000), false),
            ("set back, at once", moment(0, 500_000), true),
            ("another request read first", moment(999_000, 499_000), true),
        ] {
            assert_eq!(read.is_younger(60, now), expected, "{what}");
        }
    }
}
