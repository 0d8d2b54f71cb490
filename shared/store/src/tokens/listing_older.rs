//! Listing older tokens: those that versions before this one made have no entries in the lists that
//! people look at. `functions/maintain` writes them, once: account by account, environment by
//! environment, and token by token, each step safe to repeat.
//!
//! An environment is marked when all of its tokens are listed. Those that this version makes are marked
//! from the start, since each mint lists what it makes.

use super::entry::TokenEntry;
use super::listing::{Listed, list_keys};
use crate::table::{
    Expression, Key, Outcome, Projected, Reference, Slice, Store, StoreError, Transaction, keys,
    row, text,
};
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_core::{AccountId, EnvironmentName, Tenant, UnixMillis, UnixSeconds};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// Accounts, or tokens, that are read at once.
const PAGE: u32 = 100;

/// Tokens in a transaction, which takes 99 writes: four entries and a check for each.
const AT_ONCE: usize = 19;

/// How far the tokens of versions before are listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OlderTokens {
    /// When this version first looked.
    pub begun_at: UnixMillis,
    /// All accounts up to this one are done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<AccountId>,
    /// All accounts are done.
    #[serde(default)]
    pub done: bool,
}

#[derive(Debug, Deserialize)]
struct Environment {
    account: AccountId,
    name: EnvironmentName,
    #[serde(default)]
    tokens_listed: bool,
    #[serde(default)]
    listed_after: Option<String>,
}

/// The entry of a token in its environment, as it is read to list the token.
#[derive(Clone, Debug, Deserialize)]
struct Older {
    #[serde(flatten)]
    token: TokenEntry,
    #[serde(default)]
    revoked_at: Option<UnixMillis>,
    #[serde(default)]
    ttl: Option<UnixSeconds>,
}

impl Projected for Older {
    const ATTRIBUTES: &'static [&'static str] =
        &["id", "kind", "principal", "created_at", "revoked_at", "ttl"];
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Progress,
    Environment,
    Token,
    Listed,
}

impl OlderTokens {
    /// There are none: the deployment begins with this version.
    pub(super) fn none(now: UnixMillis) -> Self {
        Self {
            begun_at: now,
            after: None,
            done: true,
        }
    }

    /// Writes it down. Has no condition: what is done twice does no harm.
    pub(super) fn note<P>(
        &self,
        transaction: Transaction<P>,
        part: P,
    ) -> Result<Transaction<P>, StoreError> {
        let row = row::write(&keys::older_tokens(), self, None)?;
        Ok(transaction.put(part, row, Expression::none()))
    }
}

impl Store {
    /// How far the tokens of versions before are listed; it begins `now` where it has not begun.
    ///
    /// # Errors
    /// When the table does not answer, or the row is unreadable.
    pub async fn older_tokens(&self, now: UnixMillis) -> Result<OlderTokens, StoreError> {
        let found = self.find("read the listing", &keys::older_tokens()).await?;
        if let Some(found) = found {
            return Ok(found);
        }
        let begun = OlderTokens {
            begun_at: now,
            after: None,
            done: false,
        };
        self.note_older_tokens(&begun).await.map(|()| begun)
    }

    /// Writes down how far they are listed.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn note_older_tokens(&self, older: &OlderTokens) -> Result<(), StoreError> {
        let note = older.note(Transaction::new("note the listing"), Part::Progress)?;
        let (Outcome::Written | Outcome::Lost(_)) = self.transact(&note).await?;
        Ok(())
    }

    /// Some accounts whose tokens are to be listed, after this one, and whether there may be more.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn accounts_after(
        &self,
        after: Option<AccountId>,
    ) -> Result<(Vec<AccountId>, bool), StoreError> {
        let slice = Slice::of(PAGE, after.map(|account| keys::account_entry(&account)));
        let (rows, more) = self
            .query("list accounts", keys::ACCOUNTS, "", slice)
            .await?;
        let accounts = rows.into_iter().map(row::read::<Reference<AccountId>>);
        let accounts: Result<Vec<AccountId>, _> = accounts.map(|it| it.map(|row| row.id)).collect();
        Ok((accounts?, more.is_some()))
    }

    /// Lists the tokens of an account's environments that are not marked yet, until `deadline`, a page
    /// at least. Answers whether all are listed.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable; what was done stays done.
    pub async fn list_tokens_of(
        &self,
        account: &AccountId,
        deadline: Instant,
    ) -> Result<bool, StoreError> {
        let pk = keys::account(account).pk;
        let environments = self.query_all("list environments", &pk, keys::ENVIRONMENTS);
        let environments: Vec<Environment> = environments.await?;
        for environment in environments.into_iter().filter(|it| !it.tokens_listed) {
            let tenant = Tenant {
                account: environment.account,
                environment: environment.name,
            };
            if !self
                .list_tokens_in(&tenant, environment.listed_after, deadline)
                .await?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn list_tokens_in(
        &self,
        tenant: &Tenant,
        after: Option<String>,
        deadline: Instant,
    ) -> Result<bool, StoreError> {
        let pk = keys::token_entries_partition(tenant);
        let mut after = after.map(|sk| Key::new(&*pk, sk));
        loop {
            let slice = Slice::of(PAGE, after);
            let (rows, next) = self.query("walk tokens", &pk, keys::TOKENS, slice).await?;
            let tokens: Result<Vec<Older>, _> = rows.into_iter().map(row::read).collect();
            for some in tokens?.chunks(AT_ONCE) {
                self.list_some(tenant, some.to_vec()).await?;
            }
            let progress = match &next {
                Some(next) => {
                    Expression::new("SET #listed_after = :after").with(":after", text(&next.sk))
                }
                None => Expression::new("SET #tokens_listed = :true REMOVE #listed_after")
                    .with(":true", AttributeValue::Bool(true)),
            };
            let progress = Transaction::new("note the listing").update(
                Part::Environment,
                keys::environment(tenant),
                progress,
                Expression::new("attribute_exists(#pk)"),
            );
            let (Outcome::Written | Outcome::Lost(_)) = self.transact(&progress).await?;
            if next.is_none() {
                return Ok(true);
            }
            if Instant::now() >= deadline {
                return Ok(false);
            }
            after = next;
        }
    }

    /// Lists some tokens, as they are.
    async fn list_some(&self, tenant: &Tenant, mut tokens: Vec<Older>) -> Result<(), StoreError> {
        while !tokens.is_empty() {
            let mut transaction = Transaction::new("list older tokens");
            for older in &tokens {
                transaction = older.list(transaction, tenant)?;
            }
            match self.transact(&transaction).await? {
                Outcome::Written => return Ok(()),
                // One of them was revoked or deleted since it was read.
                Outcome::Lost(_) => {
                    let ids = tokens.iter().map(|older| older.token.id);
                    let keys: Vec<Key> = ids.map(|id| keys::token_entry(tenant, &id)).collect();
                    tokens = self.read("read tokens again", &keys).await?;
                }
            }
        }
        Ok(())
    }
}

impl Older {
    /// Its entries go when its other rows do, so they are written only as it was read: revoking sets
    /// when that is.
    fn list(
        &self,
        transaction: Transaction<Part>,
        tenant: &Tenant,
    ) -> Result<Transaction<Part>, StoreError> {
        let unchanged = Expression::new(match self.revoked_at {
            Some(_) => "attribute_exists(#pk)",
            None => "attribute_exists(#pk) AND attribute_not_exists(#revoked_at)",
        });
        let entry = keys::token_entry(tenant, &self.token.id);
        let mut transaction = transaction.check(Part::Token, entry, unchanged);
        for key in list_keys(tenant, &self.token) {
            let row = row::write(&key, &Listed::from(&self.token), self.ttl)?;
            transaction = transaction.put(Part::Listed, row, Expression::none());
        }
        Ok(transaction)
    }
}
