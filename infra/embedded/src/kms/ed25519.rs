//! Key pairs of Ed25519, which rustack does not make: made here, and encrypted by rustack itself.

use aws_lc_rs::{
    encoding::AsDer as _,
    error::Unspecified,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

pub(super) const SPEC: &str = "ECC_NIST_EDWARDS25519";

/// The public half in DER, in base64, and the `Encrypt` that hides the private one as
/// `GenerateDataKeyPairWithoutPlaintext` was asked to.
pub(super) fn pair(input: &Value) -> Result<(String, Value), Unspecified> {
    let pair = Ed25519KeyPair::generate()?;
    let public = STANDARD.encode(pair.public_key().as_der()?.as_ref());
    let private = STANDARD.encode(pair.to_pkcs8v1()?.as_ref());
    let mut encrypt = json!({"KeyId": input.get("KeyId"), "Plaintext": private});
    if let (Some(context), Some(encrypt)) =
        (input.get("EncryptionContext"), encrypt.as_object_mut())
    {
        encrypt.insert("EncryptionContext".to_owned(), context.clone());
    }
    Ok((public, encrypt))
}

/// The reply, from that of `Encrypt`.
pub(super) fn reply(public: &str, encrypted: &Value) -> Value {
    json!({
        "KeyId": encrypted.get("KeyId"),
        "KeyPairSpec": SPEC,
        "PrivateKeyCiphertextBlob": encrypted.get("CiphertextBlob"),
        "PublicKey": public,
    })
}
