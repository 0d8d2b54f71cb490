//! The state of a JWT's parent, with which the JWT ends: revoked, cut off, expired or paused.

use super::code::{DecisionCode, Refusal};
use super::context::Parent;
use super::token_state::{is_cut_off, is_past};
use crate::catalog::Catalog;
use crate::directory::share::ShareRecord;
use crate::time::UnixMillis;
use crate::token::claims::Claims;
use crate::token::record::TokenRecord;

const PARENT_REVOKED: &str = "what this token was derived from was revoked: derive it from another";
const PARENT_CUT_OFF: &str =
    "everything derived from its parent up to a moment after its issue was revoked: derive another";

/// Why a JWT is not valid now, by the state of its parent.
pub(super) fn refusal(
    catalog: &Catalog,
    claims: &Claims,
    parent: Option<&Parent>,
    now: UnixMillis,
) -> Refusal {
    match parent {
        // A parent whose kind is no longer in the catalog is treated as one that does not exist.
        Some(Parent::Token(token)) if catalog.kind(&token.kind).is_some() => {
            token_refusal(claims, token, now)
        }
        Some(Parent::Share(share)) => share_refusal(claims, share),
        Some(Parent::Token(_)) | None => Some((DecisionCode::ParentRevoked, PARENT_REVOKED)),
    }
}

fn token_refusal(claims: &Claims, parent: &TokenRecord, now: UnixMillis) -> Refusal {
    if parent.revoked_at.is_some() {
        Some((DecisionCode::ParentRevoked, PARENT_REVOKED))
    } else if is_cut_off(parent.cut_off, claims.hallpass.iat_ms) {
        Some((DecisionCode::ParentRevoked, PARENT_CUT_OFF))
    } else if is_past(parent.expires_at, now) {
        Some((
            DecisionCode::ParentExpired,
            "what this token was derived from has expired",
        ))
    } else if !parent.enabled {
        Some((
            DecisionCode::ParentDisabled,
            "what this token was derived from is paused",
        ))
    } else {
        None
    }
}

fn share_refusal(claims: &Claims, share: &ShareRecord) -> Refusal {
    if share.revoked_at.is_some() {
        Some((
            DecisionCode::ParentRevoked,
            "the model is no longer shared: ask its owner",
        ))
    } else if is_cut_off(share.cut_off, claims.hallpass.iat_ms) {
        Some((DecisionCode::ParentRevoked, PARENT_CUT_OFF))
    } else {
        None
    }
}
