//! A password as a request wrote it.

use crate::opaque::opaque_string;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, de::Error as _};
use thiserror::Error;

/// More would only make the hash's first step long.
const MOST_BYTES: usize = 1_024;

/// A password, 1 to 1,024 bytes. Prints as `[REDACTED]`.
#[derive(Clone, Debug)]
pub struct Password {
    written: SecretString,
    /// Its one form (RFC 8265), if it has one.
    opaque: Option<SecretString>,
}

/// A longer text than a password can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a password has at most 1,024 bytes")]
pub struct PasswordTooLong;

impl Password {
    /// Reads a text; the empty one is no password.
    ///
    /// # Errors
    /// When it is too long.
    pub fn parse(text: String) -> Result<Option<Self>, PasswordTooLong> {
        if text.len() > MOST_BYTES {
            return Err(PasswordTooLong);
        }
        let opaque = opaque_string(&text).map(SecretString::from);
        Ok((!text.is_empty()).then(|| Self {
            written: text.into(),
            opaque,
        }))
    }

    /// None at all, to be hashed in place of one: it is no hash's.
    #[must_use]
    pub fn none() -> Self {
        Self {
            written: SecretString::default(),
            opaque: None,
        }
    }

    /// The form in which it is hashed and compared; as it is written where it has none.
    pub(crate) fn form(&self) -> &[u8] {
        let form = self.opaque.as_ref().unwrap_or(&self.written);
        form.expose_secret().as_bytes()
    }

    /// As it is written, where that is not its form.
    pub(crate) fn written(&self) -> Option<&[u8]> {
        let written = self.written.expose_secret().as_bytes();
        (written != self.form()).then_some(written)
    }
}

/// For `#[serde(deserialize_with = "chosen")]`: a password that is set, as [`optional`] reads it, and
/// that has a form in which it can be given again on any keyboard.
///
/// # Errors
/// As [`optional`], and where RFC 8265 has no form for it.
pub fn chosen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Password>, D::Error> {
    let password = optional(deserializer)?;
    if password
        .as_ref()
        .is_some_and(|password| password.opaque.is_none())
    {
        return Err(D::Error::custom(
            "a password has no control characters, none that cannot be seen, and none that Unicode does \
             not know (RFC 8265, OpaqueString): choose another",
        ));
    }
    Ok(password)
}

/// For `#[serde(deserialize_with = "optional")]`: `null` and the empty text both mean no password,
/// as bimU.io's document has it.
///
/// # Errors
/// Where it is no text, or too long; what was written is not told back.
pub fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Password>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    Password::parse(text).map_err(D::Error::custom)
}
