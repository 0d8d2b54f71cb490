//! What was issued, and the two forms it takes: a token with its record, or claims to be signed.

use super::error::IssueError;
use crate::catalog::kind::Kind;
use crate::directory::label::Label;
use crate::directory::tenant::Tenant;
use crate::id::{JwtId, ParentId, Principal, ServiceAccountId, TokenId};
use crate::origin::address::IpRules;
use crate::origin::rule::OriginRules;
use crate::random::{Random, RandomUnavailable};
use crate::schema::SchemaVersion;
use crate::scope::set::ScopeSet;
use crate::time::{UnixMillis, UnixSeconds};
use crate::token::OpaqueToken;
use crate::token::claims::{Audience, Claims, HallpassClaims, Issuer};
use crate::token::record::{Metadata, TokenName, TokenRecord};
use secrecy::SecretString;
use thiserror::Error;

/// A token that may be issued. Only [`super::Prepared::issue`] creates one.
#[derive(Clone, Debug)]
pub struct Issuance {
    pub(super) kind: Kind,
    pub(super) parent: Option<ParentId>,
    pub(super) minted_by: Option<String>,
    pub(super) tenant: Tenant,
    pub(super) principal: Principal,
    pub(super) label: Option<Label>,
    pub(super) scopes: ScopeSet,
    pub(super) origins: OriginRules,
    pub(super) ips: IpRules,
    pub(super) not_before: Option<UnixSeconds>,
    pub(super) expires_at: Option<UnixSeconds>,
    pub(super) issued_at: UnixMillis,
    /// Whether its principal has rights of its own.
    pub(super) live: bool,
    /// What a reader of its claims has to know.
    pub(super) schema_version: SchemaVersion,
    pub(super) via: Option<ServiceAccountId>,
}

/// Name and notes of a token; no rule depends on these.
#[derive(Clone, Debug)]
pub struct TokenDetails {
    /// What it is called.
    pub name: TokenName,
    /// What the platform notes about it.
    pub metadata: Metadata,
}

/// An opaque token that was issued: its text, which is shown once, and its record.
#[derive(Clone, Debug)]
pub struct NewToken {
    record: TokenRecord,
    text: SecretString,
    limit: Option<u8>,
}

/// The claims of a JWT that was issued, to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewClaims(Claims);

/// Why an issuance becomes neither a token nor claims.
#[derive(Debug, Error)]
pub enum FormError {
    /// No random bytes for its id or secret.
    #[error(transparent)]
    Random(#[from] RandomUnavailable),
    /// Its kind has the other format.
    #[error(transparent)]
    Form(#[from] IssueError),
}

impl Issuance {
    /// What a reader of its claims has to know to read them whole.
    #[must_use]
    pub fn schema_version(&self) -> SchemaVersion {
        self.schema_version
    }

    /// Whose name its label needs, and in which tenant, where neither the maker nor the rights that were
    /// read say it. Only of a token that is stored: a JWT is derived without another read, and then has
    /// no label.
    #[must_use]
    pub fn unlabelled(&self) -> Option<(&Tenant, Principal)> {
        let is_stored = self.kind.prefix().is_some();
        (is_stored && self.label.is_none()).then_some((&self.tenant, self.principal))
    }

    /// The same with this label.
    #[must_use]
    pub fn with_label(self, label: Option<Label>) -> Self {
        Self { label, ..self }
    }

    /// The token and its record, with a new id and secret.
    ///
    /// # Errors
    /// Without random bytes, or where the kind is a JWT.
    pub fn into_token(
        self,
        details: TokenDetails,
        random: &dyn Random,
    ) -> Result<NewToken, FormError> {
        let Some(prefix) = self.kind.prefix() else {
            return Err(IssueError::OtherFormat(self.kind.name).into());
        };
        let token = OpaqueToken::generate(prefix.clone(), TokenId::generate(random)?, random)?;
        let record = TokenRecord {
            id: token.id,
            account: self.tenant.account,
            environment: self.tenant.environment,
            principal: self.principal,
            label: self.label,
            name: details.name,
            scopes: self.scopes,
            origins: self.origins,
            ips: self.ips,
            secret_hash: token.secret.hash(),
            previous: Vec::new(),
            public_text: self.kind.is_public().then(|| token.public_text()),
            created_at: self.issued_at,
            not_before: self.not_before,
            expires_at: self.expires_at,
            revoked_at: None,
            cut_off: None,
            enabled: true,
            minted_by: self.minted_by,
            metadata: details.metadata,
            slot: None,
            live: self.live,
            kind: self.kind.name,
        };
        Ok(NewToken {
            record,
            text: token.text(),
            limit: self.kind.limit,
        })
    }

    /// The claims of a JWT with a new id. The deployment's `audience` is named only where offline
    /// checks suffice: a verifier that reads keys alone cannot check origins and addresses.
    ///
    /// # Errors
    /// Without random bytes, or where the kind is opaque.
    pub fn into_claims(
        self,
        issuer: &Issuer,
        audience: Option<&str>,
        random: &dyn Random,
    ) -> Result<NewClaims, FormError> {
        let (Some(parent), Some(expires_at), None) =
            (self.parent, self.expires_at, self.kind.prefix())
        else {
            return Err(IssueError::OtherFormat(self.kind.name).into());
        };
        let offline = audience.filter(|_| self.origins.is_empty() && self.ips.is_empty());
        let audience = [issuer.as_str()].into_iter().chain(offline);
        Ok(NewClaims(Claims {
            iss: issuer.clone(),
            sub: self.principal,
            aud: Audience(audience.map(str::to_owned).collect()),
            client_id: parent,
            exp: expires_at,
            iat: self.issued_at.seconds(),
            nbf: self.not_before,
            jti: JwtId::generate(random)?,
            scope: self.scopes,
            hallpass: HallpassClaims {
                v: self.schema_version,
                kind: self.kind.name,
                account: self.tenant.account,
                environment: self.tenant.environment,
                parent,
                origins: self.origins,
                ips: self.ips,
                label: self.label,
                iat_ms: self.issued_at,
                via: self.via,
            },
        }))
    }
}

impl NewToken {
    /// What the table will hold of it.
    #[must_use]
    pub fn record(&self) -> &TokenRecord {
        &self.record
    }

    /// Its text, which is shown once.
    #[must_use]
    pub fn text(&self) -> &SecretString {
        &self.text
    }

    /// How many tokens of its kind its environment may hold.
    #[must_use]
    pub fn limit(&self) -> Option<u8> {
        self.limit
    }

    /// A token that was never issued, for tests of the code that writes records.
    #[cfg(feature = "unchecked")]
    #[must_use]
    pub fn unchecked(record: TokenRecord, limit: Option<u8>) -> Self {
        Self {
            record,
            text: SecretString::default(),
            limit,
        }
    }
}

impl NewClaims {
    /// What the JWT says.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.0
    }
}
