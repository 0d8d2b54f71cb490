//! Shares: models that anybody may open, optionally with a password.

use crate::directory::environment::EnvironmentName;
use crate::directory::tenant::Tenant;
use crate::id::{AccountId, ShareId};
use crate::scope::path::Path;
use crate::scope::set::ScopeSet;
use crate::scope::syntax_error::ScopeSyntaxError;
use crate::time::UnixMillis;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::{fmt, str::FromStr};

/// A model's id, the platform's own: one segment of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ModelId(Box<str>);

impl ModelId {
    /// The id as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ModelId {
    type Err = ScopeSyntaxError;

    fn from_str(text: &str) -> Result<Self, ScopeSyntaxError> {
        if Path::is_segment(text) {
            Ok(Self(text.into()))
        } else {
            Err(ScopeSyntaxError::Path(text.to_owned()))
        }
    }
}

impl<'de> Deserialize<'de> for ModelId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A password's Argon2id hash, as a PHC string. People choose passwords, so this one is slow.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// What the table holds of a shared model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareRecord {
    /// `shr_…`: another one each time the model is shared again.
    pub id: ShareId,
    /// The account the model belongs to.
    pub account: AccountId,
    /// The environment it lives in.
    pub environment: EnvironmentName,
    /// The model.
    pub model: ModelId,
    /// What its visitors may do, at the model's path.
    pub scopes: ScopeSet,
    /// The password they need; none if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordHash>,
    /// When it was shared.
    pub created_at: UnixMillis,
    /// When it ceased to be shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<UnixMillis>,
    /// All tokens that visitors were given up to this moment are revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_off: Option<UnixMillis>,
}

impl ShareRecord {
    /// The account and environment it belongs to.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        Tenant {
            account: self.account,
            environment: self.environment.clone(),
        }
    }

    /// The time of issue of a token that is issued now: after the cut-off, which may lie one second
    /// after the change of the password that made it.
    #[must_use]
    pub fn issues_at(&self, now: UnixMillis) -> UnixMillis {
        match self.cut_off {
            Some(cut_off) if now <= cut_off => UnixMillis(cut_off.0.saturating_add(1)),
            _ => now,
        }
    }
}
