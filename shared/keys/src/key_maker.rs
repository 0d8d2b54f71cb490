//! Makes signing keys, and ends those that are no longer published.

use crate::error::{CreateKeyError, EndKeyError};
use crate::jwk::PublicKey;
use crate::settings::{KeySettings, KeySort, SigningMode};
use crate::{encryption_context, kms};
use aws_sdk_kms::types::DataKeyPairSpec;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hallpass_core::{Clock, Issuer};
use hallpass_store::{KeyRow, KeyState, Store, StoreError};
use std::error::Error as StdError;
use std::time::Duration;

/// How long a key that was just made may be unknown to KMS itself. The functions that make keys
/// have a minute.
const PATIENCE: Duration = Duration::from_secs(20);

/// Makes a deployment's signing keys.
#[derive(Clone, Debug)]
pub struct KeyMaker {
    kms: aws_sdk_kms::Client,
    issuer: Issuer,
    stack: String,
    settings: KeySettings,
    patience: Duration,
}

impl KeyMaker {
    /// Makes nothing yet. The description of a KMS key names `stack`.
    #[must_use]
    pub fn new(
        kms: aws_sdk_kms::Client,
        issuer: Issuer,
        stack: impl Into<String>,
        settings: KeySettings,
    ) -> Self {
        Self {
            kms,
            issuer,
            stack: stack.into(),
            settings,
            patience: PATIENCE,
        }
    }

    /// The same, which waits no longer than this for KMS to know a key that it has just made.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// What sort of key it makes, and how.
    #[must_use]
    pub fn settings(&self) -> &KeySettings {
        &self.settings
    }

    /// A new key of the deployment's sort, not published yet. It is dated once KMS has made it, which
    /// may take long: from then on verifiers are given their time to find it.
    ///
    /// # Errors
    /// When KMS is unavailable. A KMS key that was made nevertheless is ended.
    pub async fn make(
        &self,
        generation: u64,
        state: KeyState,
        clock: &dyn Clock,
    ) -> Result<KeyRow, CreateKeyError> {
        match &self.settings.mode {
            SigningMode::Direct => {
                let id = kms::create(&self.kms, &self.settings, &self.stack).await?;
                let made = match kms::public_key(&self.kms, &id, self.patience).await {
                    Ok(public) => self.row(&id, &public, None, generation, state, clock),
                    Err(error) => Err(error),
                };
                if made.is_err() {
                    self.delete_unused(&id).await;
                }
                made
            }
            SigningMode::Wrapped(under) => {
                let (public, private) = self.make_wrapped(under, generation).await?;
                let private = Some(STANDARD.encode(private));
                self.row(under, &public, private, generation, state, clock)
            }
        }
    }

    fn row(
        &self,
        kms_key_id: &str,
        spki: &[u8],
        private_key: Option<String>,
        generation: u64,
        state: KeyState,
        clock: &dyn Clock,
    ) -> Result<KeyRow, CreateKeyError> {
        let PublicKey {
            algorithm,
            kid,
            jwk,
        } = PublicKey::from_spki(spki)?;
        let row = KeyRow {
            kid,
            algorithm,
            kms_key_id: kms_key_id.to_owned(),
            issuer: private_key.is_some().then(|| self.issuer.clone()),
            private_key,
            generation,
            jwk,
            state,
            created_at: clock.now(),
            signs_from: None,
            longest_token: 0,
            replaced_at: None,
            retired_at: None,
            ended_at: None,
            rotation_asked_at: None,
        };
        if self.settings.fits(&row) {
            Ok(row)
        } else {
            Err(CreateKeyError::Sort)
        }
    }

    /// A key pair of which nobody has seen the private half: its public key, and the other as KMS
    /// encrypted it.
    async fn make_wrapped(
        &self,
        under: &str,
        generation: u64,
    ) -> Result<(Vec<u8>, Vec<u8>), CreateKeyError> {
        let pair = self
            .kms
            .generate_data_key_pair_without_plaintext()
            .key_id(under)
            .key_pair_spec(match self.settings.sort {
                KeySort::P256 => DataKeyPairSpec::EccNistP256,
                KeySort::Rsa2048 => DataKeyPairSpec::Rsa2048,
                KeySort::Rsa3072 => DataKeyPairSpec::Rsa3072,
                KeySort::Ed25519 => DataKeyPairSpec::EccNistEdwards25519,
            })
            .set_encryption_context(Some(encryption_context::of(&self.issuer, generation)))
            .send()
            .await
            .map_err(|error| CreateKeyError::Pair(Box::new(error)))?;
        let private = pair.private_key_ciphertext_blob.unwrap_or_default();
        let public = pair.public_key.unwrap_or_default();
        Ok((public.into_inner(), private.into_inner()))
    }

    /// Whether a new key was published, given what the table answered to its row. The KMS key of one
    /// that was not is ended: it would cost money permanently, and no row names it.
    ///
    /// # Errors
    /// The table's, if the row is not there.
    pub async fn settle(
        &self,
        store: &Store,
        row: &KeyRow,
        written: Result<bool, StoreError>,
    ) -> Result<bool, StoreError> {
        let there = match &written {
            Ok(there) => Ok(*there),
            // The reply may be all that was lost.
            Err(_) => store.settle_key(&row.kid).await,
        };
        match there {
            Ok(true) => Ok(true),
            Ok(false) => {
                if row.private_key.is_none() {
                    self.delete_unused(&row.kms_key_id).await;
                }
                written
            }
            Err(error) => {
                let kms_key_id = row.private_key.is_none().then_some(&row.kms_key_id);
                let cause: &dyn StdError = &error;
                tracing::warn!(
                    error = cause,
                    kms_key_id,
                    kid = row.kid,
                    "a signing key may be left over: it is if no row names it"
                );
                written
            }
        }
    }

    /// Ends the private half of a key that is published no more: KMS deletes it after 30 days and
    /// signs nothing with it meanwhile. A wrapped key is nowhere but in its row.
    ///
    /// # Errors
    /// When KMS is unavailable.
    pub async fn end(&self, row: &KeyRow) -> Result<(), EndKeyError> {
        match row.private_key {
            Some(_) => Ok(()),
            None => kms::end(&self.kms, &row.kms_key_id).await,
        }
    }

    /// Ends a KMS key that no row names. If it cannot be ended now, it only costs.
    async fn delete_unused(&self, kms_key_id: &str) {
        if let Err(error) = kms::end(&self.kms, kms_key_id).await {
            let cause: &dyn StdError = &error;
            tracing::warn!(error = cause, kms_key_id, "a signing key is left over");
        }
    }
}

/// Makes the first signing key, which signs at once: nobody verifies yet. Where there is a current
/// key, nothing is made. `longest_token` is how long what it signs lives at most, in seconds.
///
/// # Errors
/// When KMS or the table is unavailable. A key that was made but not published is ended.
pub async fn create_signing_key(
    maker: &KeyMaker,
    store: &Store,
    longest_token: u64,
    clock: &dyn Clock,
) -> Result<(), CreateKeyError> {
    let ring = store.keyring().await?;
    if ring.find(KeyState::Current).is_some() {
        return Ok(());
    }
    let generation = ring.next_generation();
    let key = KeyRow {
        longest_token,
        ..maker.make(generation, KeyState::Current, clock).await?
    };
    let written = store.put_first_key(&key).await;
    // `false`: another was faster.
    maker.settle(store, &key, written).await?;
    Ok(())
}
