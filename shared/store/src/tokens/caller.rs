//! The calling token: what has to hold of it when something is written, and not only when it was read.
//! Otherwise a mint that was in progress when its calling token was revoked would come after the
//! revocation, and what it made would outlive it.

use crate::table::{Expression, Transaction, keys, number};
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_core::{Parent, TokenContext, TokenId, UnixMillis};

impl<P> Transaction<P> {
    /// Holds only while the calling token, or what it was derived from, is valid. Comes last: a row
    /// that the transaction names already gets this as a further condition, and where that is lost,
    /// the part that was there first is.
    pub(crate) fn while_caller_valid(
        self,
        part: P,
        caller: &TokenContext,
        now: UnixMillis,
    ) -> Self {
        match caller {
            TokenContext::Opaque { record, .. } => {
                self.while_token_valid(part, &record.id, None, now)
            }
            TokenContext::Jwt { claims, parent, .. } => match parent {
                Some(Parent::Token(parent)) => {
                    let issued_at = Some(claims.hallpass.iat_ms);
                    self.while_token_valid(part, &parent.id, issued_at, now)
                }
                // A visitor of a shared model has scopes at that model alone, and makes no tokens.
                Some(Parent::Share(_)) | None => self,
            },
            // Neither of these is ever a caller.
            TokenContext::Malformed(_) | TokenContext::Unknown => self,
        }
    }

    /// `issued_at` is when a JWT was derived from it.
    fn while_token_valid(
        self,
        part: P,
        token: &TokenId,
        issued_at: Option<UnixMillis>,
        now: UnixMillis,
    ) -> Self {
        let valid = Expression::new(
            "attribute_exists(#pk) AND attribute_not_exists(#revoked_at) AND #enabled = :alive \
             AND (attribute_not_exists(#expires_at) OR #expires_at > :seconds_now)",
        )
        .with(":alive", AttributeValue::Bool(true))
        .with(":seconds_now", number(now.seconds().0));
        let valid = match issued_at {
            None => valid,
            Some(issued_at) => valid.and(
                Expression::new("attribute_not_exists(#cut_off) OR #cut_off < :issued_at")
                    .with(":issued_at", number(issued_at.0)),
            ),
        };
        self.require(part, keys::token(token), valid)
    }
}
