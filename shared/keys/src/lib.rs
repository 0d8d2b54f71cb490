//! Signing keys: made and used through KMS, published as rows of the table.
//!
//! Mode `direct`: the private key never leaves KMS. Mode `wrapped`: KMS made and encrypted it, and
//! decrypts it for signers, once each. Validation needs neither `kms:Sign` nor `kms:Decrypt`: it
//! reads the key rows. This crate stands on `hallpass-core` and `hallpass-store`.

mod encryption_context;
mod error;
mod jwk;
mod key_maker;
mod kms;
mod private_key;
mod settings;
mod signer;
mod verification;

pub use error::{CreateKeyError, EndKeyError};
pub use jwk::{PublicKey, PublicKeyError};
pub use key_maker::{KeyMaker, create_signing_key};
pub use private_key::PrivateKeyError;
pub use settings::{KeySettings, KeySettingsError, KeySort, SigningMode};
pub use signer::{SignError, Signer};
pub use verification::{
    KEYS_AT_MOST_SECONDS_OLD, REFETCH_AFTER_SECONDS, VerificationKeys, VerifyError,
};
