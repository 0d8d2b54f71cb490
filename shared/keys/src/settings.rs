//! What sort of signing key a deployment is to have, and how its KMS keys are made.

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
pub struct KeySettings {
    /// `HALLPASS_ALGORITHM`: `ES256` (the default), `RS256`, `RS256-3072` or `EdDSA`.
    pub sort: KeySort,
    /// `HALLPASS_SIGNING_MODE`: `direct` (the default), or `wrapped` under `HALLPASS_WRAPPING_KEY`.
    pub mode: SigningMode,
    /// `HALLPASS_ROTATION_DAYS`: after so many days another key signs; 90 unless set.
    pub rotation_days: u64,
    /// `HALLPASS_KEY_POLICY`: the key policy of a new KMS key, as JSON. It says who signs with the
    /// key and who ends it. Unless set, KMS gives the key its default policy.
    pub key_policy: Option<String>,
    /// `HALLPASS_KEY_TAG_NAMES` and `HALLPASS_KEY_TAG_VALUES`: the tags of a new KMS key, with a comma
    /// between them; none unless set.
    pub tags: Vec<(String, String)>,
}

/// The tag by which functions were allowed to use keys, before keys had policies. A stack that still
/// has such keys allows its functions to use what has this tag, so no new key is given it.
const TAG_OF_BEFORE: &str = "hallpass:stack";

/// What is wrong with the environment.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeySettingsError {
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
    /// Names and values of tags do not belong together.
    #[error(
        "HALLPASS_KEY_TAG_NAMES, HALLPASS_KEY_TAG_VALUES: give each of the {names} names a value; there are {values}"
    )]
    Tags {
        /// How many names there are.
        names: usize,
        /// How many values there are.
        values: usize,
    },
    /// The tag that keys had before they had policies.
    #[error(
        "HALLPASS_KEY_TAG_NAMES: `hallpass:stack` gives rights to keys that were made before; choose another name"
    )]
    TagOfBefore,
}

impl Default for KeySettings {
    fn default() -> Self {
        Self {
            sort: KeySort::default(),
            mode: SigningMode::default(),
            rotation_days: 90,
            key_policy: None,
            tags: Vec::new(),
        }
    }
}

impl KeySettings {
    /// Reads variables through `lookup`.
    ///
    /// # Errors
    /// Names the variable and what is wrong with it.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, KeySettingsError> {
        let unset = Self::default();
        let sort = match lookup("HALLPASS_ALGORITHM") {
            Some(text) => {
                let sort = text.parse();
                sort.map_err(|()| KeySettingsError::Algorithm(text))?
            }
            None => unset.sort,
        };
        let mode = match lookup("HALLPASS_SIGNING_MODE").as_deref() {
            None | Some("direct") => SigningMode::Direct,
            Some("wrapped") => SigningMode::Wrapped(
                lookup("HALLPASS_WRAPPING_KEY").ok_or(KeySettingsError::WrappingKey)?,
            ),
            Some(other) => return Err(KeySettingsError::Mode(other.to_owned())),
        };
        let rotation_days = match lookup("HALLPASS_ROTATION_DAYS") {
            Some(text) => {
                let days = text.parse().ok().filter(|days| (2..=3_650).contains(days));
                days.ok_or(KeySettingsError::RotationDays(text))?
            }
            None => unset.rotation_days,
        };
        Ok(Self {
            sort,
            mode,
            rotation_days,
            key_policy: lookup("HALLPASS_KEY_POLICY"),
            tags: tags(
                lookup("HALLPASS_KEY_TAG_NAMES"),
                lookup("HALLPASS_KEY_TAG_VALUES"),
            )?,
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

/// Each name with its value. KMS itself refuses what is no tag.
fn tags(
    names: Option<String>,
    values: Option<String>,
) -> Result<Vec<(String, String)>, KeySettingsError> {
    let listed = |text: Option<String>| -> Vec<String> {
        let text = text.unwrap_or_default();
        let parts = text.split(',').map(|part| part.trim().to_owned());
        parts.filter(|_| !text.is_empty()).collect()
    };
    let (names, values) = (listed(names), listed(values));
    if names.len() != values.len() {
        return Err(KeySettingsError::Tags {
            names: names.len(),
            values: values.len(),
        });
    }
    if names.iter().any(|name| name == TAG_OF_BEFORE) {
        return Err(KeySettingsError::TagOfBefore);
    }
    Ok(names.into_iter().zip(values).collect())
}

#[cfg(test)]
mod tests {
    use super::{KeySettings, KeySort, SigningMode};

    fn read(set: &[(&str, &str)]) -> Result<KeySettings, String> {
        let lookup = |name: &str| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        KeySettings::from_lookup(lookup).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_set_is_es256_in_kms_for_90_days() {
        let settings = read(&[]).unwrap();
        assert_eq!(settings, KeySettings::default());
        assert_eq!(settings.sort, KeySort::P256);
        assert_eq!(
            (settings.mode, settings.rotation_days),
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
            (&[("HALLPASS_KEY_TAG_NAMES", "a")], "HALLPASS_KEY_TAG_NAMES"),
            (
                &[("HALLPASS_KEY_TAG_VALUES", "a")],
                "HALLPASS_KEY_TAG_VALUES",
            ),
            (
                &[
                    ("HALLPASS_KEY_TAG_NAMES", "team,hallpass:stack"),
                    ("HALLPASS_KEY_TAG_VALUES", "web,other"),
                ],
                "`hallpass:stack`",
            ),
        ] {
            let error = read(set).unwrap_err();
            assert!(error.contains(named), "{set:?}: {error}");
        }
        let wrapped = read(&[
            ("HALLPASS_ALGORITHM", "RS256-3072"),
            ("HALLPASS_SIGNING_MODE", "wrapped"),
            ("HALLPASS_WRAPPING_KEY", "alias/x"),
            ("HALLPASS_ROTATION_DAYS", "2"),
            ("HALLPASS_KEY_TAG_NAMES", "team, cost"),
            ("HALLPASS_KEY_TAG_VALUES", "web,42"),
        ]);
        let wrapped = wrapped.unwrap();
        assert_eq!(wrapped.sort, KeySort::Rsa3072);
        assert_eq!(wrapped.mode, SigningMode::Wrapped("alias/x".to_owned()));
        assert_eq!(wrapped.rotation_days, 2);
        let tags = [("team", "web"), ("cost", "42")];
        assert_eq!(
            wrapped.tags,
            tags.map(|(name, value)| (name.into(), value.into()))
        );
    }
}
