//! What a wrapped private key is bound to: KMS decrypts it for the same words only.

use hallpass_core::Issuer;
use std::collections::HashMap;

const PURPOSE: &str = "hallpass signing key";

/// The encryption context of a key. It is no secret: AWS logs it with each call.
pub(crate) fn of(issuer: &Issuer, generation: u64) -> HashMap<String, String> {
    HashMap::from([
        ("issuer".to_owned(), issuer.as_str().to_owned()),
        ("purpose".to_owned(), PURPOSE.to_owned()),
        ("generation".to_owned(), generation.to_string()),
    ])
}
