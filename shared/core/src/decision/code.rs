//! The stable codes of decisions.

use serde::Serialize;

/// Why a token is or is not valid for a request. The codes are stable.
///
/// They are listed in the order of the checks, with one exception: `parent_revoked` is also the code
/// of a removed user or service account, which is checked after the parent's other states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionCode {
    /// The text is not a token.
    Malformed,
    /// This platform has no such token, or the caller may not see it.
    Unknown,
    /// The token was revoked.
    Revoked,
    /// The token is paused.
    Disabled,
    /// The token has expired.
    Expired,
    /// The token is not valid yet.
    NotYetValid,
    /// Its parent, or the principal that it speaks for, was revoked or removed.
    ParentRevoked,
    /// Its parent has expired.
    ParentExpired,
    /// Its parent is paused.
    ParentDisabled,
    /// The token belongs to another environment.
    EnvironmentMismatch,
    /// The token may not be used from this origin.
    OriginDenied,
    /// The token may not be used from this address.
    IpDenied,
    /// The token does not hold the scope.
    InsufficientScope,
    /// The token is valid for the request.
    Active,
}

impl DecisionCode {
    /// The code as the API writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unknown => "unknown",
            Self::Revoked => "revoked",
            Self::Disabled => "disabled",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::ParentRevoked => "parent_revoked",
            Self::ParentExpired => "parent_expired",
            Self::ParentDisabled => "parent_disabled",
            Self::EnvironmentMismatch => "environment_mismatch",
            Self::OriginDenied => "origin_denied",
            Self::IpDenied => "ip_denied",
            Self::InsufficientScope => "insufficient_scope",
            Self::Active => "active",
        }
    }
}

/// A reason why a token is not valid now; none if it is.
pub(super) type Refusal = Option<(DecisionCode, &'static str)>;
