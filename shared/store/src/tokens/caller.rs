//! The maker: what has to hold of the calling token when something is written, and not only when it
//! was read. Else a mint that was on its way when its maker was revoked would come after the
//! revocation, and what it made would be nobody's child.

use crate::table::{Expression, Transaction, keys, number};
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_core::{Evidence, Parent, TokenId, UnixMillis};

impl<P> Transaction<P> {
    /// Only where `maker`, or what it was derived from, is alive. Comes last: a row that the
    /// transaction touches already gets this as a further condition, and losing it is losing that part.
    pub(crate) fn made_by(self, part: P, maker: &Evidence, now: UnixMillis) -> Self {
        match maker {
            Evidence::Opaque { record, .. } => self.while_alive(part, &record.id, None, now),
            Evidence::Jwt { claims, parent, .. } => match parent {
                Some(Parent::Token(parent)) => {
                    let issued_at = Some(claims.hallpass.iat_ms);
                    self.while_alive(part, &parent.id, issued_at, now)
                }
                // A model's visitor has scopes at the model alone, and makes no tokens.
                Some(Parent::Share(_)) | None => self,
            },
            // Neither is a caller.
            Evidence::Malformed(_) | Evidence::Unknown => self,
        }
    }

    /// `issued_at` is when a JWT was derived from it.
    fn while_alive(
        self,
        part: P,
        token: &TokenId,
        issued_at: Option<UnixMillis>,
        now: UnixMillis,
    ) -> Self {
        let alive = Expression::new(
            "attribute_exists(#pk) AND attribute_not_exists(#revoked_at) AND #enabled = :alive \
             AND (attribute_not_exists(#expires_at) OR #expires_at > :seconds_now)",
        )
        .with(":alive", AttributeValue::Bool(true))
        .with(":seconds_now", number(now.seconds().0));
        let alive = match issued_at {
            None => alive,
            Some(issued_at) => alive.and(
                Expression::new("attribute_not_exists(#cut_off) OR #cut_off < :issued_at")
                    .with(":issued_at", number(issued_at.0)),
            ),
        };
        self.require(part, keys::token(token), alive)
    }
}
