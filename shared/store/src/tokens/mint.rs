//! Mint: one transaction that makes a token, its slot and its traces, or nothing.

use crate::activity::Audit;
use crate::idempotency::{Idempotency, Prior};
use crate::table::{Expression, Outcome, Store, StoreError, Transaction, draw, keys, number};
use hallpass_core::{NewToken, Principal, Random, TokenId, TokenRecord, UnixMillis};
use thiserror::Error;

const OPERATION: &str = "mint";

/// A token to be made.
#[derive(Clone, Copy, Debug)]
pub struct Mint<'a> {
    /// What was issued; the slot of a limited kind is chosen here.
    pub token: &'a NewToken,
    /// The caller's key, to make it only once.
    pub idempotency: Option<&'a Idempotency>,
    /// Who makes it.
    pub audit: &'a Audit,
}

/// Why no token was made.
#[derive(Debug, Error)]
pub enum MintError {
    /// All slots of its kind are taken.
    #[error("the environment holds all {limit} tokens of this kind that it may")]
    LimitReached {
        /// How many there may be.
        limit: u8,
    },
    /// It was made by an earlier call.
    #[error("an earlier call made {0}")]
    AlreadyMinted(TokenId),
    /// An earlier call used the same key with another body.
    #[error("the idempotency key was used with another body")]
    KeyReused,
    /// There is no such account or environment.
    #[error("there is no such account or environment")]
    NoEnvironment,
    /// The account or environment is closed.
    #[error("the account or environment is closed")]
    Closed,
    /// There is no such principal, or it is closed.
    #[error("there is no such principal in the environment")]
    NoPrincipal,
    /// The table itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The mint lies at or before a moment before which everything is being ended: with a later clock
/// it will work.
#[derive(Debug, Error)]
#[error("tokens of this moment are being revoked")]
struct CutOff;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Record,
    Index,
    Account,
    Environment,
    Principal,
    Made,
    Slot,
    Idempotency,
    Audit,
}

impl Store {
    /// Makes a token and answers its record as it was written.
    ///
    /// # Errors
    /// Says why nothing was made. After an outage it may have been made nevertheless; the same
    /// idempotency key tells.
    pub async fn mint(
        &self,
        mint: Mint<'_>,
        now: UnixMillis,
        random: &dyn Random,
    ) -> Result<TokenRecord, MintError> {
        let mut record = mint.token.record().clone();
        self.may_write(record.schema_version())?;
        if matches!(record.principal, Principal::Account(id) if id != record.account) {
            return Err(MintError::NoPrincipal);
        }
        let mut backoff = self.backoff(OPERATION, draw(OPERATION, random)?);
        loop {
            if let Some(limit) = mint.token.limit() {
                record.slot = self.choose_slot(&record, limit, now, random).await?;
                if record.slot.is_none() {
                    // A repeated mint of the last one is no new one.
                    self.refuse_repetition(&mint, now).await?;
                    return Err(MintError::LimitReached { limit });
                }
            } else {
                record.slot = None;
            }
            match self.attempt(&mint.transaction(&record, now)?).await? {
                Some(Outcome::Written) => return Ok(record),
                Some(Outcome::Lost(parts)) => self.explain(&mint, &parts, now).await?,
                None => {}
            }
            backoff.pause().await?;
        }
    }

    /// The error that the lost conditions mean; none where another try may work.
    async fn explain(
        &self,
        mint: &Mint<'_>,
        lost: &[Part],
        now: UnixMillis,
    ) -> Result<(), MintError> {
        let lost = |part| lost.contains(&part);
        if lost(Part::Idempotency) {
            self.refuse_repetition(mint, now).await?;
        }
        if lost(Part::Record) {
            return Err(MintError::AlreadyMinted(mint.token.record().id));
        }
        if lost(Part::Account) || lost(Part::Environment) {
            return Err(self.why_no_mint(mint.token.record()).await?);
        }
        if lost(Part::Principal) {
            return Err(self.why_no_principal(mint.token.record()).await?);
        }
        Ok(())
    }

    async fn refuse_repetition(&self, mint: &Mint<'_>, now: UnixMillis) -> Result<(), MintError> {
        match mint.idempotency {
            Some(idempotency) => self.check_not_minted(idempotency, now).await,
            None => Ok(()),
        }
    }

    /// Says what an earlier call under the same key made, if there was one.
    ///
    /// # Errors
    /// That it did, or that the table does not answer.
    pub async fn check_not_minted(
        &self,
        idempotency: &Idempotency,
        now: UnixMillis,
    ) -> Result<(), MintError> {
        match self.prior(idempotency, now).await? {
            Some(Prior::Same(made)) => Err(MintError::AlreadyMinted(idempotency.made(&made)?)),
            Some(Prior::Other) => Err(MintError::KeyReused),
            None => Ok(()),
        }
    }

    async fn why_no_mint(&self, record: &TokenRecord) -> Result<MintError, StoreError> {
        let account = self.account(&record.account).await?;
        let environment = self.environment(&record.tenant()).await?;
        let (Some(account), Some(environment)) = (account, environment) else {
            return Ok(MintError::NoEnvironment);
        };
        if account.closed_at.or(environment.closed_at).is_some() {
            return Ok(MintError::Closed);
        }
        Err(StoreError::outage(OPERATION)(Box::new(CutOff)))
    }

    async fn why_no_principal(&self, record: &TokenRecord) -> Result<MintError, StoreError> {
        let principal = self.principal(&record.tenant(), &record.principal).await?;
        if principal.is_none_or(|principal| principal.closed_at.is_some()) {
            return Ok(MintError::NoPrincipal);
        }
        Err(StoreError::outage(OPERATION)(Box::new(CutOff)))
    }
}

impl Mint<'_> {
    fn transaction(
        &self,
        record: &TokenRecord,
        now: UnixMillis,
    ) -> Result<Transaction<Part>, StoreError> {
        let tenant = &record.tenant();
        let open = Expression::new(
            "attribute_exists(#pk) AND attribute_not_exists(#closed_at) \
             AND (attribute_not_exists(#sweep_before) OR #sweep_before < :created_at)",
        )
        .with(":created_at", number(record.created_at.0));
        let mut transaction = Transaction::new(OPERATION)
            .create_token(Part::Record, Part::Index, record)?
            .check(Part::Account, keys::account(&record.account), open.clone())
            .check(Part::Environment, keys::environment(tenant), open.clone())
            .log(Part::Audit, self.audit, tenant)?;
        if !matches!(record.principal, Principal::Account(_)) {
            let key = keys::principal(tenant, &record.principal);
            transaction = transaction.check(Part::Principal, key, open);
        }
        if let Some(slot) = record.slot {
            transaction = transaction.take_slot(Part::Slot, record, slot, now)?;
        }
        if let Some(idempotency) = self.idempotency {
            let made = record.id.to_string();
            transaction = idempotency.remember(transaction, Part::Idempotency, made, now)?;
        }
        if let Some(maker) = self.audit.calling_token() {
            transaction = transaction.list_made(Part::Made, &maker, record)?;
        }
        Ok(transaction)
    }
}
