//! Kinds: the classes of tokens that a catalog declares.

use crate::id::PrincipalType;
use crate::issue::lifetime::Lifetime;
use crate::scope::Scope;
use crate::scope::coverage::Implications;
use crate::scope::set::ScopeSet;
use crate::token::prefix::Prefix;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The name of the built-in kind of Hallpass's own scopes.
pub(in crate::catalog) const MANAGEMENT_KIND: &str = "management";

/// A kind's name, such as `publishable`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KindName(pub(crate) Box<str>);

impl KindName {
    /// The name as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for KindName {
    /// A name as a request wrote it; whether there is such a kind, the catalog knows.
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for KindName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a kind's tokens are made and kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// Random, with a record in the table; the prefix names the kind.
    Opaque(Prefix),
    /// Signed and stateless (RFC 9068).
    Jwt,
}

/// Whether a kind's tokens may be seen by everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exposure {
    /// Stands in a web page.
    Public,
    /// Known to its holder alone.
    Secret,
}

/// Whether a kind's tokens are bound to origins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OriginPolicy {
    /// Never.
    None,
    /// Where the mint says so.
    Optional,
    /// Always.
    Required,
}

/// Where in a request a kind's tokens stand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Presentation {
    /// `Authorization: Bearer …` (RFC 6750 §2.1).
    Bearer,
    /// A query parameter of this name.
    Query(Box<str>),
    /// A header of this name, in lower case.
    Header(Box<str>),
    /// HTTP Basic (RFC 7617).
    Basic,
}

impl fmt::Display for Presentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bearer => f.write_str("`Authorization: Bearer`"),
            Self::Query(name) => write!(f, "the query parameter `{name}`"),
            Self::Header(name) => write!(f, "the header `{name}`"),
            Self::Basic => f.write_str("HTTP Basic"),
        }
    }
}

/// A class of tokens and its rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// Its name.
    pub name: KindName,
    /// How its tokens are made.
    pub format: Format,
    /// Who may see them.
    pub exposure: Exposure,
    /// The scopes they may hold.
    pub scopes: ScopeSet,
    /// The scopes of a token that asks for none; such a request is refused if absent.
    pub default_scopes: Option<ScopeSet>,
    /// How long they live.
    pub lifetime: Lifetime,
    /// Whether they are bound to origins.
    pub origins: OriginPolicy,
    /// Where in a request they stand.
    pub presented: Vec<Presentation>,
    /// How many an environment of an account may have.
    pub limit: Option<u8>,
    /// Who they may speak for.
    pub principals: Vec<PrincipalType>,
    /// Whether they may be given more than their user has yet: what counts is what the user may do
    /// when they are used.
    pub live: bool,
    /// The kinds that can be derived from them.
    pub derives: Vec<KindName>,
    /// For how many seconds validation may reuse what it read.
    pub freshness: u64,
}

impl Kind {
    /// The prefix of an opaque kind.
    #[must_use]
    pub fn prefix(&self) -> Option<&Prefix> {
        match &self.format {
            Format::Opaque(prefix) => Some(prefix),
            Format::Jwt => None,
        }
    }

    /// Whether everybody may see its tokens.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.exposure == Exposure::Public
    }

    /// The first of `scopes` that its tokens may not hold.
    #[must_use]
    pub fn uncovered<'a>(
        &self,
        scopes: &'a ScopeSet,
        implications: &Implications,
    ) -> Option<&'a Scope> {
        scopes
            .iter()
            .find(|scope| !self.scopes.covers(scope, implications))
    }
}
