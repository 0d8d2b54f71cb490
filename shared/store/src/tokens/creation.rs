//! Creating a token: all its rows, in the transaction of whoever makes it.

use super::entry::{ListedToken, MadeToken, TokenEntry};
use super::listing::{Listed, list_keys};
use crate::table::{KEPT_SECONDS, StoreError, Transaction, keys, row, versioned};
use hallpass_core::{Principal, TokenId, TokenRecord};

impl<P: Copy> Transaction<P> {
    /// Writes all rows of a new token.
    pub(crate) fn create_token(
        self,
        record_part: P,
        index_part: P,
        record: &TokenRecord,
    ) -> Result<Self, StoreError> {
        let ttl = record
            .expires_at
            .map(|expires_at| expires_at.plus(KEPT_SECONDS));
        let tenant = &record.tenant();
        let index = keys::token_entry(tenant, &record.id);
        let entry = ListedToken::from(record);
        let mut made = self;
        let listed = TokenEntry::from(record);
        for key in list_keys(tenant, &listed) {
            made = made.create(index_part, row::write(&key, &Listed::from(&listed), ttl)?);
        }
        let made = match &record.principal {
            Principal::Account(_) => made,
            principal @ (Principal::User(_) | Principal::ServiceAccount(_)) => {
                let principal_key = keys::principal_token_entry(tenant, principal, &record.id);
                made.create(index_part, row::write(&principal_key, &listed, ttl)?)
            }
        };
        Ok(made
            .create(
                record_part,
                versioned(
                    row::write(&keys::token(&record.id), record, ttl)?,
                    record.schema_version(),
                ),
            )
            .create(index_part, row::write(&index, &entry, ttl)?))
    }

    /// Lists a new token among those that `maker` made.
    pub(crate) fn list_made(
        self,
        part: P,
        maker: &TokenId,
        record: &TokenRecord,
    ) -> Result<Self, StoreError> {
        let ttl = record
            .expires_at
            .map(|expires_at| expires_at.plus(KEPT_SECONDS));
        let made = MadeToken {
            account: record.account,
            environment: record.environment.clone(),
            token: TokenEntry::from(record),
        };
        let row = row::write(&keys::made(maker, &record.id), &made, ttl)?;
        Ok(self.create(part, row))
    }
}
