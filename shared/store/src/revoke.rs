//! Revoke: one transaction ends a token and, since its children look at it, all of them.

use crate::Store;
use crate::audit::Audit;
use crate::error::StoreError;
use crate::expression::Expression;
use crate::index::KEPT;
use crate::item::{self, number};
use crate::keys;
use crate::slot::Held;
use crate::transaction::{Outcome, Transaction};
use hallpass_core::{
    AccountId, EnvironmentName, JwtId, TokenId, TokenRecord, UnixMillis, UnixSeconds,
};
use serde::Serialize;

/// What revoking did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// It is revoked from now on.
    Now,
    /// It was already; nothing is changed.
    Already,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Token,
    Slot,
    Jwt,
    Audit,
}

/// A token to end: where its rows lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending<'a> {
    pub(crate) token: &'a TokenId,
    pub(crate) held: Option<Held<'a>>,
    pub(crate) at: UnixMillis,
}

impl Store {
    /// Revokes a token and frees its slot.
    ///
    /// # Errors
    /// When the table does not answer; it may be revoked nevertheless.
    pub async fn revoke_token(
        &self,
        record: &TokenRecord,
        audit: &Audit,
        now: UnixMillis,
    ) -> Result<Revoked, StoreError> {
        let transaction = Transaction::new("revoke a token").log(
            Part::Audit,
            audit,
            &record.account,
            &record.environment,
        )?;
        let held = record.slot.map(|slot| Held {
            account: &record.account,
            environment: &record.environment,
            kind: &record.kind,
            slot,
            token: &record.id,
        });
        let ending = Ending {
            token: &record.id,
            held,
            at: now,
        };
        self.end_token(transaction, ending).await
    }

    /// Ends a token without an audit row of its own.
    pub(crate) async fn end_one_of_many(&self, ending: Ending<'_>) -> Result<Revoked, StoreError> {
        let transaction = Transaction::new("revoke tokens");
        self.end_token(transaction, ending).await
    }

    async fn end_token(
        &self,
        transaction: Transaction<Part>,
        ending: Ending<'_>,
    ) -> Result<Revoked, StoreError> {
        let transaction = transaction.update(
            Part::Token,
            keys::token(ending.token),
            // A never-expiring token's row goes, too, once the longest of its children is past.
            Expression::new("SET #revoked_at = :now, #ttl = :ttl")
                .with(":now", number(ending.at.0))
                .with(":ttl", number(ending.at.seconds().plus(KEPT).0)),
            Expression::new("attribute_exists(#pk) AND attribute_not_exists(#revoked_at)"),
        );
        if let Some(held) = ending.held {
            let freeing = transaction.clone().free_slot(Part::Slot, &held);
            match self.transact(&freeing).await? {
                Outcome::Written => return Ok(Revoked::Now),
                Outcome::Lost(parts) if parts.contains(&Part::Token) => {
                    return Ok(Revoked::Already);
                }
                // The token had expired and another holds its slot: that stays.
                Outcome::Lost(_) => {}
            }
        }
        Ok(match self.transact(&transaction).await? {
            Outcome::Written => Revoked::Now,
            Outcome::Lost(_) => Revoked::Already,
        })
    }

    /// Revokes one JWT until `until`, its expiry and the leeway. Twice is as once.
    ///
    /// # Errors
    /// When the table does not answer; it may be revoked nevertheless.
    pub async fn revoke_jwt(
        &self,
        account: AccountId,
        environment: &EnvironmentName,
        jti: JwtId,
        until: UnixSeconds,
        audit: &Audit,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        #[derive(Serialize)]
        struct Row {
            jti: JwtId,
            revoked_at: UnixMillis,
        }
        let row = Row {
            jti,
            revoked_at: now,
        };
        let key = keys::revoked_jwt(&account, environment, &jti);
        let transaction = Transaction::new("revoke a JWT")
            .create(Part::Jwt, item::write(&key, &row, Some(until))?)
            .log(Part::Audit, audit, &account, environment)?;
        match self.transact(&transaction).await? {
            Outcome::Written | Outcome::Lost(_) => Ok(()),
        }
    }

    /// Ends what was derived from a token up to `before`; a moment still to come counts as now.
    /// An earlier cut-off than the one there changes nothing.
    ///
    /// # Errors
    /// When the table does not answer; it may be cut off nevertheless.
    pub async fn cut_off(
        &self,
        token: &TokenId,
        before: UnixMillis,
        audit: &Audit,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        // Read for what never changes of it: whose log the audit row belongs to.
        let Some(record) = self.token(token).await? else {
            return Ok(());
        };
        let (account, environment) = (&record.account, &record.environment);
        let transaction =
            cutting(token, before.min(now)).log(Part::Audit, audit, account, environment)?;
        match self.transact(&transaction).await? {
            Outcome::Written | Outcome::Lost(_) => Ok(()),
        }
    }

    /// Cuts off one of many, without an audit row of its own.
    pub(crate) async fn cut_off_one_of_many(
        &self,
        token: &TokenId,
        before: UnixMillis,
    ) -> Result<(), StoreError> {
        match self.transact(&cutting(token, before)).await? {
            Outcome::Written | Outcome::Lost(_) => Ok(()),
        }
    }
}

fn cutting(token: &TokenId, before: UnixMillis) -> Transaction<Part> {
    Transaction::new("cut off a token").update(
        Part::Token,
        keys::token(token),
        Expression::new("SET #cut_off = :before").with(":before", number(before.0)),
        Expression::new(
            "attribute_exists(#pk) AND (attribute_not_exists(#cut_off) OR #cut_off < :before)",
        ),
    )
}
