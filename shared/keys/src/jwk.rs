//! Public keys: from KMS's DER to a JWK, and its thumbprint.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use p256::pkcs8::DecodePublicKey as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// KMS gave a public key that is not one on P-256.
#[derive(Debug, Error)]
#[error("kms gave a public key that is not a P-256 key in SubjectPublicKeyInfo form")]
pub struct PublicKeyError(#[source] p256::pkcs8::spki::Error);

/// The JWK (RFC 7517, RFC 7518 §6.2) of a P-256 key, its `kid` the thumbprint. `der` is what KMS's
/// `GetPublicKey` answers: a `SubjectPublicKeyInfo` (RFC 5280 §4.1).
///
/// # Errors
/// When `der` is anything else.
pub fn p256_jwk(der: &[u8]) -> Result<Value, PublicKeyError> {
    let point = p256::PublicKey::from_public_key_der(der)
        .map_err(PublicKeyError)?
        .to_sec1_point(false);
    let text = |coordinate: Option<&p256::FieldBytes>| {
        coordinate
            .map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
            .unwrap_or_default()
    };
    let (x, y) = (text(point.x()), text(point.y()));
    let kid = thumbprint(&x, &y);
    Ok(
        json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": kid, "alg": "ES256", "use": "sig"}),
    )
}

/// The RFC 7638 thumbprint of a P-256 key: SHA-256 of its required members in lexical order.
#[must_use]
pub fn thumbprint(x: &str, y: &str) -> String {
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(members))
}

#[cfg(test)]
mod tests {
    use super::p256_jwk;

    #[test]
    fn what_is_no_p256_key_is_refused() {
        for der in [&[][..], &[4; 65][..], &[0x30, 0x59][..]] {
            assert!(p256_jwk(der).is_err());
        }
    }
}
