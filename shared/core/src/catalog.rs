//! The catalog: a platform's whole policy as one reviewed file.

pub(crate) mod kind;
pub(crate) mod route;

mod check;
mod source;

use crate::catalog::kind::{Format, Kind, KindName};
use crate::catalog::route::RouteTable;
use crate::directory::access::AccessLevel;
use crate::directory::share::ModelId;
use crate::scope::coverage::Implications;
use crate::scope::management::ManagementScope;
use crate::scope::path::Path;
use crate::scope::set::ScopeSet;
use crate::scope::written::WrittenScope;
use crate::scope::{Action, Name, Scope};
use crate::token::prefix::Prefix;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// What is wrong with a catalog, and in which line.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file}:{line}: {reason}")]
pub struct CatalogError {
    /// The file as it was named to the parser.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong and what would be right.
    pub reason: String,
}

/// A scope that the catalog does not know.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{scope}` is not a scope of this platform{hint}")]
pub struct ScopeError {
    /// As it was written.
    pub scope: String,
    hint: String,
}

/// A scope's entry in the catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Declared {
    description: String,
}

/// A platform's scopes, kinds and routes, checked. Its serialized form is made by a build, read by the
/// functions, and not checked again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    name: String,
    scopes: BTreeMap<Scope, Declared>,
    resources: BTreeSet<Name>,
    aliases: BTreeMap<Scope, Scope>,
    implications: Implications,
    kinds: BTreeMap<KindName, Kind>,
    access: BTreeMap<AccessLevel, ScopeSet>,
    strongest: Option<AccessLevel>,
    home: Option<AccessLevel>,
    shares: Option<SharePolicy>,
    routes: RouteTable,
}

/// What visitors of a shared model are given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharePolicy {
    /// The kind of JWT.
    pub kind: KindName,
    /// What it may do, at the model's path.
    pub scopes: ScopeSet,
    /// The path below which models lie: a model's id is the next segment.
    pub path: Path,
}

impl SharePolicy {
    /// What a visitor of this model may do; `None` where its path would be too deep.
    #[must_use]
    pub fn scopes_at(&self, model: &ModelId) -> Option<ScopeSet> {
        let path: Path = format!("{}/{model}", self.path).parse().ok()?;
        let scopes = self.scopes.iter().map(|scope| scope.at(path.clone()));
        ScopeSet::new(scopes.collect()).ok()
    }
}

impl Catalog {
    /// The platform's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which actions imply which others.
    #[must_use]
    pub fn implications(&self) -> &Implications {
        &self.implications
    }

    /// The kind of this name.
    #[must_use]
    pub fn kind(&self, name: &KindName) -> Option<&Kind> {
        self.kinds.get(name)
    }

    /// The opaque kind with this prefix.
    #[must_use]
    pub fn kind_of_prefix(&self, prefix: &Prefix) -> Option<&Kind> {
        self.kinds
            .values()
            .find(|kind| kind.prefix() == Some(prefix))
    }

    /// Every kind, the built-in one among them.
    pub fn kinds(&self) -> impl Iterator<Item = &Kind> {
        self.kinds.values()
    }

    /// The scopes that a level of access gives, at the path that it is given for.
    #[must_use]
    pub fn access(&self, level: &AccessLevel) -> Option<&ScopeSet> {
        self.access.get(level)
    }

    /// The catalog's levels of access.
    pub fn access_levels(&self) -> impl Iterator<Item = &AccessLevel> {
        self.access.keys()
    }

    /// The level whose scopes cover those of all others; none where there are no levels.
    #[must_use]
    pub fn strongest_access(&self) -> Option<&AccessLevel> {
        self.strongest.as_ref()
    }

    /// The level that creating something in a folder needs: the one called `write`, else the strongest.
    #[must_use]
    pub fn write_access(&self) -> Option<&AccessLevel> {
        let write = self.access.keys().find(|level| level.as_str() == "write");
        write.or(self.strongest.as_ref())
    }

    /// The level that every user has in its home folder; none where users have no home folders.
    #[must_use]
    pub fn home(&self) -> Option<&AccessLevel> {
        self.home.as_ref()
    }

    /// What visitors of shared models are given, where models can be shared.
    #[must_use]
    pub fn shares(&self) -> Option<&SharePolicy> {
        self.shares.as_ref()
    }

    /// The routes of the platform's own API.
    #[must_use]
    pub fn routes(&self) -> &RouteTable {
        &self.routes
    }

    /// The declared scopes and what each is for.
    pub fn scopes(&self) -> impl Iterator<Item = (&Scope, &str)> {
        self.scopes
            .iter()
            .map(|(scope, declared)| (scope, declared.description.as_str()))
    }

    /// Resolves aliases and refuses what the catalog does not declare.
    ///
    /// # Errors
    /// Names the scope.
    pub fn resolve(&self, written: &WrittenScope) -> Result<Scope, ScopeError> {
        let path = written.0.path.clone();
        let written = written.0.anywhere();
        let scope = self.aliases.get(&written).unwrap_or(&written);
        let is_declared = match &scope.action {
            Action::Any => self.resources.contains(&scope.resource),
            Action::Named(_) => self.scopes.contains_key(scope),
        };
        if is_declared {
            Ok(Scope {
                path,
                ..scope.clone()
            })
        } else {
            let actions: Vec<String> = self
                .scopes
                .keys()
                .filter(|declared| declared.resource == scope.resource)
                .map(|declared| format!("`{declared}`"))
                .collect();
            let hint = if actions.is_empty() {
                String::new()
            } else {
                format!("; there are {}", actions.join(", "))
            };
            Err(ScopeError {
                scope: written.to_string(),
                hint,
            })
        }
    }

    /// The built-in kind: it may hold every scope there is, and bootstrap's token does.
    #[must_use]
    pub fn management(&self) -> Option<&Kind> {
        self.kinds.get(&KindName::from(kind::MANAGEMENT_KIND))
    }

    /// The longest that any JWT of this catalog lives, in seconds.
    #[must_use]
    pub fn longest_jwt(&self) -> u64 {
        let jwts = self
            .kinds
            .values()
            .filter(|kind| kind.format == Format::Jwt);
        jwts.map(|kind| kind.lifetime.longest())
            .max()
            .unwrap_or_default()
    }
}

/// The scopes of Hallpass itself and what each is for.
fn management_scopes() -> impl Iterator<Item = (Scope, Declared)> {
    ManagementScope::ALL.into_iter().map(|scope| {
        let description = scope.description().to_owned();
        (scope.into(), Declared { description })
    })
}
