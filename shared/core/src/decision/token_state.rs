//! The state of a token itself: revoked, paused, expired, or not valid yet.

use super::code::{DecisionCode, Refusal};
use crate::time::{LEEWAY_SECONDS, UnixMillis, UnixSeconds};
use crate::token::claims::Claims;
use crate::token::record::TokenRecord;

/// Why an opaque token is not valid now, by its own record.
pub(super) fn opaque_refusal(record: &TokenRecord, now: UnixMillis) -> Refusal {
    if record.revoked_at.is_some() {
        Some((DecisionCode::Revoked, "the token was revoked: mint another"))
    } else if !record.enabled {
        Some((
            DecisionCode::Disabled,
            "the token is paused: set `enabled` to true to use it again",
        ))
    } else if is_past(record.expires_at, now) {
        Some((DecisionCode::Expired, "the token has expired: mint another"))
    } else if record
        .not_before
        .is_some_and(|start| start.millis() > now.plus_seconds(LEEWAY_SECONDS))
    {
        Some((
            DecisionCode::NotYetValid,
            "the token is not valid yet: see its `not_before`",
        ))
    } else {
        None
    }
}

/// Why a JWT is not valid now, by its own claims and its revocation.
pub(super) fn jwt_refusal(claims: &Claims, revoked: bool, now: UnixMillis) -> Refusal {
    let with_leeway = now.plus_seconds(LEEWAY_SECONDS);
    let starts = claims.nbf.unwrap_or_default().max(claims.iat);
    if revoked {
        Some((
            DecisionCode::Revoked,
            "the token was revoked: ask for another",
        ))
    } else if now >= claims.exp.plus(LEEWAY_SECONDS).millis() {
        Some((
            DecisionCode::Expired,
            "the token has expired: ask for another",
        ))
    } else if starts.millis() > with_leeway {
        Some((
            DecisionCode::NotYetValid,
            "the token is not valid yet: its time of issue or `nbf` lies ahead",
        ))
    } else {
        None
    }
}

/// Whether a revocation of everything issued up to a moment ends what was issued at `issued_at`.
pub(super) fn is_cut_off(cut_off: Option<UnixMillis>, issued_at: UnixMillis) -> bool {
    cut_off.is_some_and(|cut_off| issued_at <= cut_off)
}

/// Whether an expiry has passed. The expiry of opaque tokens and of parents is exact: they are
/// invalid from the first millisecond of that second on.
pub(super) fn is_past(expires_at: Option<UnixSeconds>, now: UnixMillis) -> bool {
    expires_at.is_some_and(|expiry| now >= expiry.millis())
}
