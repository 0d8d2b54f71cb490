//! Makes signing keys, and ends those that are published no more.

use crate::context;
use crate::jwk::{PublicKey, PublicKeyError};
use crate::policy::{KeyPolicy, KeySort, SigningMode};
use aws_sdk_kms::error::{BuildError, SdkError};
use aws_sdk_kms::operation::create_key::CreateKeyError as Create;
use aws_sdk_kms::operation::generate_data_key_pair_without_plaintext::GenerateDataKeyPairWithoutPlaintextError;
use aws_sdk_kms::operation::get_public_key::GetPublicKeyError;
use aws_sdk_kms::operation::schedule_key_deletion::ScheduleKeyDeletionError;
use aws_sdk_kms::types::{DataKeyPairSpec, KeySpec, KeyUsageType, Tag};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hallpass_core::{Issuer, UnixMillis};
use hallpass_store::{KeyRow, KeyState, Store, StoreError};
use thiserror::Error;

/// A KMS key that signs no more is deleted after so many days, and can be kept until then. KMS
/// allows 7 to 30.
const DELETED_AFTER_DAYS: i32 = 30;

/// Why no signing key was made.
#[derive(Debug, Error)]
pub enum CreateKeyError {
    /// KMS made none.
    #[error("kms made no signing key")]
    Create(#[source] Box<SdkError<Create>>),
    /// KMS made no key pair.
    #[error("kms made no key pair under the wrapping key")]
    Pair(#[source] Box<SdkError<GenerateDataKeyPairWithoutPlaintextError>>),
    /// KMS gave no public key.
    #[error("kms gave no public key")]
    PublicKey(#[source] Box<SdkError<GetPublicKeyError>>),
    /// KMS gave something else as a public key.
    #[error(transparent)]
    Form(#[from] PublicKeyError),
    /// KMS made a key of another sort than was asked for.
    #[error("kms made a key of another sort than was asked for")]
    Sort,
    /// A tag was not one.
    #[error("the key's tag is not one")]
    Tag(#[from] BuildError),
    /// The table was not to be had.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// KMS does not end a key.
#[derive(Debug, Error)]
#[error("kms does not schedule the deletion of `{kms_key_id}`")]
pub struct EndKeyError {
    kms_key_id: String,
    #[source]
    source: Box<SdkError<ScheduleKeyDeletionError>>,
}

/// Makes a deployment's signing keys.
#[derive(Clone, Debug)]
pub struct KeyMaker {
    kms: aws_sdk_kms::Client,
    issuer: Issuer,
    stack: String,
    policy: KeyPolicy,
}

impl KeyMaker {
    /// Makes nothing yet. KMS keys are tagged with `stack`.
    #[must_use]
    pub fn new(
        kms: aws_sdk_kms::Client,
        issuer: Issuer,
        stack: impl Into<String>,
        policy: KeyPolicy,
    ) -> Self {
        Self {
            kms,
            issuer,
            stack: stack.into(),
            policy,
        }
    }

    /// What sort of key it makes.
    #[must_use]
    pub fn policy(&self) -> &KeyPolicy {
        &self.policy
    }

    /// A new key of the deployment's sort, not published yet.
    ///
    /// # Errors
    /// When KMS is not to be had.
    pub async fn make(
        &self,
        generation: u64,
        state: KeyState,
        now: UnixMillis,
    ) -> Result<KeyRow, CreateKeyError> {
        let (kms_key_id, public, private_key) = match &self.policy.mode {
            SigningMode::Direct => {
                let (id, public) = self.make_in_kms().await?;
                (id, public, None)
            }
            SigningMode::Wrapped(under) => {
                let (public, private) = self.make_wrapped(under, generation).await?;
                (under.clone(), public, Some(STANDARD.encode(private)))
            }
        };
        let PublicKey {
            algorithm,
            kid,
            jwk,
        } = PublicKey::from_spki(&public)?;
        let row = KeyRow {
            kid,
            algorithm,
            kms_key_id,
            private_key,
            generation,
            jwk,
            state,
            created_at: now,
            signs_from: None,
            longest_token: 0,
            replaced_at: None,
            retired_at: None,
        };
        if self.policy.fits(&row) {
            Ok(row)
        } else {
            Err(CreateKeyError::Sort)
        }
    }

    /// A KMS key, tagged for the stack: signers are allowed by that tag. Its id and public key.
    async fn make_in_kms(&self) -> Result<(String, Vec<u8>), CreateKeyError> {
        let tag = Tag::builder()
            .tag_key("hallpass:stack")
            .tag_value(&self.stack);
        let key = self
            .kms
            .create_key()
            .key_spec(match self.policy.sort {
                KeySort::P256 => KeySpec::EccNistP256,
                KeySort::Rsa2048 => KeySpec::Rsa2048,
                KeySort::Rsa3072 => KeySpec::Rsa3072,
                KeySort::Ed25519 => KeySpec::EccNistEdwards25519,
            })
            .key_usage(KeyUsageType::SignVerify)
            .description("Hallpass signing key")
            .tags(tag.build()?)
            .send()
            .await
            .map_err(|error| CreateKeyError::Create(Box::new(error)))?;
        let id = key
            .key_metadata
            .map(|metadata| metadata.key_id)
            .unwrap_or_default();
        let public = self
            .kms
            .get_public_key()
            .key_id(&id)
            .send()
            .await
            .map_err(|error| CreateKeyError::PublicKey(Box::new(error)))?;
        Ok((id, public.public_key.unwrap_or_default().into_inner()))
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
            .key_pair_spec(match self.policy.sort {
                KeySort::P256 => DataKeyPairSpec::EccNistP256,
                KeySort::Rsa2048 => DataKeyPairSpec::Rsa2048,
                KeySort::Rsa3072 => DataKeyPairSpec::Rsa3072,
                KeySort::Ed25519 => DataKeyPairSpec::EccNistEdwards25519,
            })
            .set_encryption_context(Some(context::of(&self.issuer, generation)))
            .send()
            .await
            .map_err(|error| CreateKeyError::Pair(Box::new(error)))?;
        let private = pair.private_key_ciphertext_blob.unwrap_or_default();
        let public = pair.public_key.unwrap_or_default();
        Ok((public.into_inner(), private.into_inner()))
    }

    /// Ends the private half of a key that is published no more, or never was: KMS deletes it after
    /// 30 days and signs nothing with it meanwhile. A wrapped key is nowhere but in its row.
    ///
    /// # Errors
    /// When KMS is not to be had.
    pub async fn end(&self, row: &KeyRow) -> Result<(), EndKeyError> {
        if row.private_key.is_some() {
            return Ok(());
        }
        let ended = self
            .kms
            .schedule_key_deletion()
            .key_id(&row.kms_key_id)
            .pending_window_in_days(DELETED_AFTER_DAYS)
            .send()
            .await;
        match ended {
            Ok(_) => Ok(()),
            // Ended before, or gone.
            Err(SdkError::ServiceError(refused))
                if refused.err().is_kms_invalid_state_exception()
                    || refused.err().is_not_found_exception() =>
            {
                Ok(())
            }
            Err(error) => Err(EndKeyError {
                kms_key_id: row.kms_key_id.clone(),
                source: Box::new(error),
            }),
        }
    }
}

/// Makes the first signing key, which signs at once: nobody verifies yet. Where there is a current
/// key, nothing is made. `longest_token` is how long what it signs lives at most, in seconds.
///
/// # Errors
/// When KMS or the table is not to be had. A key that was made but not published is not used.
pub async fn create_signing_key(
    maker: &KeyMaker,
    store: &Store,
    longest_token: u64,
    now: UnixMillis,
) -> Result<(), CreateKeyError> {
    let ring = store.keyring().await?;
    if ring.find(KeyState::Current).is_some() {
        return Ok(());
    }
    let generation = ring.next_generation();
    let key = KeyRow {
        longest_token,
        ..maker.make(generation, KeyState::Current, now).await?
    };
    // `false`: another was faster, and nothing signs with this one.
    store.put_first_key(&key).await?;
    Ok(())
}
