//! What sort of signing key a deployment is to have.

use hallpass_core::Algorithm;
use hallpass_store::KeyRow;
use std::str::FromStr;
use thiserror::Error;

/// A sort of key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeySort {
    /// `ES256`: ECDSA on P-256.
    #[default]
    P256,
    /// `RS256`: RSA of 2,048 bits, which AWS's own authorizer of HTTP APIs takes.
    Rsa2048,
    /// `RS256-3072`: RSA of 3,072 bits.
    Rsa3072,
    /// `EdDSA`: Ed25519.
    Ed25519,
}

impl KeySort {
    /// The algorithm that a key of this sort signs with.
    #[must_use]
    pub fn algorithm(self) -> Algorithm {
        match self {
            Self::P256 => Algorithm::ES256,
            Self::Rsa2048 | Self::Rsa3072 => Algorithm::RS256,
            Self::Ed25519 => Algorithm::EdDSA,
        }
    }

    /// The length of its JWK's `n`, in base64; zero for what has none.
    fn modulus_text(self) -> usize {
        match self {
            Self::P256 | Self::Ed25519 => 0,
            Self::Rsa2048 => 342,
            Self::Rsa3072 => 512,
        }
    }
}

impl FromStr for KeySort {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "ES256" => Ok(Self::P256),
            "RS256" => Ok(Self::Rsa2048),
            "RS256-3072" => Ok(Self::Rsa3072),
            "EdDSA" => Ok(Self::Ed25519),
            _ => Err(()),
        }
    }
}

/// Where the private half of a key is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SigningMode {
    /// In KMS, which signs each token.
    #[default]
    Direct,
    /// In the key's row, encrypted under a symmetric KMS key: its id, ARN or alias.
    Wrapped(String),
}

/// What sort of key is made, and for how long one signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPolicy {
    /// `HALLPASS_ALGORITHM`: `ES256` (the default), `RS256`, `RS256-3072` or `EdDSA`.
    pub sort: KeySort,
    /// `HALLPASS_SIGNING_MODE`: `direct` (the default), or `wrapped` under `HALLPASS_WRAPPING_KEY`.
    pub mode: SigningMode,
    /// `HALLPASS_ROTATION_DAYS`: after so many days another key signs; 90 unless set.
    pub rotation_days: u64,
}

/// What is wrong with the environment.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyPolicyError {
    /// No such algorithm.
    #[error(
        "HALLPASS_ALGORITHM: there is no `{0}`; there are `ES256`, `RS256`, `RS256-3072`, `EdDSA`"
    )]
    Algorithm(String),
    /// No such mode.
    #[error("HALLPASS_SIGNING_MODE: there is no `{0}`; there are `direct` and `wrapped`")]
    Mode(String),
    /// `wrapped` without a key to wrap with.
    #[error(
        "HALLPASS_WRAPPING_KEY: name the KMS key that `wrapped` private keys are encrypted under"
    )]
    WrappingKey,
    /// No number of days, or too few.
    #[error("HALLPASS_ROTATION_DAYS: `{0}` is not a number of days from 2 to 3650")]
    RotationDays(String),
}

impl Default for KeyPolicy {
    fn default() -> Self {
        Self {
            sort: KeySort::default(),
            mode: SigningMode::default(),
            rotation_days: 90,
        }
    }
}

impl KeyPolicy {
    /// Reads variables through `lookup`.
    ///
    /// # Errors
    /// Names the variable and what is wrong with it.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, KeyPolicyError> {
        let unset = Self::default();
        let sort = match lookup("HALLPASS_ALGORITHM") {
            Some(text) => {
                let sort = text.parse();
                sort.map_err(|()| KeyPolicyError::Algorithm(text))?
            }
            None => unset.sort,
        };
        let mode = match lookup("HALLPASS_SIGNING_MODE").as_deref() {
            None | Some("direct") => SigningMode::Direct,
            Some("wrapped") => SigningMode::Wrapped(
                lookup("HALLPASS_WRAPPING_KEY").ok_or(KeyPolicyError::WrappingKey)?,
            ),
            Some(other) => return Err(KeyPolicyError::Mode(other.to_owned())),
        };
        let rotation_days = match lookup("HALLPASS_ROTATION_DAYS") {
            Some(text) => {
                let days = text.parse().ok().filter(|days| (2..=3_650).contains(days));
                days.ok_or(KeyPolicyError::RotationDays(text))?
            }
            None => unset.rotation_days,
        };
        Ok(Self {
            sort,
            mode,
            rotation_days,
        })
    }

    /// Whether a key is of the sort that would be made now.
    #[must_use]
    pub fn fits(&self, row: &KeyRow) -> bool {
        let modulus = row
            .jwk
            .get("n")
            .and_then(|n| n.as_str())
            .map_or(0, str::len);
        let mode = match &self.mode {
            SigningMode::Direct => row.private_key.is_none(),
            SigningMode::Wrapped(under) => row.private_key.is_some() && row.kms_key_id == *under,
        };
        mode && row.algorithm == self.sort.algorithm() && modulus == self.sort.modulus_text()
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyPolicy, KeySort, SigningMode};

    fn read(set: &[(&str, &str)]) -> Result<KeyPolicy, String> {
        let lookup = |name: &str| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        KeyPolicy::from_lookup(lookup).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_set_is_es256_in_kms_for_90_days() {
        let policy = read(&[]).unwrap();
        assert_eq!(policy, KeyPolicy::default());
        assert_eq!(policy.sort, KeySort::P256);
        assert_eq!(
            (policy.mode, policy.rotation_days),
            (SigningMode::Direct, 90)
        );
    }

    #[test]
    fn each_wrong_variable_is_named() {
        for (set, named) in [
            (&[("HALLPASS_ALGORITHM", "HS256")][..], "HALLPASS_ALGORITHM"),
            (&[("HALLPASS_ALGORITHM", "es256")], "HALLPASS_ALGORITHM"),
            (
                &[("HALLPASS_SIGNING_MODE", "none")],
                "HALLPASS_SIGNING_MODE",
            ),
            (
                &[("HALLPASS_SIGNING_MODE", "wrapped")],
                "HALLPASS_WRAPPING_KEY",
            ),
            (&[("HALLPASS_ROTATION_DAYS", "1")], "HALLPASS_ROTATION_DAYS"),
            (
                &[("HALLPASS_ROTATION_DAYS", "3651")],
                "HALLPASS_ROTATION_DAYS",
            ),
            (&[("HALLPASS_ROTATION_DAYS", "x")], "HALLPASS_ROTATION_DAYS"),
        ] {
            let error = read(set).unwrap_err();
            assert!(error.contains(named), "{set:?}: {error}");
        }
        let wrapped = read(&[
            ("HALLPASS_ALGORITHM", "RS256-3072"),
            ("HALLPASS_SIGNING_MODE", "wrapped"),
            ("HALLPASS_WRAPPING_KEY", "alias/x"),
            ("HALLPASS_ROTATION_DAYS", "2"),
        ]);
        let wrapped = wrapped.unwrap();
        assert_eq!(wrapped.sort, KeySort::Rsa3072);
        assert_eq!(wrapped.mode, SigningMode::Wrapped("alias/x".to_owned()));
        assert_eq!(wrapped.rotation_days, 2);
    }
}
