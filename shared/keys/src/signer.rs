//! Signs with the current key: through KMS, or with a private key that KMS decrypted once.

use crate::encryption_context;
use crate::private_key::{PrivateKey, PrivateKeyError};
use aws_sdk_kms::error::SdkError;
use aws_sdk_kms::operation::decrypt::DecryptError;
use aws_sdk_kms::operation::sign::SignError as KmsSignError;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hallpass_core::{Algorithm, Claims, Issuer, Moment, NewClaims, TokenTooLarge, UnixMillis};
use hallpass_store::{KeyRow, KeyState, Store, StoreError};
use secrecy::SecretString;
use std::sync::Arc;
use thiserror::Error;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

/// A signer asks at least this often which key signs. A key that was replaced stays published for
/// longer; what is signed with one that was *retired* meanwhile is refused, so this is short.
const SIGNING_KEY_AT_MOST_SECONDS_OLD: u64 = 60;

/// Why a JWT was not signed.
#[derive(Debug, Error)]
pub enum SignError {
    /// It would be too long.
    #[error(transparent)]
    TooLarge(#[from] TokenTooLarge),
    /// There is no current key.
    #[error("there is no signing key: invoke bootstrap")]
    NoKey,
    /// The current key was just made, in place of one that was retired.
    #[error("not every verifier knows the signing key yet: it signs in some seconds")]
    NotYet,
    /// KMS did not sign.
    #[error("kms did not sign")]
    Kms(#[source] Box<SdkError<KmsSignError>>),
    /// KMS answered something that is no signature.
    #[error("kms answered something that is no signature")]
    Form(#[source] p256::ecdsa::Error),
    /// KMS did not decrypt the private key.
    #[error("kms did not decrypt the private key")]
    Decrypt(#[source] Box<SdkError<DecryptError>>),
    /// The row's private key is not the row's.
    #[error("the private key is not used")]
    PrivateKey(#[from] PrivateKeyError),
    /// The private key did not sign.
    #[error("the private key does not sign")]
    Unsigned,
    /// The table is unavailable.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The current key, and in mode `wrapped` its private half.
#[derive(Clone, Debug)]
struct Current {
    row: Arc<KeyRow>,
    private: Option<Arc<PrivateKey>>,
    read_at: Moment,
}

/// Signs claims with the deployment's current key. Clones share the key in memory.
#[derive(Clone, Debug)]
pub struct Signer {
    kms: aws_sdk_kms::Client,
    store: Store,
    issuer: Issuer,
    current: Arc<Mutex<Option<Current>>>,
}

impl Signer {
    /// Reads nothing yet.
    #[must_use]
    pub fn new(kms: aws_sdk_kms::Client, store: Store, issuer: Issuer) -> Self {
        Self {
            kms,
            store,
            issuer,
            current: Arc::default(),
        }
    }

    /// The signed JWT. Mode `direct`: one KMS call. Mode `wrapped`: none, but for one at the first
    /// signature of a key. And one read of the key rows every 60 s.
    ///
    /// # Errors
    /// When it would be too long, or KMS or the table is unavailable.
    pub async fn sign(&self, claims: &NewClaims, now: Moment) -> Result<SecretString, SignError> {
        let claims = claims.claims();
        let key = self.current(now, None).await?;
        match self.sign_with(&key, claims).await {
            Err(SignError::Kms(error)) if is_of_the_key(&error) => {
                // The key may have been retired since its row was read: then another signs.
                let other = self.current(now, Some(&key.row.kid)).await?;
                if other.row.kid == key.row.kid {
                    return Err(SignError::Kms(error));
                }
                self.sign_with(&other, claims).await
            }
            signed => signed,
        }
    }

    /// Has the current key in memory, so that the first signature need not wait for it. What goes wrong
    /// shows at that signature.
    pub async fn read_key(&self, now: Moment) {
        let _at_the_first_signature = self.current(now, None).await;
    }

    async fn sign_with(&self, key: &Current, claims: &Claims) -> Result<SecretString, SignError> {
        let input = claims.signing_input(&key.row.kid, key.row.algorithm)?;
        let signature = match &key.private {
            Some(private) => {
                let signed = private.sign(input.as_bytes());
                signed.or(Err(SignError::Unsigned))?
            }
            None => self.ask_kms(&key.row, input.as_bytes()).await?,
        };
        Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)).into())
    }

    async fn ask_kms(&self, row: &KeyRow, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let reply = self
            .kms
            .sign()
            .key_id(&row.kms_key_id)
            .message_type(MessageType::Raw)
            .signing_algorithm(match row.algorithm {
                Algorithm::ES256 => SigningAlgorithmSpec::EcdsaSha256,
                Algorithm::RS256 => SigningAlgorithmSpec::RsassaPkcs1V15Sha256,
                // SHA-512 is Ed25519's own (RFC 8032 §5.1): what RAW means.
                Algorithm::EdDSA => SigningAlgorithmSpec::Ed25519Sha512,
            })
            .message(Blob::new(message))
            .send()
            .await
            .map_err(|error| SignError::Kms(Box::new(error)))?;
        let signature = reply.signature.unwrap_or_default().into_inner();
        match row.algorithm {
            Algorithm::ES256 => {
                // KMS answers DER; a JWS carries r and s, 32 bytes each (RFC 7518 §3.4).
                let signature = p256::ecdsa::Signature::from_der(&signature);
                Ok(signature.map_err(SignError::Form)?.to_bytes().to_vec())
            }
            Algorithm::RS256 | Algorithm::EdDSA => Ok(signature),
        }
    }

    /// The current key; read again if it is the one with the id `unusable`.
    async fn current(&self, now: Moment, unusable: Option<&str>) -> Result<Current, SignError> {
        let mut cached = self.current.lock().await;
        let is_fresh = |current: &&Current| {
            let is_young = current
                .read_at
                .is_younger(SIGNING_KEY_AT_MOST_SECONDS_OLD, now);
            is_young && unusable != Some(current.row.kid.as_str())
        };
        if let Some(current) = cached.as_ref().filter(is_fresh) {
            return ripe(current, now.at);
        }
        let row = self.read_current().await?;
        let private = match (cached.take(), &row.private_key) {
            (_, None) => None,
            // The same key as before: its private half is here.
            (Some(before), Some(_)) if before.row.kid == row.kid => before.private,
            (_, Some(private)) => Some(Arc::new(self.unwrap(&row, private).await?)),
        };
        let current = cached.insert(Current {
            row: Arc::new(row),
            private,
            read_at: now,
        });
        ripe(current, now.at)
    }

    async fn read_current(&self) -> Result<KeyRow, SignError> {
        // A query is no snapshot: while one key takes another's place, neither may show.
        for _ in 0..2 {
            let rows = self.store.key_rows().await?.into_iter();
            let current = rows.filter(|row| row.is(KeyState::Current));
            if let Some(row) = current.max_by_key(|row| row.created_at) {
                return Ok(row);
            }
        }
        Err(SignError::NoKey)
    }

    /// Has KMS decrypt a private key, and checks that it is the row's.
    async fn unwrap(&self, row: &KeyRow, private: &str) -> Result<PrivateKey, SignError> {
        let issuer = row.issuer.as_ref().unwrap_or(&self.issuer);
        let wrapped = STANDARD.decode(private).unwrap_or_default();
        let reply = self
            .kms
            .decrypt()
            .key_id(&row.kms_key_id)
            .ciphertext_blob(Blob::new(wrapped))
            .set_encryption_context(Some(encryption_context::of(issuer, row.generation)))
            .send()
            .await
            .map_err(|error| SignError::Decrypt(Box::new(error)))?;
        let pkcs8 = Zeroizing::new(reply.plaintext.unwrap_or_default().into_inner());
        Ok(PrivateKey::of_row(row, &pkcs8)?)
    }
}

fn ripe(current: &Current, now: UnixMillis) -> Result<Current, SignError> {
    match current.row.signs_from {
        Some(from) if now < from => Err(SignError::NotYet),
        _ => Ok(current.clone()),
    }
}

/// Whether KMS refuses because of the key itself, which was disabled or is to be deleted.
fn is_of_the_key(error: &SdkError<KmsSignError>) -> bool {
    error.as_service_error().is_some_and(|refused| {
        refused.is_disabled_exception()
            || refused.is_kms_invalid_state_exception()
            || refused.is_not_found_exception()
    })
}
