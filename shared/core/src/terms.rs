//! Terms: what a token is made with. What is asked for is defaulted by its kind, held against the
//! kind's rules, and kept within the bounds of the token that makes it.

use crate::address::{IpRule, IpRules};
use crate::bounds::{Bounds, BoundsError};
use crate::catalog::{Catalog, ScopeError};
use crate::coverage::{EmptyScopes, ScopeSet};
use crate::kind::{Kind, KindName, OriginPolicy};
use crate::lifetime::LifetimeError;
use crate::origin::{OriginRules, WrittenOriginRule};
use crate::scope::{Scope, WrittenScope};
use crate::time::{UnixMillis, UnixSeconds};
use thiserror::Error;

/// The most origins or address blocks one token can have.
const MAX_RULES: usize = 100;

/// The most scopes one token can have.
pub const MAX_SCOPES: usize = 200;

/// What a request asks of a new token; absent means the kind's default.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// What it may do.
    pub scopes: Option<Vec<WrittenScope>>,
    /// Where a browser may use it from.
    pub origins: Option<Vec<WrittenOriginRule>>,
    /// Which addresses may use it.
    pub ips: Option<Vec<IpRule>>,
    /// How long it lives, in seconds.
    pub lifetime: Option<u64>,
}

/// What a token is made with.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What it may do.
    pub scopes: ScopeSet,
    /// Where a browser may use it from.
    pub origins: OriginRules,
    /// Which addresses may use it.
    pub ips: IpRules,
    /// When it expires; never if absent.
    pub expires_at: Option<UnixSeconds>,
}

/// Why a token cannot be made as asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TermsError {
    /// No scopes are named, and the kind has no default.
    #[error("name the scopes: a `{0}` token has no default ones")]
    MissingScopes(KindName),
    /// The list of scopes is empty.
    #[error(transparent)]
    EmptyScopes(#[from] EmptyScopes),
    /// The catalog does not know a scope.
    #[error(transparent)]
    UnknownScope(#[from] ScopeError),
    /// The kind may not hold a scope.
    #[error("a `{kind}` token cannot hold `{scope}`; it may hold {allowed}")]
    ScopeNotForKind {
        /// The kind.
        kind: KindName,
        /// The scope.
        scope: Scope,
        /// What would do.
        allowed: String,
    },
    /// The kind needs origins.
    #[error("a `{0}` token needs at least one origin, such as `https://example.com`")]
    OriginsRequired(KindName),
    /// The kind has no origins.
    #[error("a `{0}` token is not bound to origins: leave the field out")]
    OriginsNotForKind(KindName),
    /// An empty list of origins or addresses, which would bind to nothing.
    #[error(
        "an empty list binds the token to nothing: leave the field out, or list what it is bound to"
    )]
    EmptyRules {
        /// `origins` or `ips`.
        field: &'static str,
    },
    /// More scopes, origins or addresses than one token can have.
    #[error("a token has at most {most} of these")]
    TooMany {
        /// `scopes`, `origins` or `ips`.
        field: &'static str,
        /// How many it can have.
        most: usize,
    },
    /// The lifetime is out of range.
    #[error(transparent)]
    Lifetime(#[from] LifetimeError),
    /// It would reach beyond the token that makes it.
    #[error(transparent)]
    Bounds(#[from] BoundsError),
}

/// The terms of a new token of `kind`, made by a token with the bounds `maker`, its own first.
///
/// # Errors
/// Says what cannot be had; nothing is ever clamped or dropped in silence.
pub fn terms(
    catalog: &Catalog,
    kind: &Kind,
    asked: Asked,
    maker: &[Bounds<'_>],
    now: UnixMillis,
) -> Result<Terms, TermsError> {
    let maker_expires_at = maker.iter().filter_map(|bounds| bounds.expires_at).min();
    let terms = Terms {
        scopes: scopes(catalog, kind, asked.scopes)?,
        origins: origins(kind, asked.origins, maker.first())?,
        ips: match rules(asked.ips, "ips")? {
            Some(ips) => IpRules(ips),
            None => maker
                .first()
                .map(|maker| maker.ips.clone())
                .unwrap_or_default(),
        },
        expires_at: kind
            .lifetime
            .expiry(asked.lifetime, maker_expires_at, now)?,
    };
    for outer in maker {
        outer.contain(&terms.bounds(), catalog.implications())?;
    }
    Ok(terms)
}

/// The origins of a token of `kind` that is changed; `None` takes them away.
///
/// # Errors
/// Where the kind needs origins and is to have none, has none and is to get some, or the list is
/// empty or too long.
pub fn changed_origins(
    kind: &Kind,
    asked: Option<Vec<WrittenOriginRule>>,
) -> Result<OriginRules, TermsError> {
    origins(kind, asked, None)
}

/// The addresses of a token that is changed; `None` takes them away.
///
/// # Errors
/// Where the list is empty or too long.
pub fn changed_ips(asked: Option<Vec<IpRule>>) -> Result<IpRules, TermsError> {
    Ok(IpRules(rules(asked, "ips")?.unwrap_or_default()))
}

impl Terms {
    /// How far the new token will reach.
    #[must_use]
    pub fn bounds(&self) -> Bounds<'_> {
        Bounds {
            scopes: &self.scopes,
            origins: &self.origins,
            ips: &self.ips,
            expires_at: self.expires_at,
        }
    }
}

fn scopes(
    catalog: &Catalog,
    kind: &Kind,
    asked: Option<Vec<WrittenScope>>,
) -> Result<ScopeSet, TermsError> {
    let Some(written) = asked else {
        return kind
            .default_scopes
            .clone()
            .ok_or_else(|| TermsError::MissingScopes(kind.name.clone()));
    };
    if written.len() > MAX_SCOPES {
        return Err(TermsError::TooMany {
            field: "scopes",
            most: MAX_SCOPES,
        });
    }
    let scopes: Result<Vec<Scope>, ScopeError> =
        written.iter().map(|scope| catalog.resolve(scope)).collect();
    let scopes = ScopeSet::new(scopes?)?;
    match kind.refuses(&scopes, catalog.implications()) {
        Some(scope) => Err(TermsError::ScopeNotForKind {
            kind: kind.name.clone(),
            scope: scope.clone(),
            allowed: kind
                .scopes
                .iter()
                .map(|scope| format!("`{scope}`"))
                .collect::<Vec<_>>()
                .join(", "),
        }),
        None => Ok(scopes),
    }
}

fn origins(
    kind: &Kind,
    asked: Option<Vec<WrittenOriginRule>>,
    maker: Option<&Bounds<'_>>,
) -> Result<OriginRules, TermsError> {
    let inherited = || maker.map(|maker| maker.origins.clone()).unwrap_or_default();
    match (kind.origins, rules(asked, "origins")?) {
        (OriginPolicy::None, Some(_)) => Err(TermsError::OriginsNotForKind(kind.name.clone())),
        (OriginPolicy::None, None) => Ok(OriginRules::default()),
        (OriginPolicy::Optional | OriginPolicy::Required, Some(origins)) => {
            let origins = origins.into_iter().map(|WrittenOriginRule(rule)| rule);
            Ok(OriginRules(origins.collect()))
        }
        (OriginPolicy::Optional, None) => Ok(inherited()),
        (OriginPolicy::Required, None) => Some(inherited())
            .filter(|origins| !origins.is_empty())
            .ok_or_else(|| TermsError::OriginsRequired(kind.name.clone())),
    }
}

/// A list as it is kept: what stands in it twice counts once.
fn rules<T: PartialEq>(
    asked: Option<Vec<T>>,
    field: &'static str,
) -> Result<Option<Vec<T>>, TermsError> {
    let Some(asked) = asked else { return Ok(None) };
    if asked.is_empty() {
        return Err(TermsError::EmptyRules { field });
    }
    if asked.len() > MAX_RULES {
        return Err(TermsError::TooMany {
            field,
            most: MAX_RULES,
        });
    }
    let mut kept = Vec::new();
    for rule in asked {
        if !kept.contains(&rule) {
            kept.push(rule);
        }
    }
    Ok(Some(kept))
}
