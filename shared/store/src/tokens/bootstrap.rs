//! Bootstrap: the operator account, made once, and its management token, which can be replaced.

use super::entry::TokenEntry;
use super::listing::list_keys;
use super::listing_older::OlderTokens;
use crate::activity::Audit;
use crate::directory::AccountRow;
use crate::table::{
    Expression, KEPT_SECONDS, Key, Outcome, Reference, Store, StoreError, Transaction, keys,
    number, row, text,
};
use hallpass_core::{AccountId, NewToken, Tenant, UnixMillis};
use thiserror::Error;

/// Why there is no new operator account.
#[derive(Debug, Error)]
pub enum BootstrapError {
    /// There is one.
    #[error("the operator account is {0}")]
    Exists(AccountId),
    /// Another account has its name.
    #[error("another account has this name")]
    NameTaken,
    /// The table itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why the operator's management token was not replaced.
#[derive(Debug, Error)]
pub enum RecoverError {
    /// Somebody else replaced it since it was read.
    #[error("the management token was replaced meanwhile")]
    Changed,
    /// The table itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Operator,
    Account,
    Token,
    OldToken,
    Listing,
    Audit,
}

impl Store {
    /// Makes the operator account, whose `root_token` is the token that is made with it.
    ///
    /// # Errors
    /// Says why nothing was made.
    pub async fn bootstrap(
        &self,
        account: &AccountRow,
        token: &NewToken,
        audit: &Audit,
    ) -> Result<(), BootstrapError> {
        let token = token.record();
        let reference = Reference { id: account.id };
        let operator = row::write(&keys::operator(), &reference, None)?;
        let transaction = Transaction::new("bootstrap")
            .create(Part::Operator, operator)
            .create_account(Part::Account, account)?
            .create_token(Part::Token, Part::Token, token)?
            .log(Part::Audit, audit, &token.tenant())?;
        let none_older = OlderTokens::none(account.created_at);
        let transaction = none_older.note(transaction, Part::Listing)?;
        match self.transact(&transaction).await? {
            Outcome::Written => Ok(()),
            Outcome::Lost(_) => Err(match self.operator_id().await? {
                Some(id) => BootstrapError::Exists(id),
                None => BootstrapError::NameTaken,
            }),
        }
    }

    /// Reads the operator account; `None` before bootstrap.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn operator(&self) -> Result<Option<AccountRow>, StoreError> {
        match self.operator_id().await? {
            Some(id) => self.account(&id).await,
            None => Ok(None),
        }
    }

    async fn operator_id(&self) -> Result<Option<AccountId>, StoreError> {
        let row: Option<Reference<AccountId>> =
            self.find("read the operator", &keys::operator()).await?;
        Ok(row.map(|row| row.id))
    }

    /// Replaces the management token of the operator account, as it was read, and revokes the old
    /// one.
    ///
    /// # Errors
    /// Says why nothing was changed.
    pub async fn recover(
        &self,
        operator: &AccountRow,
        token: &NewToken,
        audit: &Audit,
        now: UnixMillis,
    ) -> Result<(), RecoverError> {
        let token = token.record();
        let unchanged = match &operator.root_token {
            Some(old) => Expression::new("attribute_exists(#pk) AND #root_token = :old")
                .with(":old", text(&old.to_string())),
            None => Expression::new("attribute_exists(#pk) AND attribute_not_exists(#root_token)"),
        };
        let switch = Transaction::new("recover")
            .create_token(Part::Token, Part::Token, token)?
            .update(
                Part::Account,
                keys::account(&operator.id),
                Expression::new("SET #root_token = :new").with(":new", text(&token.id.to_string())),
                unchanged,
            )
            .log(Part::Audit, audit, &token.tenant())?;
        if let Some(old) = &operator.root_token {
            let tenant = Tenant::first_of(operator.id);
            let record = end_old(switch.clone(), keys::token(old), now);
            let entry = end_old(record.clone(), keys::token_entry(&tenant, old), now);
            let listed = self.token(old).await?.map(|old| {
                let entries = list_keys(&tenant, &TokenEntry::from(&old)).into_iter();
                entries.fold(entry.clone(), |all, row| end_old(all, row, now))
            });
            // It may not be listed, being from before tokens were; or it has expired, and the table
            // has deleted some of its rows.
            for transaction in listed.into_iter().chain([entry, record]) {
                match self.transact(&transaction).await? {
                    Outcome::Written => return Ok(()),
                    Outcome::Lost(parts) if parts.iter().all(|it| *it == Part::OldToken) => {}
                    Outcome::Lost(_) => return Err(RecoverError::Changed),
                }
            }
        }
        match self.transact(&switch).await? {
            Outcome::Written => Ok(()),
            Outcome::Lost(_) => Err(RecoverError::Changed),
        }
    }
}

/// Ends the old token, as one of its rows has it. It may be revoked already, and stays so from then
/// on.
fn end_old(transaction: Transaction<Part>, row: Key, now: UnixMillis) -> Transaction<Part> {
    let ending = Expression::new(
        "SET #revoked_at = if_not_exists(#revoked_at, :now), #ttl = if_not_exists(#ttl, :ttl)",
    )
    .with(":now", number(now.0))
    .with(":ttl", number(now.seconds().plus(KEPT_SECONDS).0));
    let exists = Expression::new("attribute_exists(#pk)");
    transaction.update(Part::OldToken, row, ending, exists)
}
