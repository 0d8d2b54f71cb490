//! A private key in memory, in mode `wrapped`.

use crate::jwk::{PublicKey, PublicKeyError};
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::error::{KeyRejected, Unspecified};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
};
use hallpass_core::Algorithm;
use hallpass_store::KeyRow;
use std::fmt;
use thiserror::Error;

/// Why a decrypted private key is not used.
#[derive(Debug, Error)]
pub enum PrivateKeyError {
    /// It is no private key of the row's algorithm.
    #[error("what kms decrypted is no private key of the row's algorithm")]
    Rejected(#[from] KeyRejected),
    /// It has no public key.
    #[error("the private key has no public key")]
    Public(#[from] Unspecified),
    /// Its public key is not one that signs here.
    #[error(transparent)]
    Form(#[from] PublicKeyError),
    /// It is another key's.
    #[error("the private key is not the one of `{kid}`, under which it is kept")]
    Other {
        /// The row's id.
        kid: String,
    },
}

/// A private key. aws-lc wipes it when it is dropped.
pub(crate) enum PrivateKey {
    P256(EcdsaKeyPair),
    Rsa(rsa::KeyPair),
    Ed25519(Ed25519KeyPair),
}

impl PrivateKey {
    /// Takes a PKCS#8 key (RFC 5958) for a row, if it is the row's.
    pub(crate) fn of_row(row: &KeyRow, pkcs8: &[u8]) -> Result<Self, PrivateKeyError> {
        let (key, spki) = match row.algorithm {
            Algorithm::ES256 => {
                let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)?;
                let spki = key.public_key().as_der()?;
                (Self::P256(key), spki)
            }
            Algorithm::RS256 => {
                let key = rsa::KeyPair::from_pkcs8(pkcs8)?;
                let spki = key.public_key().as_der()?;
                (Self::Rsa(key), spki)
            }
            Algorithm::EdDSA => {
                // With or without its public half, which is computed here in either case.
                let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8)?;
                let spki = key.public_key().as_der()?;
                (Self::Ed25519(key), spki)
            }
        };
        let public = PublicKey::from_spki(spki.as_ref())?;
        if public.kid == row.kid && public.algorithm == row.algorithm {
            Ok(key)
        } else {
            let kid = row.kid.clone();
            Err(PrivateKeyError::Other { kid })
        }
    }

    /// The signature as a JWS has it (RFC 7518 §3, RFC 8037 §3.1).
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unspecified> {
        match self {
            Self::P256(key) => Ok(key.sign(&SystemRandom::new(), message)?.as_ref().to_vec()),
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    message,
                    &mut signature,
                )?;
                Ok(signature)
            }
            Self::Ed25519(key) => Ok(key.try_sign(message)?.as_ref().to_vec()),
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::{PrivateKey, PrivateKeyError};
    use crate::jwk::PublicKey;
    use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::{self, KeySize};
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
    };
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use hallpass_core::{Algorithm, UnixMillis};
    use hallpass_store::{KeyRow, KeyState};
    use jsonwebtoken::{Algorithm as Jsonwebtoken, DecodingKey};

    fn row(spki: &[u8]) -> KeyRow {
        let PublicKey {
            algorithm,
            kid,
            jwk,
        } = PublicKey::from_spki(spki).unwrap();
        KeyRow {
            kid,
            algorithm,
            kms_key_id: "alias/wrapping".to_owned(),
            private_key: Some(String::new()),
            generation: 1,
            issuer: None,
            jwk,
            state: KeyState::Current,
            created_at: UnixMillis(0),
            signs_from: None,
            longest_token: 0,
            replaced_at: None,
            retired_at: None,
            ended_at: None,
            rotation_asked_at: None,
        }
    }

    /// A pair of each sort: its row, and its private half in PKCS#8.
    fn pairs() -> Vec<(KeyRow, Vec<u8>)> {
        let random = SystemRandom::new();
        let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let p256 = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, ec.as_ref());
        let p256 = row(p256.unwrap().public_key().as_der().unwrap().as_ref());
        let rsa = rsa::KeyPair::generate(KeySize::Rsa2048).unwrap();
        let rsa_row = row(rsa.public_key().as_der().unwrap().as_ref());
        let rsa: Pkcs8V1Der<'_> = rsa.as_der().unwrap();
        let ed = Ed25519KeyPair::generate().unwrap();
        let ed_row = row(ed.public_key().as_der().unwrap().as_ref());
        let (one, two) = (ed.to_pkcs8v1().unwrap(), ed.to_pkcs8().unwrap());
        vec![
            (p256, ec.as_ref().to_vec()),
            (rsa_row, rsa.as_ref().to_vec()),
            (ed_row.clone(), one.as_ref().to_vec()),
            (ed_row, two.as_ref().to_vec()),
        ]
    }

    #[test]
    fn each_sort_signs_what_its_published_key_verifies() {
        for (row, pkcs8) in pairs() {
            let key = PrivateKey::of_row(&row, &pkcs8).unwrap();
            let signature = URL_SAFE_NO_PAD.encode(key.sign(b"message").unwrap());
            let jwk = serde_json::from_value(row.jwk).unwrap();
            let decoding = DecodingKey::from_jwk(&jwk).unwrap();
            let algorithm = match row.algorithm {
                Algorithm::ES256 => Jsonwebtoken::ES256,
                Algorithm::RS256 => Jsonwebtoken::RS256,
                Algorithm::EdDSA => Jsonwebtoken::EdDSA,
            };
            let verify = |message: &[u8]| {
                jsonwebtoken::crypto::verify(&signature, message, &decoding, algorithm).unwrap()
            };
            assert!(verify(b"message") && !verify(b"massage"), "{algorithm:?}");
            assert_eq!(format!("{key:?}"), "[redacted]");
        }
    }

    #[test]
    fn the_private_key_of_another_row_is_refused() {
        let (mine, others) = (pairs(), pairs());
        for ((row, _), (_, pkcs8)) in mine.iter().zip(&others) {
            let refused = PrivateKey::of_row(row, pkcs8).unwrap_err();
            assert!(
                matches!(refused, PrivateKeyError::Other { .. }),
                "{refused}"
            );
            for junk in [&[][..], &[0; 64], &pkcs8[1..]] {
                assert!(PrivateKey::of_row(row, junk).is_err());
            }
        }
        for (row, _) in &mine {
            for (other, pkcs8) in &mine {
                let fits = row.algorithm == other.algorithm;
                assert_eq!(PrivateKey::of_row(row, pkcs8).is_ok(), fits);
            }
        }
    }
}
