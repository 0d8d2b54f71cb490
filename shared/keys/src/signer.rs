//! Signs through KMS with the current key.

use crate::verification::KEYS_AT_MOST_SECONDS_OLD;
use aws_sdk_kms::error::SdkError;
use aws_sdk_kms::operation::sign::SignError as KmsSignError;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hallpass_core::{Claims, TokenTooLarge, UnixMillis};
use hallpass_store::{KeyRow, KeyState, Store, StoreError};
use secrecy::SecretString;
use std::sync::Arc;
use thiserror::Error;
use tokio::sync::Mutex;

/// Why a JWT was not signed.
#[derive(Debug, Error)]
pub enum SignError {
    /// It would be too long.
    #[error(transparent)]
    TooLarge(#[from] TokenTooLarge),
    /// There is no current key.
    #[error("there is no signing key: invoke bootstrap")]
    NoKey,
    /// KMS did not sign.
    #[error("kms did not sign")]
    Kms(#[source] Box<SdkError<KmsSignError>>),
    /// KMS answered something that is no ECDSA signature.
    #[error("kms answered something that is no signature")]
    Form(#[source] p256::ecdsa::Error),
    /// The table was not to be had.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Debug)]
struct Current {
    row: Arc<KeyRow>,
    read_at: UnixMillis,
}

/// Signs claims with the deployment's current key. Cloning shares what is known of the key.
#[derive(Clone, Debug)]
pub struct Signer {
    kms: aws_sdk_kms::Client,
    store: Store,
    current: Arc<Mutex<Option<Current>>>,
}

impl Signer {
    /// Reads nothing yet.
    #[must_use]
    pub fn new(kms: aws_sdk_kms::Client, store: Store) -> Self {
        Self {
            kms,
            store,
            current: Arc::default(),
        }
    }

    /// The signed JWT. One KMS call, and one read of the key rows every 300 s.
    ///
    /// # Errors
    /// When it would be too long, or KMS or the table is not to be had.
    pub async fn sign(&self, claims: &Claims, now: UnixMillis) -> Result<SecretString, SignError> {
        let key = self.current(now).await?;
        let input = claims.signing_input(&key.kid, key.algorithm)?;
        let reply = self
            .kms
            .sign()
            .key_id(&key.kms_key_id)
            .message_type(MessageType::Raw)
            .signing_algorithm(SigningAlgorithmSpec::EcdsaSha256)
            .message(Blob::new(input.as_bytes()))
            .send()
            .await
            .map_err(|error| SignError::Kms(Box::new(error)))?;
        // KMS answers DER; a JWS carries r and s, 32 bytes each (RFC 7518 §3.4).
        let der = reply.signature.unwrap_or_else(|| Blob::new([]));
        let signature = p256::ecdsa::Signature::from_der(der.as_ref()).map_err(SignError::Form)?;
        Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes())).into())
    }

    async fn current(&self, now: UnixMillis) -> Result<Arc<KeyRow>, SignError> {
        let mut known = self.current.lock().await;
        if let Some(current) = known.as_ref() {
            let age = now.0.checked_sub(current.read_at.0);
            if age.is_some_and(|age| age < KEYS_AT_MOST_SECONDS_OLD.saturating_mul(1_000)) {
                return Ok(Arc::clone(&current.row));
            }
        }
        let rows = self.store.key_rows().await?;
        let row = rows
            .into_iter()
            .find(|row| row.state == KeyState::Current && row.retired_at.is_none());
        let row = Arc::new(row.ok_or(SignError::NoKey)?);
        *known = Some(Current {
            row: Arc::clone(&row),
            read_at: now,
        });
        Ok(row)
    }
}
