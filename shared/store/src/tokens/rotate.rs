//! Rotate: a token gets another secret; the old one may live on for a while.

use crate::activity::Audit;
use crate::idempotency::{Idempotency, Prior};
use crate::table::{Expression, Outcome, Store, StoreError, Transaction, keys, row, text};
use hallpass_core::{PreviousSecret, PublicText, SecretHash, TokenId, TokenRecord, UnixMillis};
use thiserror::Error;

const OPERATION: &str = "rotate";

/// What a token's secrets become.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// The hash of the new secret.
    pub secret_hash: SecretHash,
    /// The new text, where the kind is public.
    pub public_text: Option<PublicText>,
    /// The secrets that live on.
    pub previous: Vec<PreviousSecret>,
}

/// Why the secret was not changed.
#[derive(Debug, Error)]
pub enum RotateError {
    /// The token was rotated, changed, revoked or deleted since it was read.
    #[error("the token was rotated, changed or revoked meanwhile")]
    Changed,
    /// It was rotated by an earlier call.
    #[error("an earlier call rotated {0}")]
    AlreadyRotated(TokenId),
    /// An earlier call used the same key with another body.
    #[error("the idempotency key was used with another body")]
    KeyReused,
    /// The table itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Token,
    Idempotency,
    Audit,
}

impl Store {
    /// Gives the token, as it was read, another secret; answers its record as it is now.
    ///
    /// # Errors
    /// Says why nothing was changed. After an outage it may have been changed nevertheless.
    pub async fn rotate(
        &self,
        record: &TokenRecord,
        rotation: &Rotation,
        idempotency: Option<&Idempotency>,
        audit: &Audit,
        now: UnixMillis,
    ) -> Result<TokenRecord, RotateError> {
        let key = keys::token(&record.id);
        let change = match &rotation.public_text {
            Some(public_text) => Expression::new(
                "SET #secret_hash = :new, #previous = :previous, #public_text = :public_text",
            )
            .with(":public_text", text(public_text.as_str())),
            None => Expression::new("SET #secret_hash = :new, #previous = :previous"),
        }
        .with(":new", text(&rotation.secret_hash.to_text()))
        .with(":previous", row::value(&key, &rotation.previous)?);
        // The caller's bounds were held against the origins and addresses as they were read.
        let unchanged = Expression::new(
            "attribute_exists(#pk) AND #secret_hash = :old AND attribute_not_exists(#revoked_at) \
             AND #origins = :origins AND #ips = :ips",
        )
        .with(":old", text(&record.secret_hash.to_text()))
        .with(":origins", row::value(&key, &record.origins)?)
        .with(":ips", row::value(&key, &record.ips)?);
        let mut transaction = Transaction::new(OPERATION)
            .update(Part::Token, key, change, unchanged)
            .log(Part::Audit, audit, &record.tenant())?;
        if let Some(idempotency) = idempotency {
            let made = record.id.to_string();
            transaction = idempotency.remember(transaction, Part::Idempotency, made, now)?;
        }
        match self.transact(&transaction).await? {
            Outcome::Written => Ok(rotation.applied_to(record)),
            Outcome::Lost(_) => Err(self.why_not_rotated(idempotency, record.id, now).await?),
        }
    }

    async fn why_not_rotated(
        &self,
        idempotency: Option<&Idempotency>,
        token: TokenId,
        now: UnixMillis,
    ) -> Result<RotateError, StoreError> {
        Ok(match idempotency {
            Some(idempotency) => match self.check_not_rotated(idempotency, token, now).await {
                Ok(()) => RotateError::Changed,
                Err(RotateError::Store(error)) => return Err(error),
                Err(refused) => refused,
            },
            None => RotateError::Changed,
        })
    }

    /// Says whether an earlier call under the same key rotated the token.
    ///
    /// # Errors
    /// That it did, or that the table does not answer.
    pub async fn check_not_rotated(
        &self,
        idempotency: &Idempotency,
        token: TokenId,
        now: UnixMillis,
    ) -> Result<(), RotateError> {
        match self.prior(idempotency, now).await? {
            Some(Prior::Same(_)) => Err(RotateError::AlreadyRotated(token)),
            Some(Prior::Other) => Err(RotateError::KeyReused),
            None => Ok(()),
        }
    }
}

impl Rotation {
    fn applied_to(&self, record: &TokenRecord) -> TokenRecord {
        TokenRecord {
            secret_hash: self.secret_hash,
            previous: self.previous.clone(),
            public_text: self.public_text.clone().or(record.public_text.clone()),
            ..record.clone()
        }
    }
}
