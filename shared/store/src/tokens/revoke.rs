//! Revoke: one transaction ends a token and, since its children look at it, all of them.

use super::entry::TokenEntry;
use super::listing::list_keys;
use super::slot::Held;
use crate::activity::Audit;
use crate::table::{
    Expression, KEPT_SECONDS, Outcome, Store, StoreError, Transaction, keys, number, row,
};
use hallpass_core::{JwtId, Principal, Tenant, TokenId, TokenRecord, UnixMillis, UnixSeconds};
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
    Index,
    Listed,
    PrincipalEntry,
    Made,
    Slot,
    Jwt,
    Audit,
}

/// A token to end, and where its rows lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) token: &'a TokenEntry,
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
        let transaction =
            Transaction::new("revoke a token").log(Part::Audit, audit, &record.tenant())?;
        let ending = Ending {
            tenant: &record.tenant(),
            token: &TokenEntry::from(record),
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
        let mut beside = vec![Part::Index, Part::Listed];
        if !matches!(ending.token.principal, Principal::Account(_)) {
            beside.push(Part::PrincipalEntry);
        }
        if ending.token.maker().is_some() {
            beside.push(Part::Made);
        }
        if ending.token.slot.is_some() {
            beside.push(Part::Slot);
        }
        loop {
            let transaction = beside
                .iter()
                .fold(ending.of_record(transaction.clone()), |it, part| {
                    ending.beside(it, *part)
                });
            match self.transact(&transaction).await? {
                Outcome::Written => return Ok(Revoked::Now),
                // It had expired: the table deleted an entry, or another token holds its slot; or it
                // is from before tokens, or made tokens, were listed. They stay as they are.
                Outcome::Lost(lost)
                    if !lost.contains(&Part::Token)
                        && beside.iter().any(|part| lost.contains(part)) =>
                {
                    beside.retain(|part| !lost.contains(part));
                }
                Outcome::Lost(_) => return Ok(Revoked::Already),
            }
        }
    }

    /// Revokes one JWT until `until`, its expiry and the leeway. Idempotent.
    ///
    /// # Errors
    /// When the table does not answer; it may be revoked nevertheless.
    pub async fn revoke_jwt(
        &self,
        tenant: &Tenant,
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
        let key = keys::revoked_jwt(tenant, &jti);
        let transaction = Transaction::new("revoke a JWT")
            .create(Part::Jwt, row::write(&key, &row, Some(until))?)
            .log(Part::Audit, audit, tenant)?;
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
        let tenant = &record.tenant();
        let transaction = cutting(token, before.min(now)).log(Part::Audit, audit, tenant)?;
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

impl Ending<'_> {
    /// Marks the record.
    fn of_record(&self, transaction: Transaction<Part>) -> Transaction<Part> {
        transaction.update(
            Part::Token,
            keys::token(&self.token.id),
            self.mark(),
            Expression::new("attribute_exists(#pk) AND attribute_not_exists(#revoked_at)"),
        )
    }

    /// Adds one of the rows beside the record. Ending the token does not depend on them.
    fn beside(&self, transaction: Transaction<Part>, part: Part) -> Transaction<Part> {
        let tenant = self.tenant;
        let TokenEntry { id, principal, .. } = self.token;
        let entry = match part {
            Part::Index => keys::token_entry(tenant, id),
            Part::PrincipalEntry => keys::principal_token_entry(tenant, principal, id),
            Part::Made => match self.token.maker() {
                Some(maker) => keys::made(&maker, id),
                None => return transaction,
            },
            Part::Listed => return self.mark_listed(transaction),
            Part::Slot => return self.free_slot(transaction),
            Part::Token | Part::Jwt | Part::Audit => return transaction,
        };
        let exists = Expression::new("attribute_exists(#pk)");
        transaction.update(part, entry, self.mark(), exists)
    }

    /// Lists show it until its other rows go.
    fn mark_listed(&self, transaction: Transaction<Part>) -> Transaction<Part> {
        let entries = list_keys(self.tenant, self.token).into_iter();
        entries.fold(transaction, |transaction, entry| {
            let exists = Expression::new("attribute_exists(#pk)");
            transaction.update(Part::Listed, entry, self.mark(), exists)
        })
    }

    /// A never-expiring token's rows go, too, once the longest of its children is past.
    fn mark(&self) -> Expression {
        Expression::new("SET #revoked_at = :now, #ttl = :ttl")
            .with(":now", number(self.at.0))
            .with(":ttl", number(self.at.seconds().plus(KEPT_SECONDS).0))
    }

    fn free_slot(&self, transaction: Transaction<Part>) -> Transaction<Part> {
        match self.token.slot {
            Some(slot) => transaction.free_slot(
                Part::Slot,
                &Held {
                    tenant: self.tenant,
                    kind: &self.token.kind,
                    slot,
                    token: &self.token.id,
                },
            ),
            None => transaction,
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
