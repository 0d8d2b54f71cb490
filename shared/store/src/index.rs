//! A token's two rows: its record, and its entry among those of its environment.

use crate::error::StoreError;
use crate::item;
use crate::keys;
use crate::transaction::Transaction;
use hallpass_core::{
    KindName, Principal, TokenId, TokenName, TokenRecord, UnixMillis, UnixSeconds,
};
use serde::{Deserialize, Serialize};

/// For how long after its expiry a record stays, in seconds: longer than any child can live, none
/// of which outlives it, and long enough to answer questions about it.
pub(crate) const KEPT: u64 = 30 * 24 * 60 * 60;

/// A token's entry among those of its environment: what a list shows, and what revoking it takes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct IndexRow {
    pub(crate) id: TokenId,
    pub(crate) kind: KindName,
    pub(crate) name: TokenName,
    pub(crate) created_at: UnixMillis,
    pub(crate) principal: Principal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<UnixSeconds>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) slot: Option<u8>,
}

impl From<&TokenRecord> for IndexRow {
    fn from(record: &TokenRecord) -> Self {
        Self {
            id: record.id,
            kind: record.kind.clone(),
            name: record.name.clone(),
            created_at: record.created_at,
            principal: record.principal,
            expires_at: record.expires_at,
            slot: record.slot,
        }
    }
}

impl<P: Copy> Transaction<P> {
    /// Writes a new token's record, its entry and, where it speaks for a user or service account,
    /// its entry among what does.
    pub(crate) fn create_token(
        self,
        record_part: P,
        index_part: P,
        record: &TokenRecord,
    ) -> Result<Self, StoreError> {
        let ttl = record.expires_at.map(|expires_at| expires_at.plus(KEPT));
        let (account, environment) = (&record.account, &record.environment);
        let entry = IndexRow::from(record);
        let index = keys::index(account, environment, &record.id);
        let made = match &record.principal {
            Principal::Account(_) => self,
            principal @ (Principal::User(_) | Principal::ServiceAccount(_)) => {
                let spoken = keys::spoken(account, environment, principal, &record.id);
                self.create(index_part, item::write(&spoken, &entry, ttl)?)
            }
        };
        Ok(made
            .create(
                record_part,
                item::write(&keys::token(&record.id), record, ttl)?,
            )
            .create(index_part, item::write(&index, &entry, ttl)?))
    }
}
