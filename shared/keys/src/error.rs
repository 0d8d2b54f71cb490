//! Why no signing key was made, or none ended.

use crate::jwk::PublicKeyError;
use aws_sdk_kms::error::{BuildError, SdkError};
use aws_sdk_kms::operation::create_key::CreateKeyError as Create;
use aws_sdk_kms::operation::generate_data_key_pair_without_plaintext::GenerateDataKeyPairWithoutPlaintextError;
use aws_sdk_kms::operation::get_public_key::GetPublicKeyError;
use aws_sdk_kms::operation::schedule_key_deletion::ScheduleKeyDeletionError;
use hallpass_store::StoreError;
use thiserror::Error;

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
    /// A tag has no name or no value.
    #[error("a tag of the key has no name or no value")]
    Tag(#[from] BuildError),
    /// The table is unavailable.
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

impl EndKeyError {
    pub(crate) fn new(kms_key_id: &str, source: SdkError<ScheduleKeyDeletionError>) -> Self {
        Self {
            kms_key_id: kms_key_id.to_owned(),
            source: Box::new(source),
        }
    }
}
