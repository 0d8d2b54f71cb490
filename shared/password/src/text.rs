//! A password as a request wrote it.

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, de::Error as _};
use thiserror::Error;

/// More would only make the hash's first step long.
const MOST_BYTES: usize = 1_024;

/// A password, 1 to 1,024 bytes. Prints as `[REDACTED]`.
#[derive(Clone, Debug)]
pub struct Password(SecretString);

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
        Ok((!text.is_empty()).then(|| Self(text.into())))
    }

    /// None at all, to be hashed in place of one: it is no hash's.
    #[must_use]
    pub fn none() -> Self {
        Self(SecretString::default())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
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
