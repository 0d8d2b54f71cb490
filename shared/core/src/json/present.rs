//! Fields that may be left out, but are never `null`.

use serde::{Deserialize, Deserializer};

/// For `#[serde(default, deserialize_with = "present")]`: a field that is there has a value. `null`
/// would otherwise read as "not named", and `"before": null` or `"origins": null` would widen what
/// its writer meant to narrow.
///
/// # Errors
/// Where the value is `null` or not a `T`.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
