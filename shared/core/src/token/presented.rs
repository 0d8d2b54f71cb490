//! A presented text, parsed as one of the two forms a token has.

use crate::token::OpaqueToken;
use crate::token::jwt::UnverifiedJwt;
use crate::token::malformed::Malformed;

/// A longer token is refused before it is looked at, in bytes.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// A token as a request presented it: well formed, nothing more is known of it.
#[derive(Debug)]
pub enum Presented {
    /// An opaque token whose checksum matches.
    Opaque(OpaqueToken),
    /// A JWT with a header of ours; its claims cannot be read before its signature is checked.
    Jwt(UnverifiedJwt),
}

impl Presented {
    /// Tells the two formats apart and checks what can be checked without any read.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if text.len() > MAX_TOKEN_BYTES {
            return Err(Malformed::TooLong);
        }
        if text.ends_with(['\n', '\r']) {
            return Err(Malformed::LineBreak);
        }
        if text.contains('.') {
            return UnverifiedJwt::parse(text).map(Self::Jwt);
        }
        // Base62 has no underscore, so the last one ends the prefix.
        let (prefix, body) = text.rsplit_once('_').ok_or(Malformed::Shape)?;
        OpaqueToken::parse(prefix, body, text).map(Self::Opaque)
    }
}
