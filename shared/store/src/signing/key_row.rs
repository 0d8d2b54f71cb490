//! The row of a signing key: what is published of it, and where it is in its life.

use crate::table::Projected;
use hallpass_core::{Algorithm, Issuer, UnixMillis};
use serde::{Deserialize, Serialize};

/// Where a signing key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published, and does not sign yet.
    Next,
    /// Signs; there is one at most.
    Current,
    /// Signs no more, and stays published while what it signed lives.
    Previous,
}

/// What the table holds of a signing key. Nothing of it is secret: a private key is here only as
/// KMS encrypted it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRow {
    /// Its id in a JWT's header: the RFC 7638 thumbprint.
    pub kid: String,
    /// The one algorithm it signs with.
    pub algorithm: Algorithm,
    /// The KMS key that signs, or that `private_key` is encrypted under.
    pub kms_key_id: String,
    /// Mode `wrapped`: the private key as KMS encrypted it, in base64. Mode `direct`: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_key: Option<String>,
    /// Unlike that of any other key of this deployment; part of the encryption context.
    #[serde(default)]
    pub generation: u64,
    /// Mode `wrapped`: whose key it was when it was made; part of the encryption context, which must
    /// be the same when the deployment has another issuer. Rows that do not say: the present one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<Issuer>,
    /// The public key, as a JWK (RFC 7517).
    pub jwk: serde_json::Value,
    /// Where it is in its life.
    pub state: KeyState,
    /// When it was made.
    pub created_at: UnixMillis,
    /// It signs nothing before, although it be current: not every verifier knows it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signs_from: Option<UnixMillis>,
    /// The longest that a token lives which it signed or may sign, in seconds.
    #[serde(default)]
    pub longest_token: u64,
    /// When somebody asked that another sign in its place as soon as it may; absent if nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation_asked_at: Option<UnixMillis>,
    /// When another became current in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_at: Option<UnixMillis>,
    /// When it was retired: it is published no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<UnixMillis>,
    /// When its private half was ended: it can never sign again, and its row is only remembered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<UnixMillis>,
}

/// What verifiers read of a signing key: nothing with which anybody could sign, not even as KMS encrypted it.
/// Functions that do not sign may read no more, by policy.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct VerificationKeyRow {
    /// Its id in a JWT's header: the RFC 7638 thumbprint.
    pub kid: String,
    /// The one algorithm it signs with.
    pub algorithm: Algorithm,
    /// The public key, as a JWK (RFC 7517).
    pub jwk: serde_json::Value,
    /// The longest that a token lives which it signed or may sign, in seconds.
    #[serde(default)]
    pub longest_token: u64,
    /// When it was retired: it is published no more.
    #[serde(default)]
    pub retired_at: Option<UnixMillis>,
}

impl Projected for VerificationKeyRow {
    const ATTRIBUTES: &'static [&'static str] =
        &["kid", "algorithm", "jwk", "longest_token", "retired_at"];
}

impl VerificationKeyRow {
    /// Whether verifiers are to know it.
    #[must_use]
    pub fn is_published(&self) -> bool {
        self.retired_at.is_none()
    }
}

impl KeyRow {
    /// Whether verifiers are to know it.
    #[must_use]
    pub fn is_published(&self) -> bool {
        self.retired_at.is_none()
    }

    /// Whether it is the published key in this state.
    #[must_use]
    pub fn is(&self, state: KeyState) -> bool {
        self.state == state && self.is_published()
    }
}
