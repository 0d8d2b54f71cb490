//! Corrections of rustack's KMS where it differs from AWS's: a call is
//! answered as AWS answers it, or refused.

use std::{future::Future, pin::Pin};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{Response, StatusCode, response::Parts};
use http_body_util::BodyExt;
use rustack_kms_http::{KmsHandler, KmsResponseBody, response::json_response};
use rustack_kms_model::{
    error::{KmsError, KmsErrorCode},
    operations::KmsOperation,
};
use serde_json::Value;

use super::{ed25519, spki};

/// AWS: "Message … Length Constraints: Minimum length of 1. Maximum length of 4096."
const LONGEST_MESSAGE: usize = 4096;

type Reply = Result<Response<KmsResponseBody>, KmsError>;

/// A KMS handler with rustack's differences from AWS mended.
#[derive(Debug)]
pub(super) struct Mended<H> {
    inner: H,
}

impl<H> Mended<H> {
    pub(super) fn new(inner: H) -> Self {
        Self { inner }
    }
}

impl<H: KmsHandler> KmsHandler for Mended<H> {
    fn handle_operation(
        &self,
        operation: KmsOperation,
        body: Bytes,
    ) -> Pin<Box<dyn Future<Output = Reply> + Send>> {
        if let Some(refusal) = refusal(operation, &body) {
            return Box::pin(async { Err(refusal) });
        }
        if let (KmsOperation::GenerateDataKeyPairWithoutPlaintext, Some(input)) =
            (operation, ed25519_input(&body))
        {
            return self.ed25519_pair(&input);
        }
        let reply = self.inner.handle_operation(operation, body);
        Box::pin(async move {
            let reply = reply.await.map_err(with_aws_status)?;
            match operation {
                KmsOperation::GetPublicKey
                | KmsOperation::GenerateDataKeyPair
                | KmsOperation::GenerateDataKeyPairWithoutPlaintext => with_spki(reply).await,
                _ => Ok(reply),
            }
        })
    }
}

impl<H: KmsHandler> Mended<H> {
    /// A key pair of ours, its private half encrypted by the inner KMS.
    fn ed25519_pair(&self, input: &Value) -> Pin<Box<dyn Future<Output = Reply> + Send>> {
        let pair = ed25519::pair(input).map(|(public, encrypt)| {
            let encrypt = Bytes::from(encrypt.to_string());
            let encrypted = self.inner.handle_operation(KmsOperation::Encrypt, encrypt);
            (public, encrypted)
        });
        Box::pin(async move {
            let (public, encrypted) = pair.map_err(broken)?;
            let (parts, output) = opened(encrypted.await.map_err(with_aws_status)?).await?;
            closed(&parts, &ed25519::reply(&public, &output))
        })
    }
}

/// A request for a key pair that the inner KMS does not make.
fn ed25519_input(body: &[u8]) -> Option<Value> {
    let input: Value = serde_json::from_slice(body).ok()?;
    (input.get("KeyPairSpec")?.as_str()? == ed25519::SPEC).then_some(input)
}

/// What rustack would do wrongly or unclearly. A body that is not JSON is left to rustack.
fn refusal(operation: KmsOperation, body: &[u8]) -> Option<KmsError> {
    let input: Value = serde_json::from_slice(body).ok()?;
    let text = |name: &str| input.get(name).and_then(Value::as_str);
    match operation {
        KmsOperation::CreateKey => {
            no_ed25519(text("KeySpec").or_else(|| text("CustomerMasterKeySpec"))?)
        }
        KmsOperation::GenerateDataKeyPair => no_ed25519(text("KeyPairSpec")?),
        KmsOperation::Sign | KmsOperation::Verify => unsignable(
            &STANDARD.decode(text("Message")?).ok()?,
            text("MessageType").unwrap_or("RAW"),
            text("SigningAlgorithm")?,
        ),
        _ => None,
    }
}

fn no_ed25519(spec: &str) -> Option<KmsError> {
    (spec == ed25519::SPEC).then(|| {
        KmsError::with_message(
            KmsErrorCode::UnsupportedOperationException,
            "the embedded KMS has no Ed25519 (ECC_NIST_EDWARDS25519) but in key pairs without \
             plaintext: choose ECC_NIST_P256 or RSA_2048 on this machine",
        )
    })
}

fn unsignable(message: &[u8], kind: &str, algorithm: &str) -> Option<KmsError> {
    let limit = match message.len() {
        0 => "greater than or equal to 1",
        length if length > LONGEST_MESSAGE => "less than or equal to 4096",
        // rustack would hash the digest again, and answer with a signature of something else.
        _ if kind != "RAW" && algorithm.starts_with("RSASSA_") => {
            return Some(KmsError::with_message(
                KmsErrorCode::UnsupportedOperationException,
                format!("the embedded KMS signs RAW messages only with {algorithm}, not {kind}"),
            ));
        }
        _ => return None,
    };
    Some(KmsError::validation(format!(
        "1 validation error detected: Value at 'message' failed to satisfy constraint: Member must \
         have length {limit}"
    )))
}

/// AWS answers 500 where it is to blame and 400 for the rest; rustack has 404, 409 and 412, and
/// calls a body it cannot read its own fault, which makes the SDK ask again.
fn with_aws_status(mut error: KmsError) -> KmsError {
    let unread = [
        "1 validation error detected",
        "Failed to deserialize request body",
    ];
    if unread.iter().any(|start| error.message.starts_with(start)) {
        error.code = KmsErrorCode::ValidationException;
    }
    error.status_code = match error.code {
        KmsErrorCode::KMSInternalException
        | KmsErrorCode::KeyUnavailableException
        | KmsErrorCode::DependencyTimeoutException => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    error
}

/// Turns the reply's bare `PublicKey` into the `SubjectPublicKeyInfo` AWS answers with.
async fn with_spki(reply: Response<KmsResponseBody>) -> Reply {
    let (parts, mut output) = opened(reply).await?;
    if let Some(key) = output.get_mut("PublicKey") {
        let bare = STANDARD
            .decode(key.as_str().unwrap_or_default())
            .map_err(broken)?;
        let whole = spki::from_bare(bare).ok_or_else(|| {
            KmsError::internal_error("the embedded KMS made a public key of an unknown shape")
        })?;
        *key = Value::String(STANDARD.encode(whole));
    }
    closed(&parts, &output)
}

async fn opened(reply: Response<KmsResponseBody>) -> Result<(Parts, Value), KmsError> {
    let (parts, body) = reply.into_parts();
    let body = body.collect().await.map_err(broken)?.to_bytes();
    Ok((parts, serde_json::from_slice(&body).map_err(broken)?))
}

/// Another body in place of a reply's own.
fn closed(parts: &Parts, output: &Value) -> Reply {
    let id = parts
        .headers
        .get("x-amzn-requestid")
        .and_then(|id| id.to_str().ok());
    Ok(json_response(
        serde_json::to_vec(output).map_err(broken)?,
        id.unwrap_or_default(),
    ))
}

fn broken(error: impl std::error::Error) -> KmsError {
    KmsError::internal_error(format!("cannot read the embedded KMS's own reply: {error}"))
}
