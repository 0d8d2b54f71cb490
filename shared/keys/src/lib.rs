//! Signing keys: made and used through KMS, published as rows of the table.
//!
//! Mode `direct`: the private key never leaves KMS. Mode `wrapped`: KMS made and encrypted it, and
//! decrypts it for signers, once each. Validation needs neither `kms:Sign` nor `kms:Decrypt`: it
//! reads the key rows.

mod age;
mod context;
mod jwk;
mod kms;
mod maker;
mod memory;
mod policy;
mod signer;
mod verification;

pub use jwk::{PublicKey, PublicKeyError};
pub use maker::{CreateKeyError, EndKeyError, KeyMaker, create_signing_key};
pub use memory::PrivateKeyError;
pub use policy::{KeyPolicy, KeyPolicyError, KeySort, SigningMode};
pub use signer::{SignError, Signer};
pub use verification::{
    KEYS_AT_MOST_SECONDS_OLD, REFETCH_AFTER_SECONDS, VerificationKeys, VerifyError,
};
