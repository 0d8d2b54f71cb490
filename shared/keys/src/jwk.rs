//! Public keys: from KMS's DER to a JWK, and its thumbprint.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hallpass_core::Algorithm;
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, EllipticCurveKeyParameters,
    EllipticCurveKeyType, Jwk, KeyAlgorithm, OctetKeyPairParameters, OctetKeyPairType,
    PublicKeyUse, RSAKeyParameters, RSAKeyType, ThumbprintHash,
};
use p256::elliptic_curve::sec1::ToSec1Point as _;
use p256::pkcs8::DecodePublicKey as _;
use p256::pkcs8::der::asn1::UintRef;
use p256::pkcs8::der::{self, Decode as _, Reader as _, SliceReader};
use p256::pkcs8::spki::{ObjectIdentifier, SubjectPublicKeyInfoRef};
use serde_json::Value;
use thiserror::Error;

/// `id-ecPublicKey` (RFC 5480 §2.1.1).
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// `rsaEncryption` (RFC 8017, appendix A.1).
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// `id-Ed25519` (RFC 8410 §3).
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// RFC 7518 §3.3: "A key of size 2048 bits or larger MUST be used".
const SHORTEST_MODULUS: usize = 2_048 / 8;
const ED25519_LENGTH: usize = 32;

/// Something else than a public key that we sign with.
#[derive(Debug, Error)]
pub enum PublicKeyError {
    /// It is no DER of a public key.
    #[error("the public key is no SubjectPublicKeyInfo")]
    Der(#[source] der::Error),
    /// It is no point of P-256.
    #[error("the public key is not one on P-256")]
    Curve(#[source] p256::pkcs8::spki::Error),
    /// It is of another sort, or too short.
    #[error("the public key is of no sort that signs here: P-256, RSA of 2,048 bits, Ed25519")]
    Sort,
    /// It has no thumbprint.
    #[error("the public key has no thumbprint")]
    Thumbprint(#[source] jsonwebtoken::errors::Error),
    /// It cannot be written as JSON.
    #[error("the public key cannot be written as a JWK")]
    Json(#[source] serde_json::Error),
}

/// A public key, as it is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// The one algorithm it is for.
    pub algorithm: Algorithm,
    /// Its RFC 7638 thumbprint.
    pub kid: String,
    /// Its JWK (RFC 7517).
    pub jwk: Value,
}

impl PublicKey {
    /// Reads what KMS's `GetPublicKey` answers: a `SubjectPublicKeyInfo` (RFC 5280 §4.1).
    ///
    /// # Errors
    /// When `spki` is anything else, or of a sort that does not sign here.
    pub fn from_spki(spki: &[u8]) -> Result<Self, PublicKeyError> {
        let info = SubjectPublicKeyInfoRef::from_der(spki).map_err(PublicKeyError::Der)?;
        let key = info.subject_public_key.as_bytes();
        match info.algorithm.oid {
            EC => p256_key(spki),
            RSA => rsa_key(key.unwrap_or_default()),
            ED25519 => ed25519_key(key.unwrap_or_default()),
            _ => Err(PublicKeyError::Sort),
        }
    }
}

/// RFC 7518 §6.2.
fn p256_key(spki: &[u8]) -> Result<PublicKey, PublicKeyError> {
    let point = p256::PublicKey::from_public_key_der(spki)
        .map_err(PublicKeyError::Curve)?
        .to_sec1_point(false);
    let (Some(x), Some(y)) = (point.x(), point.y()) else {
        return Err(PublicKeyError::Sort);
    };
    let parameters = EllipticCurveKeyParameters {
        key_type: EllipticCurveKeyType::EC,
        curve: EllipticCurve::P256,
        x: URL_SAFE_NO_PAD.encode(x),
        y: URL_SAFE_NO_PAD.encode(y),
    };
    published(
        Algorithm::ES256,
        KeyAlgorithm::ES256,
        AlgorithmParameters::EllipticCurve(parameters),
    )
}

/// RFC 7518 §6.3; `key` is an `RSAPublicKey` (RFC 8017, appendix A.1.1).
fn rsa_key(key: &[u8]) -> Result<PublicKey, PublicKeyError> {
    let mut reader = SliceReader::new(key).map_err(PublicKeyError::Der)?;
    let (n, e) = reader
        .sequence(|fields| Ok((UintRef::decode(fields)?, UintRef::decode(fields)?)))
        .map_err(PublicKeyError::Der)?;
    reader.finish().map_err(PublicKeyError::Der)?;
    if n.as_bytes().len() < SHORTEST_MODULUS {
        return Err(PublicKeyError::Sort);
    }
    let text = |number: UintRef<'_>| URL_SAFE_NO_PAD.encode(number.as_bytes());
    let parameters = RSAKeyParameters {
        key_type: RSAKeyType::RSA,
        n: text(n),
        e: text(e),
    };
    published(
        Algorithm::RS256,
        KeyAlgorithm::RS256,
        AlgorithmParameters::RSA(parameters),
    )
}

/// RFC 8037 §2.
fn ed25519_key(key: &[u8]) -> Result<PublicKey, PublicKeyError> {
    if key.len() != ED25519_LENGTH {
        return Err(PublicKeyError::Sort);
    }
    let parameters = OctetKeyPairParameters {
        key_type: OctetKeyPairType::OctetKeyPair,
        curve: EllipticCurve::Ed25519,
        x: URL_SAFE_NO_PAD.encode(key),
    };
    published(
        Algorithm::EdDSA,
        KeyAlgorithm::EdDSA,
        AlgorithmParameters::OctetKeyPair(parameters),
    )
}

/// A key under its RFC 7638 thumbprint by SHA-256.
fn published(
    algorithm: Algorithm,
    key_algorithm: KeyAlgorithm,
    parameters: AlgorithmParameters,
) -> Result<PublicKey, PublicKeyError> {
    let mut jwk = Jwk {
        common: CommonParameters {
            public_key_use: Some(PublicKeyUse::Signature),
            key_algorithm: Some(key_algorithm),
            ..CommonParameters::default()
        },
        algorithm: parameters,
    };
    let kid = jwk
        .thumbprint(ThumbprintHash::SHA256)
        .map_err(PublicKeyError::Thumbprint)?;
    jwk.common.key_id = Some(kid.clone());
    Ok(PublicKey {
        algorithm,
        kid,
        jwk: serde_json::to_value(jwk).map_err(PublicKeyError::Json)?,
    })
}

#[cfg(test)]
mod tests {
    use super::{AlgorithmParameters, KeyAlgorithm, PublicKey, published};
    use aws_lc_rs::encoding::AsDer as _;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        Ed25519KeyPair, KeyPair as _,
    };
    use hallpass_core::Algorithm;

    #[test]
    fn each_sort_of_key_is_read() {
        let p256 = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let rsa = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).unwrap();
        let ed25519 = Ed25519KeyPair::generate().unwrap();
        for (spki, algorithm, members) in [
            (
                p256.public_key().as_der().unwrap(),
                Algorithm::ES256,
                ["x", "y"],
            ),
            (
                rsa.public_key().as_der().unwrap(),
                Algorithm::RS256,
                ["n", "e"],
            ),
            (
                ed25519.public_key().as_der().unwrap(),
                Algorithm::EdDSA,
                ["x", "x"],
            ),
        ] {
            let key = PublicKey::from_spki(spki.as_ref()).unwrap();
            assert_eq!(key.algorithm, algorithm);
            assert_eq!(key.jwk["kid"], key.kid);
            assert_eq!(key.jwk["alg"], serde_json::to_value(algorithm).unwrap());
            assert!(members.iter().all(|name| key.jwk[*name].is_string()));
            // What the standard's own library reads of it is the same key.
            let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.jwk.clone()).unwrap();
            assert!(jsonwebtoken::DecodingKey::from_jwk(&jwk).is_ok());
            let longer = [spki.as_ref(), &[0]].concat();
            assert!(PublicKey::from_spki(&longer).is_err());
            // What other verifiers read: RFC 7517 §4, RFC 7518 §6, RFC 8037 §2, and nothing else.
            let mut expected = vec!["alg", "kid", "kty", "use"];
            expected.extend(members);
            if algorithm != Algorithm::RS256 {
                expected.push("crv");
            }
            expected.sort_unstable();
            expected.dedup();
            let names: Vec<&String> = key.jwk.as_object().unwrap().keys().collect();
            assert_eq!(names, expected);
            assert_eq!(key.jwk["use"], "sig");
        }
    }

    #[test]
    fn rfc_7638_and_rfc_8037_have_these_thumbprints() {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        // RFC 7638 §3.1.
        let rsa = serde_json::json!({"kty": "RSA", "n": n, "e": "AQAB"});
        let rsa: AlgorithmParameters = serde_json::from_value(rsa).unwrap();
        let key = published(Algorithm::RS256, KeyAlgorithm::RS256, rsa).unwrap();
        assert_eq!(key.kid, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        // RFC 8037, appendix A.2 and A.3, through the key itself.
        let x = b"\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a";
        let header = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";
        let key = PublicKey::from_spki(&[&header[..], x].concat()).unwrap();
        assert_eq!(key.kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn what_does_not_sign_here_is_refused() {
        let p384 = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
        let p384 = p384.public_key().as_der().unwrap();
        // RSA of 1,024 bits: the header of one, over a modulus of 128 bytes.
        let short = [
            &b"\x30\x81\x9f\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x81\x8d\x00\x30\x81\x89\x02\x81\x81\x00"[..],
            &[0xff; 128],
            b"\x02\x03\x01\x00\x01",
        ]
        .concat();
        for spki in [
            &[][..],
            &[4; 65][..],
            &[0x30, 0x59][..],
            p384.as_ref(),
            &short,
            // Ed25519 of 31 bytes.
            b"\x30\x29\x30\x05\x06\x03\x2b\x65\x70\x03\x20\x00\
              0123456789012345678901234567890",
        ] {
            assert!(PublicKey::from_spki(spki).is_err(), "{spki:?}");
        }
    }
}
