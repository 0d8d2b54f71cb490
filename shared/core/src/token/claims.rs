//! The claims of a JWT (RFC 9068), and the text that is signed.

use crate::catalog::kind::KindName;
use crate::directory::environment::EnvironmentName;
use crate::directory::label::Label;
use crate::directory::tenant::Tenant;
use crate::id::{AccountId, JwtId, ParentId, Principal, ServiceAccountId};
use crate::json::object;
use crate::json::present::present;
use crate::origin::address::IpRules;
use crate::origin::rule::OriginRules;
use crate::schema::SchemaVersion;
use crate::scope::set::ScopeSet;
use crate::time::{UnixMillis, UnixSeconds};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// KMS signs at most this much of a RAW message.
const MAX_SIGNING_INPUT: usize = 4_096;

/// How a token is signed; one algorithm a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256 (RFC 7518 §3.4).
    ES256,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3).
    RS256,
    /// Ed25519 (RFC 8037 §3.1).
    EdDSA,
}

/// A text that is not a valid issuer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is not an issuer: an https URL (or http://localhost, http://127.0.0.1) in lower case, without credentials, default port, path, query, fragment or a slash at its end"
)]
pub struct IssuerError(String);

/// The platform's issuer URL: `iss` of every token, and an audience of every token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Issuer(String);

impl Issuer {
    /// The URL as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Issuer {
    type Err = IssuerError;

    fn from_str(text: &str) -> Result<Self, IssuerError> {
        // Issuers are compared as texts (RFC 8414 §3.3), so only a URL's one normal spelling is taken.
        let is_normal =
            |url: &url::Url| url.as_str() == text || url.as_str().strip_suffix('/') == Some(text);
        let is_local = |url: &url::Url| matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
        url::Url::parse(text)
            .ok()
            .filter(|url| {
                (url.scheme() == "https" || (url.scheme() == "http" && is_local(url)))
                    && url.query().is_none()
                    && url.fragment().is_none()
                    && url.username().is_empty()
                    && url.password().is_none()
                    // Its documents lie at the root (RFC 8414 §3), and so do all our routes.
                    && url.path() == "/"
                    && !text.ends_with('/')
                    && is_normal(url)
            })
            .map(|_| Self(text.to_owned()))
            .ok_or_else(|| IssuerError(text.to_owned()))
    }
}

/// `aud`: one text or a list of them (RFC 7519 §4.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience(pub Vec<String>);

impl Audience {
    /// Whether `issuer` is among them.
    #[must_use]
    pub fn includes(&self, issuer: &Issuer) -> bool {
        self.0.iter().any(|audience| audience == issuer.as_str())
    }
}

impl Serialize for Audience {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => serializer.serialize_str(one),
            many => many.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            One(String),
            Many(Vec<String>),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::One(one) => Self(vec![one]),
            Written::Many(many) => Self(many),
        })
    }
}

/// Everything a JWT of ours says. Read only after its signature was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Who issued it.
    pub iss: Issuer,
    /// Who it speaks for.
    pub sub: Principal,
    /// Who may rely on it: the issuer, and the deployment's audience where offline checks suffice.
    pub aud: Audience,
    /// The parent's id (RFC 9068 §2.2 requires a `client_id`).
    pub client_id: ParentId,
    /// When it expires.
    pub exp: UnixSeconds,
    /// When it was issued.
    pub iat: UnixSeconds,
    /// From when on it is valid.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub nbf: Option<UnixSeconds>,
    /// Its id.
    pub jti: JwtId,
    /// Its scopes, one space between (RFC 9068 §2.2.3, RFC 8693 §4.2).
    #[serde(with = "scope_text")]
    pub scope: ScopeSet,
    /// What no standard claim can say.
    #[serde(
        rename = "https://hallpass.dev/claims",
        deserialize_with = "object::deserialize"
    )]
    pub hallpass: HallpassClaims,
}

/// Hallpass's own claims, under one name. One that this code does not know only informs, or `v` is
/// higher than it knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HallpassClaims {
    /// What a reader has to know to read them whole.
    #[serde(default, skip_serializing_if = "SchemaVersion::is_first")]
    pub v: SchemaVersion,
    /// The token's kind.
    pub kind: KindName,
    /// The account it belongs to.
    pub account: AccountId,
    /// The environment it lives in.
    pub environment: EnvironmentName,
    /// The row it came from and dies with.
    pub parent: ParentId,
    /// Where a browser may use it from.
    #[serde(default, skip_serializing_if = "OriginRules::is_empty")]
    pub origins: OriginRules,
    /// Which addresses may use it.
    #[serde(default, skip_serializing_if = "IpRules::is_empty")]
    pub ips: IpRules,
    /// What logs call its principal.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub label: Option<Label>,
    /// When it was issued, in milliseconds: cut-offs are compared in these.
    pub iat_ms: UnixMillis,
    /// The service account whose token it was derived from, where it speaks for a user: the rights of
    /// both count.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub via: Option<ServiceAccountId>,
}

/// The token would be longer than can be signed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "the token would be {bytes} bytes long before signing, and {MAX_SIGNING_INPUT} is the most: \
     its scopes take {scopes} bytes and its origins and addresses {rules}; ask for fewer"
)]
pub struct TokenTooLarge {
    bytes: usize,
    scopes: usize,
    rules: usize,
    field: &'static str,
}

impl TokenTooLarge {
    /// The field of a request that makes it long: `scopes` or `origins`.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }
}

#[derive(Serialize)]
struct HeaderOut<'a> {
    typ: &'a str,
    alg: Algorithm,
    kid: &'a str,
}

impl Claims {
    /// The account and environment it belongs to.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        Tenant {
            account: self.hallpass.account,
            environment: self.hallpass.environment.clone(),
        }
    }

    /// The users and service accounts whose rows have to be read: those whose rights count.
    pub fn principals(&self) -> impl Iterator<Item = Principal> {
        let via = self.hallpass.via.map(Principal::ServiceAccount);
        let own = Some(self.sub).filter(|sub| !matches!(sub, Principal::Account(_)));
        own.into_iter().chain(via)
    }

    /// How long it lives, in seconds.
    pub(crate) fn lifetime(&self) -> u64 {
        self.exp.0.saturating_sub(self.iat.0)
    }

    /// `base64url(header).base64url(claims)`, the text that is signed (RFC 7515 §5.1).
    ///
    /// # Errors
    /// When it is over 4,096 bytes.
    pub fn signing_input(&self, kid: &str, alg: Algorithm) -> Result<String, TokenTooLarge> {
        let header = serde_json::to_vec(&HeaderOut {
            typ: "at+jwt",
            alg,
            kid,
        })
        .unwrap_or_default();
        let claims = serde_json::to_vec(self).unwrap_or_default();
        let text = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims)
        );
        if text.len() <= MAX_SIGNING_INPUT {
            return Ok(text);
        }
        let length = |value: &dyn fmt::Display| value.to_string().len();
        let scopes = length(&self.scope);
        let origins: usize = self
            .hallpass
            .origins
            .0
            .iter()
            .map(|rule| length(rule))
            .sum();
        let ips: usize = self.hallpass.ips.0.iter().map(|rule| length(rule)).sum();
        Err(TokenTooLarge {
            bytes: text.len(),
            scopes,
            rules: origins.saturating_add(ips),
            field: if origins > scopes {
                "origins"
            } else {
                "scopes"
            },
        })
    }
}

mod scope_text {
    use crate::scope::Scope;
    use crate::scope::set::ScopeSet;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(
        set: &ScopeSet,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(set)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<ScopeSet, D::Error> {
        let text = String::deserialize(deserializer)?;
        let scopes: Result<Vec<Scope>, _> = text.split(' ').map(str::parse).collect();
        ScopeSet::new(scopes.map_err(D::Error::custom)?).map_err(D::Error::custom)
    }
}
