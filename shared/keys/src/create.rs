//! Makes the first signing key.

use crate::jwk::{PublicKeyError, p256_jwk};
use aws_sdk_kms::error::{BuildError, SdkError};
use aws_sdk_kms::operation::{
    create_key::CreateKeyError as Create, get_public_key::GetPublicKeyError,
};
use aws_sdk_kms::types::{KeySpec, KeyUsageType, Tag};
use hallpass_core::{Algorithm, UnixMillis};
use hallpass_store::{KeyRow, KeyState, Store, StoreError};
use thiserror::Error;

/// Why no signing key was made.
#[derive(Debug, Error)]
pub enum CreateKeyError {
    /// KMS made none.
    #[error("kms made no signing key")]
    Create(#[source] Box<SdkError<Create>>),
    /// KMS gave no public key.
    #[error("kms gave no public key")]
    PublicKey(#[source] Box<SdkError<GetPublicKeyError>>),
    /// KMS gave something else as a public key.
    #[error(transparent)]
    Form(#[from] PublicKeyError),
    /// A tag was not one.
    #[error("the key's tag is not one")]
    Tag(#[from] BuildError),
    /// The table was not to be had.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a P-256 key in KMS, tagged for the stack, and publishes it as the current one, unless
/// there is a current one: then nothing is made.
///
/// # Errors
/// When KMS or the table is not to be had. A key that was made but not published is not used.
pub async fn create_signing_key(
    kms: &aws_sdk_kms::Client,
    store: &Store,
    stack: &str,
    now: UnixMillis,
) -> Result<(), CreateKeyError> {
    if store
        .key_rows()
        .await?
        .iter()
        .any(|row| row.state == KeyState::Current && row.retired_at.is_none())
    {
        return Ok(());
    }
    let key = kms
        .create_key()
        .key_spec(KeySpec::EccNistP256)
        .key_usage(KeyUsageType::SignVerify)
        .description("Hallpass signing key")
        .tags(
            Tag::builder()
                .tag_key("hallpass:stack")
                .tag_value(stack)
                .build()?,
        )
        .send()
        .await
        .map_err(|error| CreateKeyError::Create(Box::new(error)))?;
    let kms_key_id = key
        .key_metadata
        .map(|metadata| metadata.key_id)
        .unwrap_or_default();
    let public = kms
        .get_public_key()
        .key_id(&kms_key_id)
        .send()
        .await
        .map_err(|error| CreateKeyError::PublicKey(Box::new(error)))?;
    let jwk = p256_jwk(public.public_key.unwrap_or_default().as_ref())?;
    let kid = jwk
        .get("kid")
        .and_then(|kid| kid.as_str())
        .unwrap_or_default()
        .to_owned();
    store
        .put_first_key(&KeyRow {
            kid,
            algorithm: Algorithm::ES256,
            kms_key_id,
            jwk,
            state: KeyState::Current,
            created_at: now,
            retired_at: None,
        })
        .await?;
    Ok(())
}
