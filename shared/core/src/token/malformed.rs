//! Why a text is not a token.

use thiserror::Error;

/// Why a text is no token at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Malformed {
    /// Over 8 KiB.
    #[error("the token is longer than 8 KiB")]
    TooLong,
    /// It was read from a file or a command with the line break at the end.
    #[error("the token ends in a line break: send it without one")]
    LineBreak,
    /// Neither an opaque token nor a JWT.
    #[error("the text is not a token: it is neither `prefix_…` nor a JWT of three parts")]
    Shape,
    /// The last six characters are not the CRC-32 of what stands before them.
    #[error("the token's checksum does not match: it was mistyped or cut off")]
    Checksum,
    /// The JWT's header is not one that this service writes.
    #[error("the JWT's header is not one of this service's: {0}")]
    JwtHeader(&'static str),
    /// The JWT's claims are not what this service writes.
    #[error("the JWT's claims are not what this service writes")]
    JwtClaims,
}
