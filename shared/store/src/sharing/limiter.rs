//! The limiter of passwords, in the table, so that it holds for all instances together. It acts
//! before a password is hashed, in fixed windows of a minute that end by themselves.
//!
//! A model's own count would let a flood from many addresses lock everybody out. So an address that
//! has given the model's password in the last day is held up by a wide count of its own alone: a
//! whole office may be behind it, and it already knows the password.

use crate::table::{Expression, Key, Store, StoreError, keys, number};
use hallpass_core::{ModelId, UnixMillis, UnixSeconds};
use serde::Deserialize;
use std::net::IpAddr;

const WINDOW_SECONDS: u64 = 60;

/// Passwords that one address may try at one model in a window.
const BY_ADDRESS: u64 = 10;
/// Passwords that one address may try at all models it is not known to in a window: names of models
/// cost nothing to make up, and each try costs a hash.
const ANYWHERE: u64 = 60;
/// Passwords that an address known to a model may try at it in a window.
const BY_KNOWN: u64 = 100;
/// Passwords that all addresses not known to the model may try at it in a window.
const BY_MODEL: u64 = 100;
/// How often one address may open a model without a password in a window: nothing can be guessed
/// there, but each opening costs a signature.
const OPENINGS: u64 = 100;

/// For how long an address is known to a model after it gave the password.
const KNOWN_SECONDS: u64 = 24 * 60 * 60;

/// Who is at which model.
#[derive(Clone, Copy, Debug)]
pub struct Visitor<'a> {
    /// The model, whether or not there is one of this name.
    pub model: &'a ModelId,
    /// Where the visitor calls from.
    pub address: Option<IpAddr>,
}

/// What a visitor wants of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// To open one that has no password.
    Open,
    /// To try a password.
    Guess,
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

#[derive(Deserialize)]
struct KnownAddress {
    until: UnixSeconds,
}

impl Visitor<'_> {
    /// An IPv6 customer has a /64 to itself at least, and so as many addresses as it likes.
    fn who(&self) -> String {
        match self.address.map(|address| address.to_canonical()) {
            None => "unknown".to_owned(),
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}/64")
            }
        }
    }

    fn known_address_key(&self) -> Key {
        keys::visitor(self.model, &self.who())
    }
}

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
        if attempt == Attempt::Open {
            let openings = |window| keys::attempts(model, &format!("open#{who}"), window);
            return self.all(&[(&openings, OPENINGS)], now).await;
        }
        let by_address = |window| keys::attempts(model, &of_address, window);
        let anywhere = |window| keys::attempts_anywhere(&of_address, window);
        let by_model = |window| keys::attempts(model, "guess", window);
        if self.is_known(visitor, now).await? {
            self.all(&[(&by_address, BY_KNOWN)], now).await
        } else {
            let counts: [Count<'_>; 3] = [
                (&anywhere, ANYWHERE),
                (&by_address, BY_ADDRESS),
                (&by_model, BY_MODEL),
            ];
            self.all(&counts, now).await
        }
    }

    /// Notes that the visitor has given the model's password.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn know(&self, visitor: Visitor<'_>, now: UnixMillis) -> Result<(), StoreError> {
        let until = now.seconds().plus(KNOWN_SECONDS);
        let change =
            Expression::new("SET #until = :until, #ttl = :until").with(":until", number(until.0));
        self.update_one(
            "know a visitor",
            &visitor.known_address_key(),
            &change,
            &Expression::none(),
        )
        .await
        .map(|_written| ())
    }

    async fn is_known(&self, visitor: Visitor<'_>, now: UnixSeconds) -> Result<bool, StoreError> {
        let known: Option<KnownAddress> = self
            .find("read a visitor", &visitor.known_address_key())
            .await?;
        Ok(known.is_some_and(|known| known.until > now))
    }

    /// Adds one to each count of the present window, up to the first that is full.
    async fn all(&self, counts: &[Count<'_>], now: UnixSeconds) -> Result<Admission, StoreError> {
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

#[cfg(test)]
mod tests {
    use super::Visitor;

    #[test]
    fn an_ipv6_customer_is_one_visitor() {
        let model = "m".parse().unwrap();
        let who = |address: &str| {
            let address = Some(address.parse().unwrap());
            Visitor {
                model: &model,
                address,
            }
            .who()
        };
        assert_eq!(who("2001:db8::1"), who("2001:db8::ffff:1"));
        assert_ne!(who("2001:db8::1"), who("2001:db8:0:1::1"));
        assert_eq!(who("192.0.2.7"), who("::ffff:192.0.2.7"));
        assert_ne!(who("192.0.2.7"), who("192.0.2.8"));
    }
}
