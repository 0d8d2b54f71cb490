//! The limiter of passwords, in the table, so that it holds for all instances together. It acts
//! before a password is hashed, in fixed windows of a minute that end by themselves.
//!
//! A model's own count would let a flood from many addresses lock everybody out. So an address that
//! has given the share's password in the last day is held up by its own count alone.

use super::visitor::Visitor;
use crate::table::{Expression, Key, Store, StoreError, keys, number};
use hallpass_core::{UnixMillis, UnixSeconds};

const WINDOW_SECONDS: u64 = 60;

/// Passwords that one address may try at one model that it is not known to in a window.
const BY_ADDRESS: u64 = 10;
/// Passwords that one address, known or not, may try at all models together in a window: names of
/// models and shares of one's own cost nothing, and each try costs a hash.
const ANYWHERE: u64 = 60;
/// Passwords that all addresses not known to the model may try at it in a window.
const BY_MODEL: u64 = 100;
/// How often one address may open a model without a password in a window: nothing can be guessed
/// there, but each opening costs a signature.
const OPENINGS: u64 = 100;

/// What a visitor wants of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// To open one that has no password.
    Open,
    /// To try a password.
    Guess {
        /// Whether the visitor's address gave it of late (`Visit::is_known`).
        is_known: bool,
    },
}

/// Whether an attempt may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It may.
    Admitted,
    /// There were too many.
    Limited {
        /// In how many seconds the window ends.
        retry_after: u64,
    },
}

/// The row of a window, and how far it counts.
type Count<'a> = (&'a (dyn Fn(u64) -> Key + Sync), u64);

impl Store {
    /// Counts an attempt, if there is still room for it: one conditional write a count.
    ///
    /// # Errors
    /// When the table does not answer: nothing may go on then.
    pub async fn admit(
        &self,
        visitor: Visitor<'_>,
        attempt: Attempt,
        now: UnixMillis,
    ) -> Result<Admission, StoreError> {
        let now = now.seconds();
        let (model, who) = (visitor.model, visitor.who());
        let of_address = format!("guess#{who}");
        let openings = |window| keys::attempts(model, &format!("open#{who}"), window);
        let anywhere = |window| keys::attempts_anywhere(&of_address, window);
        let by_address = |window| keys::attempts(model, &of_address, window);
        let by_model = |window| keys::attempts(model, "guess", window);
        let counts: &[Count<'_>] = match attempt {
            Attempt::Open => &[(&openings, OPENINGS)],
            Attempt::Guess { is_known: true } => &[(&anywhere, ANYWHERE)],
            Attempt::Guess { is_known: false } => &[
                (&anywhere, ANYWHERE),
                (&by_address, BY_ADDRESS),
                (&by_model, BY_MODEL),
            ],
        };
        for (key, most) in counts {
            if !self.count(*key, *most, now).await? {
                return Ok(limited(now));
            }
        }
        Ok(Admission::Admitted)
    }

    /// Adds one to a count of the present window, unless it has reached `most`.
    async fn count(
        &self,
        key: &(dyn Fn(u64) -> Key + Sync),
        most: u64,
        now: UnixSeconds,
    ) -> Result<bool, StoreError> {
        let begun = now.0.saturating_sub(into_window(now));
        let ttl = UnixSeconds(begun).plus(WINDOW_SECONDS.saturating_mul(2));
        let key = key(begun);
        let change = Expression::new("ADD #count :one SET #ttl = :ttl")
            .with(":one", number(1))
            .with(":ttl", number(ttl.0));
        let when = Expression::new("attribute_not_exists(#count) OR #count < :most")
            .with(":most", number(most));
        self.update_one("count an attempt", &key, &change, &when)
            .await
    }
}

fn into_window(now: UnixSeconds) -> u64 {
    now.0.checked_rem(WINDOW_SECONDS).unwrap_or_default()
}

fn limited(now: UnixSeconds) -> Admission {
    Admission::Limited {
        retry_after: WINDOW_SECONDS.saturating_sub(into_window(now)),
    }
}
