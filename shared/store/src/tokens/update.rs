//! Update: what can be changed of a token once it is made.

use crate::activity::Audit;
use crate::table::{Expression, Key, Outcome, Store, StoreError, Transaction, keys, row};
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_core::{IpRules, Metadata, OriginRules, TokenName, TokenRecord};
use thiserror::Error;

const OPERATION: &str = "update a token";

/// What can be changed of a token, all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changeable {
    /// What people call it.
    pub name: TokenName,
    /// Where a browser may use it from.
    pub origins: OriginRules,
    /// Which addresses may use it.
    pub ips: IpRules,
    /// What the platform notes about it.
    pub metadata: Metadata,
    /// Whether it is in use.
    pub enabled: bool,
}

/// Why nothing was changed.
#[derive(Debug, Error)]
pub enum UpdateError {
    /// The token was changed, revoked or deleted since it was read.
    #[error("the token was changed or revoked meanwhile")]
    Changed,
    /// The token's entry in its environment's list is gone: it is being deleted.
    #[error("the token is being deleted")]
    Gone,
    /// The table itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Token,
    Index,
    Audit,
}

impl Store {
    /// Changes the token, as it was read; answers its record as it is now.
    ///
    /// # Errors
    /// Says why nothing was changed. After an outage it may have been changed nevertheless.
    pub async fn update_token(
        &self,
        record: &TokenRecord,
        to: Changeable,
        audit: &Audit,
    ) -> Result<TokenRecord, UpdateError> {
        let tenant = &record.tenant();
        let key = keys::token(&record.id);
        let before = values(&key, &Changeable::of(record))?;
        let after = values(&key, &to)?;
        let change = || {
            let set = Expression::new(
                "SET #name = :name, #origins = :origins, #ips = :ips, #metadata = :metadata, \
                 #enabled = :enabled",
            );
            NEW.iter()
                .zip(after.clone())
                .fold(set, |set, (name, value)| set.with(name, value))
        };
        // What was allowed was allowed of the token as it was read.
        let same = Expression::new(
            "attribute_exists(#pk) AND attribute_not_exists(#revoked_at) \
             AND #name = :old_name AND #origins = :old_origins AND #ips = :old_ips \
             AND #metadata = :old_metadata AND #enabled = :old_enabled",
        );
        let same = OLD
            .iter()
            .zip(before)
            .fold(same, |same, (name, value)| same.with(name, value));
        let listed = Expression::new("attribute_exists(#pk)");
        let entry = keys::token_entry(tenant, &record.id);
        let transaction = Transaction::new(OPERATION)
            .update(Part::Token, key, change(), same)
            .update(Part::Index, entry, change(), listed)
            .log(Part::Audit, audit, tenant)?;
        match self.transact(&transaction).await? {
            Outcome::Written => Ok(to.applied_to(record)),
            // The table deletes an expired or revoked token's rows in any order.
            Outcome::Lost(lost) if !lost.contains(&Part::Token) => Err(UpdateError::Gone),
            Outcome::Lost(_) => Err(UpdateError::Changed),
        }
    }
}

const NEW: [&str; 5] = [":name", ":origins", ":ips", ":metadata", ":enabled"];
const OLD: [&str; 5] = [
    ":old_name",
    ":old_origins",
    ":old_ips",
    ":old_metadata",
    ":old_enabled",
];

/// In the order of `NEW` and `OLD`.
fn values(key: &Key, of: &Changeable) -> Result<[AttributeValue; 5], StoreError> {
    Ok([
        row::value(key, &of.name)?,
        row::value(key, &of.origins)?,
        row::value(key, &of.ips)?,
        row::value(key, &of.metadata)?,
        row::value(key, &of.enabled)?,
    ])
}

impl Changeable {
    /// As a record has it.
    #[must_use]
    pub fn of(record: &TokenRecord) -> Self {
        Self {
            name: record.name.clone(),
            origins: record.origins.clone(),
            ips: record.ips.clone(),
            metadata: record.metadata.clone(),
            enabled: record.enabled,
        }
    }

    fn applied_to(self, record: &TokenRecord) -> TokenRecord {
        TokenRecord {
            name: self.name,
            origins: self.origins,
            ips: self.ips,
            metadata: self.metadata,
            enabled: self.enabled,
            ..record.clone()
        }
    }
}
