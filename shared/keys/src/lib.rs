//! Signing keys: made and used through KMS, published as rows of the table.
//!
//! The private key never leaves KMS (mode `direct`). Validation needs neither `kms:Sign` nor
//! `kms:Decrypt`: it reads the key rows.

mod create;
mod jwk;
mod signer;
mod verification;

pub use create::{CreateKeyError, create_signing_key};
pub use jwk::{PublicKeyError, p256_jwk, thumbprint};
pub use signer::{SignError, Signer};
pub use verification::{KEYS_AT_MOST_SECONDS_OLD, VerificationKeys, VerifyError};
