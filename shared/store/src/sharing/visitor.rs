//! Visitors of shared models, and the addresses that gave a password of late.
//!
//! What is known of an address belongs to one share and one password: it ends when the password is
//! changed, and when the model is shared anew, by whomever.

use crate::table::{Expression, Key, Store, StoreError, digest, keys, number, row, text};
use hallpass_core::{ModelId, ShareId, ShareRecord, UnixMillis, UnixSeconds};
use serde::Deserialize;
use std::net::IpAddr;

/// For how long an address is known to a share after it gave the password.
const KNOWN_SECONDS: u64 = 24 * 60 * 60;

/// Who is at which model.
#[derive(Clone, Copy, Debug)]
pub struct Visitor<'a> {
    /// The model, whether or not there is one of this name.
    pub model: &'a ModelId,
    /// Where the visitor calls from.
    pub address: Option<IpAddr>,
}

/// What is read before a visitor may do anything.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The share that the model has now.
    pub share: Option<ShareRecord>,
    /// Whether the visitor's address has given the present password of this very share in the last
    /// day.
    pub is_known: bool,
}

#[derive(Deserialize)]
struct KnownAddress {
    until: UnixSeconds,
    /// Absent in rows of before, which say of no share that it is known.
    #[serde(default)]
    share: Option<ShareId>,
    #[serde(default)]
    password: Option<String>,
}

impl Visitor<'_> {
    /// An IPv6 customer has a /64 to itself at least, and so as many addresses as it likes.
    pub(super) fn who(&self) -> String {
        match self.address.map(|address| address.to_canonical()) {
            None => "unknown".to_owned(),
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}/64")
            }
        }
    }

    fn key(&self) -> Key {
        keys::visitor(self.model, &self.who())
    }
}

impl Store {
    /// Reads what a visit depends on: two round trips and three keys, whether or not the model is
    /// shared, so that the time of the answer does not tell.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn visit(&self, visitor: Visitor<'_>, now: UnixMillis) -> Result<Visit, StoreError> {
        let present = self.share_of(visitor.model).await?;
        let share_key = present.map_or_else(keys::no_share, |id| keys::share(&id));
        let read = [share_key.clone(), visitor.key()];
        let (mut share, mut known) = (None, None);
        for item in self
            .batch_of("read a share and its visitor", &read, &[])
            .await?
        {
            if Key::of(&item) == share_key {
                share = Some(row::read::<ShareRecord>(item)?);
            } else {
                known = Some(row::read::<KnownAddress>(item)?);
            }
        }
        let share = share.filter(|share| share.revoked_at.is_none());
        let is_known = match (&share, known) {
            (Some(share), Some(known)) => known.is_of(share, now.seconds()),
            _ => false,
        };
        Ok(Visit { share, is_known })
    }

    /// Notes that the visitor has given the password that `share` was read with.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn know(
        &self,
        visitor: Visitor<'_>,
        share: &ShareRecord,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let Some(password) = mark(share) else {
            return Ok(());
        };
        let until = now.seconds().plus(KNOWN_SECONDS);
        let change = Expression::new(
            "SET #until = :until, #ttl = :until, #share = :share, #password = :password",
        )
        .with(":until", number(until.0))
        .with(":share", text(&share.id.to_string()))
        .with(":password", text(&password));
        self.update_one(
            "know a visitor",
            &visitor.key(),
            &change,
            &Expression::none(),
        )
        .await
        .map(|_written| ())
    }
}

impl KnownAddress {
    fn is_of(&self, share: &ShareRecord, now: UnixSeconds) -> bool {
        self.until > now
            && self.share == Some(share.id)
            && self.password.is_some()
            && self.password == mark(share)
    }
}

/// Tells one password of a share from the next without holding either: a hash of the Argon2id hash,
/// whose salt is new each time a password is set.
fn mark(share: &ShareRecord) -> Option<String> {
    let password = share.password.as_ref()?;
    Some(digest(&[password.0.as_bytes()]))
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
