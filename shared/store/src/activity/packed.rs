//! Use as bytes: few enough that the use of thousands of visitors is one item of the table.
//!
//! Written by hand: a version, then the accounts and environments, the ids and the texts that occur,
//! each once, then the uses, which name them by their positions. Numbers are written as LEB128 (7 bits
//! a byte). The use of a user whom nothing else names takes some 27 bytes. A library for it would
//! write each id again and again, or compress what is random.

use super::uses::{Quarter, Tally, Use, Uses};
use hallpass_core::{
    AccountId, ParentId, Principal, SecretMark, ServiceAccountId, ShareId, Tenant, TokenId,
    UnixMillis, UserId,
};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use thiserror::Error;

const VERSION: u8 = 1;

/// Bytes that are not use, or of a later version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the packed use is unreadable: {0}")]
pub(super) struct Unreadable(&'static str);

/// An id with what it is of.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Id(u8, [u8; 16]);

const TOKEN: u8 = 0;
const SHARE: u8 = 1;
const ACCOUNT: u8 = 2;
const USER: u8 = 3;
const SERVICE_ACCOUNT: u8 = 4;

/// Use as bytes.
pub(super) fn pack(uses: &Uses) -> Vec<u8> {
    let first = uses.tallies.keys().map(|of| of.quarter).min();
    let first = first.unwrap_or(Quarter(0));
    let (mut tenants, mut ids, mut texts) = (
        Words::default(),
        Words::default(),
        Words::<Arc<str>>::default(),
    );
    let mut body = Vec::new();
    write_number(&mut body, length(uses.tallies.len()));
    for (of, tally) in &uses.tallies {
        let last = tally.last_used_at.seconds().0;
        for number in [
            tenants.position(&of.tenant),
            of.quarter.0.saturating_sub(first.0),
            ids.position(&id_of_parent(of.token)),
            ids.position(&id_of_principal(of.principal)),
            texts.position(&of.route),
            texts.position(&of.outcome),
            tally.count,
            last.saturating_sub(of.quarter.begins().seconds().0),
        ] {
            write_number(&mut body, number);
        }
    }
    write_number(&mut body, length(uses.old_secrets.len()));
    for ((token, mark), at) in &uses.old_secrets {
        write_number(&mut body, ids.position(&Id(TOKEN, token.bytes())));
        body.extend(mark.bytes());
        write_number(&mut body, at.seconds().0);
    }
    let mut packed = vec![VERSION];
    write_number(&mut packed, first.0);
    write_number(&mut packed, length(tenants.each.len()));
    for tenant in &tenants.each {
        packed.extend(tenant.account.bytes());
        write_text(&mut packed, tenant.environment.as_str());
    }
    write_number(&mut packed, length(ids.each.len()));
    for Id(of, bytes) in &ids.each {
        packed.push(*of);
        packed.extend(bytes);
    }
    write_number(&mut packed, length(texts.each.len()));
    for text in &texts.each {
        write_text(&mut packed, text);
    }
    packed.extend(body);
    packed
}

/// The use that these bytes are.
pub(super) fn unpack(packed: &[u8]) -> Result<Uses, Unreadable> {
    let mut rest = Rest(packed);
    if rest.bytes::<1>()? != [VERSION] {
        return Err(Unreadable("it is of another version"));
    }
    let first = rest.number()?;
    let tenants = rest.each(|rest| {
        let account = AccountId::from_bytes(rest.bytes()?);
        let environment = rest.text()?.parse();
        let environment = environment.map_err(|_name| Unreadable("an environment"))?;
        Ok(Tenant {
            account,
            environment,
        })
    })?;
    let ids = rest.each(|rest| Ok(Id(u8::from_be_bytes(rest.bytes()?), rest.bytes()?)))?;
    let texts = rest.each(|rest| Ok(Arc::<str>::from(rest.text()?)))?;
    let mut uses = Uses::default();
    for (of, tally) in rest.each(|rest| {
        let tenant = rest.word(&tenants)?.clone();
        let quarter = Quarter(first.saturating_add(rest.number()?));
        let of = Use {
            tenant,
            quarter,
            token: parent(*rest.word(&ids)?)?,
            principal: principal(*rest.word(&ids)?)?,
            route: Arc::clone(rest.word(&texts)?),
            outcome: Arc::clone(rest.word(&texts)?),
        };
        let tally = Tally {
            count: rest.number()?,
            last_used_at: quarter.begins().plus_seconds(rest.number()?),
        };
        Ok((of, tally))
    })? {
        uses.add(of, tally);
    }
    for ((token, mark), at) in rest.each(|rest| {
        let Id(TOKEN, token) = *rest.word(&ids)? else {
            return Err(Unreadable("a secret that is not a token's"));
        };
        let mark = SecretMark::from_bytes(rest.bytes()?);
        let at = UnixMillis(0).plus_seconds(rest.number()?);
        Ok(((TokenId::from_bytes(token), mark), at))
    })? {
        uses.add_old_secret(token, mark, at);
    }
    if rest.0.is_empty() {
        Ok(uses)
    } else {
        Err(Unreadable("there is more than it says"))
    }
}

/// What occurs, each once, in the order of its first occurrence.
struct Words<T> {
    each: Vec<T>,
    positions: HashMap<T, u64>,
}

impl<T> Default for Words<T> {
    fn default() -> Self {
        Self {
            each: Vec::new(),
            positions: HashMap::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> Words<T> {
    fn position(&mut self, word: &T) -> u64 {
        if let Some(position) = self.positions.get(word) {
            return *position;
        }
        let position = length(self.each.len());
        self.each.push(word.clone());
        self.positions.insert(word.clone(), position);
        position
    }
}

fn id_of_parent(parent: ParentId) -> Id {
    match parent {
        ParentId::Token(id) => Id(TOKEN, id.bytes()),
        ParentId::Share(id) => Id(SHARE, id.bytes()),
    }
}

fn id_of_principal(principal: Principal) -> Id {
    match principal {
        Principal::Account(id) => Id(ACCOUNT, id.bytes()),
        Principal::User(id) => Id(USER, id.bytes()),
        Principal::ServiceAccount(id) => Id(SERVICE_ACCOUNT, id.bytes()),
    }
}

fn parent(Id(of, bytes): Id) -> Result<ParentId, Unreadable> {
    match of {
        TOKEN => Ok(ParentId::Token(TokenId::from_bytes(bytes))),
        SHARE => Ok(ParentId::Share(ShareId::from_bytes(bytes))),
        _ => Err(Unreadable("a parent")),
    }
}

fn principal(Id(of, bytes): Id) -> Result<Principal, Unreadable> {
    match of {
        ACCOUNT => Ok(Principal::Account(AccountId::from_bytes(bytes))),
        USER => Ok(Principal::User(UserId::from_bytes(bytes))),
        SERVICE_ACCOUNT => {
            let id = ServiceAccountId::from_bytes(bytes);
            Ok(Principal::ServiceAccount(id))
        }
        _ => Err(Unreadable("a principal")),
    }
}

fn length(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn write_number(to: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number = number.wrapping_shr(7);
        if number == 0 {
            to.push(low);
            return;
        }
        to.push(low | 0x80);
    }
}

fn write_text(to: &mut Vec<u8>, text: &str) {
    write_number(to, length(text.len()));
    to.extend(text.as_bytes());
}

/// What is still to be read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Unreadable> {
        let (first, rest) = self.0.split_first_chunk().ok_or(Unreadable("its end"))?;
        self.0 = rest;
        Ok(*first)
    }

    fn number(&mut self) -> Result<u64, Unreadable> {
        let mut number = 0_u64;
        for shift in (0..64_u32).step_by(7) {
            let [byte] = self.bytes()?;
            let bits = u64::from(byte & 0x7f);
            let placed = bits.wrapping_shl(shift);
            if placed.wrapping_shr(shift) != bits {
                break;
            }
            number |= placed;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Unreadable("a number"))
    }

    fn text(&mut self) -> Result<&'a str, Unreadable> {
        let length = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        let split = self.0.split_at_checked(length);
        let (text, rest) = split.ok_or(Unreadable("its end"))?;
        self.0 = rest;
        std::str::from_utf8(text).map_err(|_bytes| Unreadable("a text"))
    }

    fn word<'w, T>(&mut self, words: &'w [T]) -> Result<&'w T, Unreadable> {
        let position = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        words.get(position).ok_or(Unreadable("a position"))
    }

    /// As many as a number says that stands before them. Each takes a byte at least, so that a wrong
    /// number ends at the end of the bytes.
    fn each<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, Unreadable>,
    ) -> Result<Vec<T>, Unreadable> {
        let count = self.number()?;
        let mut found = Vec::new();
        for _ in 0..count {
            found.push(read(self)?);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::{pack, unpack};
    use crate::activity::uses::{Quarter, Tally, Use, Uses};
    use hallpass_core::{
        AccountId, ParentId, Principal, SecretMark, ServiceAccountId, ShareId, Tenant, TokenId,
        UnixMillis, UserId,
    };
    use proptest::prelude::*;

    fn id(number: u64) -> [u8; 16] {
        (u128::from(number) << 64).to_be_bytes()
    }

    /// So many visitors of one parent, each a user of its own.
    fn visitors(count: u64) -> Uses {
        let mut uses = Uses::default();
        for number in 0..count {
            let last_used_at = UnixMillis(1_800_000_000_000).plus_seconds(number % 60);
            let of = Use {
                tenant: Tenant::first_of(AccountId::from_bytes(id(1))),
                quarter: Quarter::of(last_used_at),
                token: ParentId::Token(TokenId::from_bytes(id(2))),
                principal: Principal::User(UserId::from_bytes(id(number))),
                route: "GET /v2/floor/{id}".into(),
                outcome: "active".into(),
            };
            let tally = Tally {
                count: 1,
                last_used_at,
            };
            uses.add(of, tally);
        }
        uses
    }

    #[test]
    fn a_visitor_takes_less_than_thirty_bytes() {
        let packed = pack(&visitors(2_000)).len();
        assert!(packed < 30 * 2_000, "{packed}");
    }

    prop_compose! {
        fn some_uses()(
            entries in prop::collection::vec(
                (0_u64..3, 0_u64..9, 0_u64..5, 0_u64..5, 0_u64..u64::MAX, 0_u64..1_000_000, "[a-z /{}é]{0,9}"), 0..40),
            old in prop::collection::vec((0_u64..5, any::<[u8; 4]>(), 0_u64..4_000_000_000), 0..5),
        ) -> Uses {
            let mut uses = Uses::default();
            for (tenant, quarter, token, principal, count, later, route) in entries {
                let last_used_at = UnixMillis(1_800_000_000_000)
                    .plus_seconds(quarter.saturating_mul(21_600))
                    .plus_seconds(later % 3_000);
                let principal = match principal {
                    0 => Principal::Account(AccountId::from_bytes(id(tenant))),
                    1 => Principal::ServiceAccount(ServiceAccountId::from_bytes(id(7))),
                    other => Principal::User(UserId::from_bytes(id(other))),
                };
                let token = match token {
                    0 => ParentId::Share(ShareId::from_bytes(id(3))),
                    other => ParentId::Token(TokenId::from_bytes(id(other))),
                };
                let of = Use {
                    tenant: Tenant::first_of(AccountId::from_bytes(id(tenant))),
                    quarter: Quarter::of(last_used_at),
                    token,
                    principal,
                    route: route.as_str().into(),
                    outcome: "active".into(),
                };
                uses.add(of, Tally { count, last_used_at });
            }
            for (token, mark, at) in old {
                let at = UnixMillis(0).plus_seconds(at);
                uses.add_old_secret(TokenId::from_bytes(id(token)), SecretMark::from_bytes(mark), at);
            }
            uses
        }
    }

    proptest! {
        #[test]
        fn what_is_packed_reads_back(uses in some_uses()) {
            prop_assert_eq!(unpack(&pack(&uses)), Ok(uses));
        }

        #[test]
        fn what_was_cut_off_or_prolonged_is_refused(uses in some_uses(), cut in 0_usize..400) {
            let packed = pack(&uses);
            let mut longer = packed.clone();
            longer.push(0);
            prop_assert!(unpack(&longer).is_err());
            if cut < packed.len() {
                prop_assert!(unpack(&packed[..cut]).is_err());
            }
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), version in 0_u8..3) {
            let with_version: Vec<u8> = [version].into_iter().chain(bytes).collect();
            let _ = unpack(&with_version);
        }
    }
}
