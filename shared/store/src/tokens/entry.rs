//! The rows of a token: its record; its entry in its environment's partition, which is what a list
//! shows; where it speaks for a user or service account, an entry in that one's partition; one among
//! those that the same token made; and its entries in the lists that people look at, which name it.

use crate::table::{Projected, Store, StoreError, keys};
use hallpass_core::{
    AccountId, EnvironmentName, IpRules, KindName, Metadata, OriginRules, Principal, ScopeSet,
    Tenant, TokenId, TokenName, TokenRecord, UnixMillis, UnixSeconds,
};
use serde::{Deserialize, Serialize};

/// A token's entry in the partition of the principal that it speaks for, and what that has in common
/// with its entry in the environment's: all that ending the token needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TokenEntry {
    pub(crate) id: TokenId,
    pub(crate) kind: KindName,
    pub(crate) principal: Principal,
    pub(crate) created_at: UnixMillis,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) minted_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) slot: Option<u8>,
}

impl TokenEntry {
    /// The token among whose made ones it is listed; none where the deployment itself made it.
    pub(crate) fn maker(&self) -> Option<TokenId> {
        self.minted_by.as_ref()?.parse().ok()
    }
}

/// A token's entry among those that one token made, which may live in other environments than that.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MadeToken {
    pub(crate) account: AccountId,
    pub(crate) environment: EnvironmentName,
    #[serde(flatten)]
    pub(crate) token: TokenEntry,
}

impl MadeToken {
    /// Where it lives.
    pub(crate) fn tenant(&self) -> Tenant {
        Tenant {
            account: self.account,
            environment: self.environment.clone(),
        }
    }
}

/// A token's entry in its environment's partition: its record without its text, hashes and history.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListedToken {
    /// `tok_…`.
    pub id: TokenId,
    /// Its kind.
    pub kind: KindName,
    /// Who it speaks for.
    pub principal: Principal,
    /// What people call it.
    #[serde(deserialize_with = "TokenName::stored")]
    pub name: TokenName,
    /// What it may do.
    pub scopes: ScopeSet,
    /// Where a browser may use it from.
    pub origins: OriginRules,
    /// Which addresses may use it.
    pub ips: IpRules,
    /// What the platform notes about it.
    pub metadata: Metadata,
    /// Whether it is in use.
    pub enabled: bool,
    /// When it was made.
    pub created_at: UnixMillis,
    /// From when on it is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<UnixSeconds>,
    /// When it expires; never if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<UnixSeconds>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<UnixMillis>,
    /// The token that made it; absent in entries of before as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minted_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    slot: Option<u8>,
}

impl Projected for ListedToken {
    const ATTRIBUTES: &'static [&'static str] = &[];
}

impl From<&TokenRecord> for TokenEntry {
    fn from(record: &TokenRecord) -> Self {
        Self {
            id: record.id,
            kind: record.kind.clone(),
            principal: record.principal,
            created_at: record.created_at,
            minted_by: record.minted_by.clone(),
            slot: record.slot,
        }
    }
}

impl From<&TokenRecord> for ListedToken {
    fn from(record: &TokenRecord) -> Self {
        Self {
            id: record.id,
            kind: record.kind.clone(),
            principal: record.principal,
            name: record.name.clone(),
            scopes: record.scopes.clone(),
            origins: record.origins.clone(),
            ips: record.ips.clone(),
            metadata: record.metadata.clone(),
            enabled: record.enabled,
            created_at: record.created_at,
            not_before: record.not_before,
            expires_at: record.expires_at,
            revoked_at: record.revoked_at,
            minted_by: record.minted_by.clone(),
            slot: record.slot,
        }
    }
}

impl Store {
    /// Reads a token's record.
    ///
    /// # Errors
    /// When the table does not answer, or the row is unreadable.
    pub async fn token(&self, id: &TokenId) -> Result<Option<TokenRecord>, StoreError> {
        self.find("read a token", &keys::token(id)).await
    }
}
