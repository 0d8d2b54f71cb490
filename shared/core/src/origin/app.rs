//! The origins of app shells and of browser extensions: no web addresses, and compared as exact text.
//!
//! A shell's origin is the same in every app that is built with it (`capacitor://localhost`), so it
//! identifies nobody. Of these only an extension's id does: a browser gives it to one extension.

use std::fmt;

/// What such an origin begins with.
const SCHEMES: [&str; 7] = [
    "capacitor",
    "ionic",
    "tauri",
    "app",
    "chrome-extension",
    "moz-extension",
    "safari-web-extension",
];

/// How long a name behind the scheme can be.
const MAX_NAME_BYTES: usize = 253;

/// Such an origin, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AppOrigin(Box<str>);

impl AppOrigin {
    /// Reads `scheme://name`; `None` if it is none of these schemes, or the name has other characters
    /// than letters, digits, `.`, `_` and `-`: there is neither a port nor a wildcard.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, name) = text.split_once("://")?;
        let is_name = (1..=MAX_NAME_BYTES).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        (SCHEMES.contains(&scheme) && is_name).then(|| Self(text.into()))
    }
}

impl fmt::Display for AppOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
