//! The rules of a kind for scopes, origins and addresses, for a new token and a changed one.

use super::error::{IssueError, IssueField};
use crate::catalog::kind::{Kind, OriginPolicy};
use crate::catalog::{Catalog, ScopeError};
use crate::origin::address::{IpRule, IpRules};
use crate::origin::rule::{OriginRules, WrittenOriginRule};
use crate::scope::Scope;
use crate::scope::set::ScopeSet;
use crate::scope::written::WrittenScope;

/// The most origins or address blocks one token can have.
const MAX_RULES: usize = 100;

/// The most scopes one token can have.
pub const MAX_SCOPES: usize = 200;

/// The scopes that a request names, as the catalog declares them.
pub(super) fn named_scopes(
    catalog: &Catalog,
    kind: &Kind,
    written: &[WrittenScope],
) -> Result<ScopeSet, IssueError> {
    if written.len() > MAX_SCOPES {
        return Err(IssueError::TooMany {
            field: IssueField::Scopes,
            most: MAX_SCOPES,
        });
    }
    let scopes: Result<Vec<Scope>, ScopeError> =
        written.iter().map(|scope| catalog.resolve(scope)).collect();
    let scopes = ScopeSet::new(scopes?)?;
    for_kind(catalog, kind, scopes)
}

/// The kind's default scopes.
pub(super) fn default_scopes(kind: &Kind) -> Result<ScopeSet, IssueError> {
    kind.default_scopes
        .clone()
        .ok_or_else(|| IssueError::MissingScopes(kind.name.clone()))
}

/// Scopes of which a token of the kind may hold each.
pub(super) fn for_kind(
    catalog: &Catalog,
    kind: &Kind,
    scopes: ScopeSet,
) -> Result<ScopeSet, IssueError> {
    match kind.uncovered(&scopes, catalog.implications()) {
        Some(scope) => Err(IssueError::ScopeNotForKind {
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

/// The origins of a token of the kind; `inherited` where the request names none.
pub(super) fn origins(
    kind: &Kind,
    requested: Option<Vec<WrittenOriginRule>>,
    inherited: OriginRules,
) -> Result<OriginRules, IssueError> {
    match (kind.origins, rules(requested, IssueField::Origins)?) {
        (OriginPolicy::None, Some(_)) => Err(IssueError::OriginsNotForKind(kind.name.clone())),
        (OriginPolicy::None, None) => Ok(OriginRules::default()),
        (OriginPolicy::Optional | OriginPolicy::Required, Some(origins)) => {
            let origins = origins.into_iter().map(|WrittenOriginRule(rule)| rule);
            Ok(OriginRules(origins.collect()))
        }
        (OriginPolicy::Optional, None) => Ok(inherited),
        (OriginPolicy::Required, None) => Some(inherited)
            .filter(|origins| !origins.is_empty())
            .ok_or_else(|| IssueError::OriginsRequired(kind.name.clone())),
    }
}

/// The addresses of a token; `inherited` where the request names none.
pub(super) fn ips(
    requested: Option<Vec<IpRule>>,
    inherited: IpRules,
) -> Result<IpRules, IssueError> {
    Ok(rules(requested, IssueField::Ips)?.map_or(inherited, IpRules))
}

/// A list without repetitions, in the order of the request.
fn rules<T: PartialEq>(
    requested: Option<Vec<T>>,
    field: IssueField,
) -> Result<Option<Vec<T>>, IssueError> {
    let Some(requested) = requested else {
        return Ok(None);
    };
    if requested.is_empty() {
        return Err(IssueError::EmptyRules(field));
    }
    if requested.len() > MAX_RULES {
        return Err(IssueError::TooMany {
            field,
            most: MAX_RULES,
        });
    }
    let mut rules = Vec::new();
    for rule in requested {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    Ok(Some(rules))
}
