//! Rows of several sorts, read in one batch: what a validation needs.

use crate::table::{Key, Store, StoreError, key_text, keys, row};
use hallpass_core::{
    JwtId, Principal, PrincipalRecord, ShareId, ShareRecord, Tenant, TokenId, TokenRecord,
};
use serde::Deserialize;
use std::collections::{HashMap, HashSet};

/// A row that a validation needs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RowKey {
    /// A token's record.
    Token(TokenId),
    /// The row that says a JWT is revoked.
    RevokedJwt {
        /// Where the JWT lives.
        tenant: Tenant,
        /// Its id.
        jti: JwtId,
    },
    /// A shared model's record.
    Share(ShareId),
    /// A user's or service account's record.
    Principal {
        /// Where it lives.
        tenant: Tenant,
        /// Its id.
        principal: Principal,
    },
}

/// What is read of all these rows together: every attribute by which a token is decided on or a caller
/// acts. The hash of a share's password is none, so functions that only need to know whether the
/// share of a JWT is open may not read the hash, by policy. `tests/documents/rows.rs` compares it with the rows'
/// attributes.
const ATTRIBUTES: [&str; 31] = [
    "id",
    "kind",
    "account",
    "environment",
    "principal",
    "name",
    "label",
    "scopes",
    "origins",
    "ips",
    "secret_hash",
    "previous",
    "public_text",
    "created_at",
    "not_before",
    "expires_at",
    "revoked_at",
    "cut_off",
    "enabled",
    "minted_by",
    "metadata",
    "slot",
    "live",
    "jti",
    "model",
    "name_key",
    "access",
    "member_of",
    "groups",
    "closed_at",
    "version",
];

/// The rows of one batch that exist.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    tokens: HashMap<TokenId, TokenRecord>,
    revoked: HashSet<JwtId>,
    shares: HashMap<ShareId, ShareRecord>,
    principals: HashMap<Principal, PrincipalRecord>,
}

impl Rows {
    /// The record of a token, if it exists.
    #[must_use]
    pub fn token(&self, id: &TokenId) -> Option<&TokenRecord> {
        self.tokens.get(id)
    }

    /// The record of a share, if it exists, as if it had no password: the hash is not read.
    #[must_use]
    pub fn share(&self, id: &ShareId) -> Option<&ShareRecord> {
        self.shares.get(id)
    }

    /// The record of a user or service account, if it exists.
    #[must_use]
    pub fn principal(&self, id: &Principal) -> Option<&PrincipalRecord> {
        self.principals.get(id)
    }

    /// Adds the rows of another batch.
    pub fn extend(&mut self, more: Self) {
        self.tokens.extend(more.tokens);
        self.revoked.extend(more.revoked);
        self.shares.extend(more.shares);
        self.principals.extend(more.principals);
    }

    /// Takes the users and service accounts out of it.
    #[must_use]
    pub fn take_principals(&mut self) -> HashMap<Principal, PrincipalRecord> {
        std::mem::take(&mut self.principals)
    }

    /// Whether this JWT itself was revoked.
    #[must_use]
    pub fn is_revoked(&self, jti: &JwtId) -> bool {
        self.revoked.contains(jti)
    }
}

impl Store {
    /// Reads up to 100 rows in one round trip; the same key may be asked for twice.
    ///
    /// # Errors
    /// An outage also when the table answers only in part, twice: a row not read is never taken
    /// for one that does not exist.
    pub async fn rows(&self, rows: &[RowKey]) -> Result<Rows, StoreError> {
        #[derive(Deserialize)]
        struct RevokedJwt {
            jti: JwtId,
        }
        let keys: Vec<Key> = rows.iter().map(RowKey::key).collect();
        let mut found = Rows::default();
        for row in self.batch_of("read rows", &keys, &ATTRIBUTES).await? {
            let pk = key_text(&row, "pk");
            if pk.starts_with(keys::TOKENS) {
                let record: TokenRecord = row::read(row)?;
                found.tokens.insert(record.id, record);
            } else if pk.starts_with(keys::PRINCIPALS) {
                let record: PrincipalRecord = row::read(row)?;
                found.principals.insert(record.id, record);
            } else if pk.starts_with(keys::SHARES) {
                let record: ShareRecord = row::read(row)?;
                found.shares.insert(record.id, record);
            } else {
                found.revoked.insert(row::read::<RevokedJwt>(row)?.jti);
            }
        }
        Ok(found)
    }
}

impl RowKey {
    fn key(&self) -> Key {
        match self {
            Self::Token(id) => keys::token(id),
            Self::RevokedJwt { tenant, jti } => keys::revoked_jwt(tenant, jti),
            Self::Share(id) => keys::share(id),
            Self::Principal { tenant, principal } => keys::principal(tenant, principal),
        }
    }
}
