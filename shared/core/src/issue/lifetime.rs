//! Lifetimes: how long tokens of a kind live, and how much lifetime the maker has left.

use crate::time::{UnixMillis, UnixSeconds};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What the catalog says of a kind's lifetime, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lifetime {
    /// Lives until it is revoked, unless an expiry is asked for.
    Never,
    /// Always expires.
    Between {
        /// Used where none is asked for.
        default: u64,
        /// The shortest that may be asked for.
        min: u64,
        /// The longest that may be asked for.
        max: u64,
    },
}

/// Why a lifetime is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LifetimeError {
    /// Outside the kind's range.
    #[error("must be between {min} and {max} seconds, not {given}")]
    OutOfRange {
        /// What was asked for.
        given: u64,
        /// The shortest allowed.
        min: u64,
        /// The longest allowed.
        max: u64,
    },
    /// Longer than the maker itself lives.
    #[error(
        "the token that makes this one expires in {left} seconds: ask for at most that, or use a \
         longer-lived token"
    )]
    ParentExpiresFirst {
        /// Seconds the maker has left.
        left: u64,
    },
}

/// The longest lifetime that can be asked for where the catalog sets none: 100 years.
pub const LONGEST_SECONDS: u64 = 100 * 365 * 24 * 60 * 60;

impl Lifetime {
    /// When a token made now expires: `None` for never. An explicit lifetime is never clamped; an
    /// absent one is the default, or what the maker has left if that lies in the range.
    ///
    /// # Errors
    /// When what is asked for is outside the range or outlives the maker.
    pub fn expiry(
        self,
        requested: Option<u64>,
        maker_expires_at: Option<UnixSeconds>,
        now: UnixMillis,
    ) -> Result<Option<UnixSeconds>, LifetimeError> {
        let now = now.seconds();
        let left = maker_expires_at.map(|expiry| expiry.0.saturating_sub(now.0));
        let (min, max) = self.range();
        if let Some(given) = requested {
            if !(min..=max).contains(&given) {
                return Err(LifetimeError::OutOfRange { given, min, max });
            }
            return match left {
                Some(left) if given > left => Err(LifetimeError::ParentExpiresFirst { left }),
                _ => Ok(Some(now.plus(given))),
            };
        }
        match (self, left) {
            (Self::Never, None) => Ok(None),
            (Self::Between { default, .. }, left) if left.is_none_or(|left| default <= left) => {
                Ok(Some(now.plus(default)))
            }
            (_, Some(left)) if (min..=max).contains(&left) => Ok(maker_expires_at),
            (_, left) => Err(LifetimeError::ParentExpiresFirst {
                left: left.unwrap_or_default(),
            }),
        }
    }

    /// The longest a token of this lifetime can live, in seconds.
    #[must_use]
    pub fn longest(self) -> u64 {
        self.range().1
    }

    fn range(self) -> (u64, u64) {
        match self {
            Self::Never => (1, LONGEST_SECONDS),
            Self::Between { min, max, .. } => (min, max),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Lifetime, LifetimeError};
    use crate::time::{UnixMillis, UnixSeconds};

    const HOUR: Lifetime = Lifetime::Between {
        default: 3_600,
        min: 900,
        max: 86_400,
    };

    #[test]
    fn s22_every_boundary_is_exact() {
        let now = UnixMillis(1_000_999);
        let at = |seconds: u64| Ok(Some(UnixSeconds(1_000 + seconds)));
        let left = |seconds: u64| Some(UnixSeconds(1_000 + seconds));
        let out = |given| {
            Err(LifetimeError::OutOfRange {
                given,
                min: 900,
                max: 86_400,
            })
        };
        let first = |left| Err(LifetimeError::ParentExpiresFirst { left });
        for (lifetime, requested, maker, expected) in [
            (HOUR, None, None, at(3_600)),
            (HOUR, Some(900), None, at(900)),
            (HOUR, Some(899), None, out(899)),
            (HOUR, Some(86_400), None, at(86_400)),
            (HOUR, Some(86_401), None, out(86_401)),
            (HOUR, Some(0), None, out(0)),
            (HOUR, Some(u64::MAX), None, out(u64::MAX)),
            (HOUR, Some(1_000), left(1_000), at(1_000)),
            (HOUR, Some(1_001), left(1_000), first(1_000)),
            (HOUR, None, left(3_600), at(3_600)),
            (HOUR, None, left(3_599), at(3_599)),
            (HOUR, None, left(900), at(900)),
            (HOUR, None, left(899), first(899)),
            (Lifetime::Never, None, None, Ok(None)),
            (Lifetime::Never, None, left(5), at(5)),
            (Lifetime::Never, Some(5), left(5), at(5)),
            (Lifetime::Never, Some(6), left(5), first(5)),
            (Lifetime::Never, None, left(0), first(0)),
        ] {
            assert_eq!(
                lifetime.expiry(requested, maker, now),
                expected,
                "{requested:?} of {maker:?}"
            );
        }
    }
}
