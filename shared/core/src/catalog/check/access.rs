//! The levels of access of a catalog's file, and every rule that they can break.

use super::{Checked, Scopes, declared, fault, in_order};
use crate::catalog::Catalog;
use crate::catalog::source::CatalogSource;
use crate::directory::access::AccessLevel;
use crate::scope::set::ScopeSet;
use std::collections::BTreeMap;
use toml::Spanned;

/// The levels, and what each gives.
pub(super) fn levels(
    source: &CatalogSource,
    catalog: &Catalog,
) -> Checked<BTreeMap<AccessLevel, ScopeSet>> {
    let mut levels = BTreeMap::new();
    for (name, texts) in in_order(&source.access) {
        let Ok(level) = name.get_ref().parse() else {
            let reason = format!(
                "`{}` is not a level: a letter, then letters and digits",
                name.get_ref()
            );
            return fault(name, reason);
        };
        levels.insert(level, without_paths(name, texts, &catalog.scopes)?);
    }
    Ok(levels)
}

/// The level that covers all others: who has it at a path may give every level there.
pub(super) fn strongest(source: &CatalogSource, catalog: &Catalog) -> Checked<Option<AccessLevel>> {
    let includes_all = |scopes: &ScopeSet| {
        let mut others = catalog.access.values();
        others.all(|other| scopes.covers_all(other, &catalog.implications).is_ok())
    };
    let strongest = catalog
        .access
        .iter()
        .find(|(_, scopes)| includes_all(scopes));
    match (strongest, in_order(&source.access).last()) {
        (Some((level, _)), _) => Ok(Some(level.clone())),
        (None, Some((name, _))) => fault(
            name,
            "no level gives all that the others give: who could give each of them?",
        ),
        (None, None) => Ok(None),
    }
}

/// The level of every user in its home folder.
pub(super) fn home(source: &CatalogSource, catalog: &Catalog) -> Checked<Option<AccessLevel>> {
    let Some(folders) = &source.folders else {
        return Ok(None);
    };
    let level = folders.home.get_ref().parse().ok();
    match level.filter(|level| catalog.access.contains_key(level)) {
        Some(level) => Ok(Some(level)),
        None => fault(
            &folders.home,
            format!("`{}` is not a level of `[access]`", folders.home.get_ref()),
        ),
    }
}

/// Declared scopes that name no path: the path is the one that they are given for.
pub(super) fn without_paths<T>(
    at: &Spanned<T>,
    texts: &[Spanned<String>],
    scopes: &Scopes,
) -> Checked<ScopeSet> {
    let mut given = Vec::new();
    for text in texts {
        let scope = declared(text, scopes)?;
        if scope.is_management() {
            return fault(
                text,
                format!("`{scope}` is a management scope and has no paths"),
            );
        }
        given.push(scope);
    }
    ScopeSet::new(given).or_else(|error| fault(at, error.to_string()))
}
