//! Records: what the table holds of an opaque token.

use crate::catalog::kind::KindName;
use crate::directory::environment::EnvironmentName;
use crate::directory::label::Label;
use crate::directory::tenant::Tenant;
use crate::id::{AccountId, Principal, TokenId};
use crate::issue::bounds::Bounds;
use crate::origin::address::IpRules;
use crate::origin::rule::OriginRules;
use crate::schema::SchemaVersion;
use crate::scope::set::ScopeSet;
use crate::text::fold::nfc;
use crate::text::visible::is_visible;
use crate::time::{UnixMillis, UnixSeconds};
use crate::token::{PublicText, SecretHash, SecretMark, TokenSecret};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use thiserror::Error;

/// The most characters of a name that people give.
pub const MOST_NAME_CHARACTERS: usize = 100;

/// A name people give a token, a group or a folder: 1 to 100 characters in NFC, each of which can be
/// seen. In requests; a row holds what was taken when it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TokenName(String);

impl TryFrom<String> for TokenName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = nfc(&text);
        if is_visible(&text) && text.chars().count() <= MOST_NAME_CHARACTERS {
            Ok(Self(text))
        } else {
            Err(
                "a name has 1 to 100 characters, not all of them blank and none that cannot be seen or turns the direction of the text",
            )
        }
    }
}

impl TokenName {
    /// Reads a name of a row: what was taken before a rule was made stays valid.
    ///
    /// # Errors
    /// For what is no text.
    pub fn stored<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }

    /// The name as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<TokenName> for String {
    fn from(name: TokenName) -> Self {
        name.0
    }
}

/// What a platform notes about a token: up to 32 texts under names of its own, 4,096 bytes in all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Entries", into = "BTreeMap<String, String>")]
pub struct Metadata(BTreeMap<String, String>);

/// Too much metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("metadata has at most 32 entries, each a text under a name, of 4,096 bytes in all")]
pub struct MetadataError;

/// Entries as they are written: no name stands twice.
#[derive(Deserialize)]
#[serde(transparent)]
struct Entries(#[serde(deserialize_with = "each_once")] BTreeMap<String, String>);

fn each_once<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    struct EachOnce;

    impl<'de> Visitor<'de> for EachOnce {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("texts under names")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut entries = BTreeMap::new();
            while let Some(name) = map.next_key::<String>()? {
                if entries.contains_key(&name) {
                    return Err(A::Error::custom(format_args!("`{name}` stands twice")));
                }
                let text = map.next_value()?;
                entries.insert(name, text);
            }
            Ok(entries)
        }
    }

    deserializer.deserialize_map(EachOnce)
}

impl TryFrom<Entries> for Metadata {
    type Error = MetadataError;

    fn try_from(Entries(entries): Entries) -> Result<Self, MetadataError> {
        entries.try_into()
    }
}

impl TryFrom<BTreeMap<String, String>> for Metadata {
    type Error = MetadataError;

    fn try_from(entries: BTreeMap<String, String>) -> Result<Self, MetadataError> {
        let bytes: usize = entries
            .iter()
            .map(|(name, text)| name.len().saturating_add(text.len()))
            .sum();
        if entries.len() <= 32 && bytes <= 4_096 && !entries.contains_key("") {
            Ok(Self(entries))
        } else {
            Err(MetadataError)
        }
    }
}

impl From<Metadata> for BTreeMap<String, String> {
    fn from(metadata: Metadata) -> Self {
        metadata.0
    }
}

/// A secret that was rotated away and is accepted for a while.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PreviousSecret {
    /// Its hash.
    pub hash: SecretHash,
    /// Until when it is accepted.
    pub until: UnixMillis,
}

/// Which of a token's secrets was presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchedSecret {
    /// The current one.
    Current,
    /// One that was rotated away and is still accepted.
    Previous {
        /// Until when it is accepted.
        until: UnixMillis,
        /// Which of the previous secrets it is.
        mark: SecretMark,
    },
}

/// What the table holds of an opaque token. Its secret is not among it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TokenRecord {
    /// `tok_…`.
    pub id: TokenId,
    /// Its kind.
    pub kind: KindName,
    /// The account it belongs to.
    pub account: AccountId,
    /// The environment it lives in.
    pub environment: EnvironmentName,
    /// Who it speaks for.
    pub principal: Principal,
    /// What people call it.
    #[serde(deserialize_with = "TokenName::stored")]
    pub name: TokenName,
    /// What it may do.
    pub scopes: ScopeSet,
    /// Where a browser may use it from.
    #[serde(default)]
    pub origins: OriginRules,
    /// Which addresses may use it.
    #[serde(default)]
    pub ips: IpRules,
    /// SHA-256 of its secret.
    pub secret_hash: SecretHash,
    /// Secrets that were rotated away and are accepted for a while.
    #[serde(default)]
    pub previous: Vec<PreviousSecret>,
    /// Its text, where its kind is public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_text: Option<PublicText>,
    /// When it was made.
    pub created_at: UnixMillis,
    /// From when on it is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<UnixSeconds>,
    /// When it expires; never if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<UnixSeconds>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<UnixMillis>,
    /// Everything derived from it up to this moment is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_off: Option<UnixMillis>,
    /// Whether it is in use; a paused token can be resumed.
    pub enabled: bool,
    /// The token that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minted_by: Option<String>,
    /// What the platform notes about it.
    #[serde(default)]
    pub metadata: Metadata,
    /// What logs call its principal. Absent from rows of the time before there were labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
    /// Its slot, if its kind is limited: see `slot` in the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<u8>,
    /// Whether its principal has rights of its own, which bound it whenever it is used. Absent from
    /// rows of the time before service accounts could have any: see [`Self::is_live`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub live: bool,
}

impl TokenRecord {
    /// Whether it may do what its scopes and its principal's current rights both allow. A user
    /// always has rights of its own; a service account if it was created with `scopes`.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.live || matches!(self.principal, Principal::User(_))
    }

    /// What a reader has to know to read it whole.
    #[must_use]
    pub fn schema_version(&self) -> SchemaVersion {
        if self.live && !matches!(self.principal, Principal::User(_)) {
            SchemaVersion::SCOPED_SERVICE_ACCOUNTS
        } else {
            SchemaVersion::FIRST
        }
    }

    /// The account and environment it belongs to.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        Tenant {
            account: self.account,
            environment: self.environment.clone(),
        }
    }

    /// How far it reaches.
    #[must_use]
    pub fn bounds(&self) -> Bounds<'_> {
        Bounds {
            scopes: &self.scopes,
            origins: &self.origins,
            ips: &self.ips,
            expires_at: self.expires_at,
        }
    }

    /// Which of this token's secrets `secret` is; `None` if it is none that is still accepted.
    #[must_use]
    pub fn matched_secret(&self, secret: &TokenSecret, now: UnixMillis) -> Option<MatchedSecret> {
        // Every accepted secret is compared, whatever the first comparison says, so that the time
        // does not show which one it was.
        let rotated_away = self.previous.iter().filter(|previous| now < previous.until);
        let previous = rotated_away
            .filter(|previous| previous.hash.matches(secret))
            .max_by_key(|previous| previous.until);
        if self.secret_hash.matches(secret) {
            Some(MatchedSecret::Current)
        } else {
            previous.map(|previous| MatchedSecret::Previous {
                until: previous.until,
                mark: previous.hash.mark(),
            })
        }
    }
}
