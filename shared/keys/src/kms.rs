//! Keys in KMS: made, read, and ended.

use crate::error::{CreateKeyError, EndKeyError};
use crate::settings::{KeySettings, KeySort};
use aws_sdk_kms::Client;
use aws_sdk_kms::error::SdkError;
use aws_sdk_kms::operation::get_public_key::GetPublicKeyError;
use aws_sdk_kms::types::{KeySpec, KeyUsageType, Tag};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// A KMS key that signs no more is deleted after so many days, and can be kept until then. KMS
/// allows 7 to 30.
const DELETED_AFTER_DAYS: i32 = 30;

/// Between two questions after a key that was just made; each pause is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// A KMS key with the deployment's key policy, which says who signs with it; its description names the
/// stack. Its id.
pub(crate) async fn create(
    kms: &Client,
    settings: &KeySettings,
    stack: &str,
) -> Result<String, CreateKeyError> {
    let tags = settings.tags.iter();
    let tags = tags.map(|(name, value)| Tag::builder().tag_key(name).tag_value(value).build());
    let tags = tags.collect::<Result<Vec<_>, _>>()?;
    let key = kms
        .create_key()
        .key_spec(match settings.sort {
            KeySort::P256 => KeySpec::EccNistP256,
            KeySort::Rsa2048 => KeySpec::Rsa2048,
            KeySort::Rsa3072 => KeySpec::Rsa3072,
            KeySort::Ed25519 => KeySpec::EccNistEdwards25519,
        })
        .key_usage(KeyUsageType::SignVerify)
        .description(format!("Signing key of the Hallpass stack {stack}"))
        .set_policy(settings.key_policy.clone())
        .set_tags((!tags.is_empty()).then_some(tags))
        .send()
        .await
        .map_err(|error| CreateKeyError::Create(Box::new(error)))?;
    let metadata = key.key_metadata;
    Ok(metadata.map(|metadata| metadata.key_id).unwrap_or_default())
}

/// The public half of a key that was just made. KMS is eventually consistent: for a while it may
/// not know the key, or not see the key policy that allows the question, so those answers are asked
/// again.
pub(crate) async fn public_key(
    kms: &Client,
    id: &str,
    patience: Duration,
) -> Result<Vec<u8>, CreateKeyError> {
    let requested_at = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        match kms.get_public_key().key_id(id).send().await {
            Ok(reply) => return Ok(reply.public_key.unwrap_or_default().into_inner()),
            Err(error)
                if is_of_a_new_key(&error)
                    && requested_at.elapsed().saturating_add(pause) <= patience =>
            {
                sleep(pause).await;
                pause = pause.saturating_mul(2);
            }
            Err(error) => return Err(CreateKeyError::PublicKey(Box::new(error))),
        }
    }
}

/// Has KMS delete a key after 30 days; it signs nothing meanwhile.
pub(crate) async fn end(kms: &Client, id: &str) -> Result<(), EndKeyError> {
    let ended = kms
        .schedule_key_deletion()
        .key_id(id)
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
        Err(error) => Err(EndKeyError::new(id, error)),
    }
}

fn is_of_a_new_key(error: &SdkError<GetPublicKeyError>) -> bool {
    error.as_service_error().is_some_and(|refused| {
        refused.is_not_found_exception() || refused.meta().code() == Some("AccessDeniedException")
    })
}
