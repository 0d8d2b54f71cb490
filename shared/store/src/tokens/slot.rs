//! Slots: a limited kind has numbered slots in an environment, each held by one token.

use crate::table::{
    Expression, Slice, Store, StoreError, Transaction, draw, key_text, keys, number, row, text,
};
use hallpass_core::{KindName, Random, Tenant, TokenId, TokenRecord, UnixMillis, UnixSeconds};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Slots are numbered with two digits.
const MOST: u8 = 100;

#[derive(Serialize, Deserialize)]
struct Row {
    token: TokenId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<UnixSeconds>,
}

/// One slot, and the token that holds or held it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) kind: &'a KindName,
    pub(crate) slot: u8,
    pub(crate) token: &'a TokenId,
}

impl<P> Transaction<P> {
    /// Takes a token's slot, where it is free or its last holder has expired.
    pub(crate) fn take_slot(
        self,
        part: P,
        record: &TokenRecord,
        slot: u8,
        now: UnixMillis,
    ) -> Result<Self, StoreError> {
        let key = keys::slot(&record.tenant(), &record.kind, slot);
        let row = Row {
            token: record.id,
            expires_at: record.expires_at,
        };
        let row = row::write(&key, &row, record.expires_at)?;
        let when = Expression::new("attribute_not_exists(#pk) OR #expires_at <= :now")
            .with(":now", number(now.seconds().0));
        Ok(self.put(part, row, when))
    }

    /// Frees a slot. The condition is lost where another token holds it.
    pub(crate) fn free_slot(self, part: P, held: &Held<'_>) -> Self {
        let key = keys::slot(held.tenant, held.kind, held.slot);
        let when = Expression::new("attribute_not_exists(#pk) OR #token = :token")
            .with(":token", text(&held.token.to_string()));
        self.delete(part, key, when)
    }
}

impl Store {
    /// A random one of the free slots; `None` if none is free.
    pub(crate) async fn choose_slot(
        &self,
        record: &TokenRecord,
        limit: u8,
        now: UnixMillis,
        random: &dyn Random,
    ) -> Result<Option<u8>, StoreError> {
        let operation = "read slots";
        let pk = keys::slots(&record.tenant(), &record.kind);
        let (rows, _) = self.query(operation, &pk, "", Slice::default()).await?;
        let mut taken = HashSet::with_capacity(rows.len());
        for row in rows {
            let slot = key_text(&row, "sk").parse::<u8>().ok();
            let row: Row = row::read(row)?;
            if row.expires_at.is_none_or(|expiry| expiry > now.seconds()) {
                taken.extend(slot);
            }
        }
        // Slots beyond a limit that was lowered count as well.
        if taken.len() >= usize::from(limit) {
            return Ok(None);
        }
        let free: Vec<u8> = (0..limit.min(MOST))
            .filter(|slot| !taken.contains(slot))
            .collect();
        let draw = usize::try_from(draw(operation, random)? >> 33).unwrap_or_default();
        let choice = draw.checked_rem(free.len()).unwrap_or_default();
        Ok(free.get(choice).copied())
    }
}
