//! Coverage: the only question asked of scopes. Does a granted scope cover a requested one?

use crate::scope::path::Path;
use crate::scope::{Action, Name, Scope};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Which actions of a resource imply which others, closed under transitivity. Implications stay
/// within one resource; so coverage, which also knows `*`, is transitive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Implications(BTreeMap<Name, BTreeMap<Name, BTreeSet<Name>>>);

impl Implications {
    /// Closes `pairs` of (resource, action, implied action) under transitivity.
    #[must_use]
    pub fn new(pairs: impl IntoIterator<Item = (Name, Name, Name)>) -> Self {
        let mut implied: BTreeMap<Name, BTreeMap<Name, BTreeSet<Name>>> = BTreeMap::new();
        for (resource, action, includes) in pairs {
            implied
                .entry(resource)
                .or_default()
                .entry(action)
                .or_default()
                .insert(includes);
        }
        for actions in implied.values_mut() {
            loop {
                let before = actions.clone();
                for included in actions.values_mut() {
                    let further: BTreeSet<Name> = included
                        .iter()
                        .filter_map(|name| before.get(name))
                        .flatten()
                        .cloned()
                        .collect();
                    included.extend(further);
                }
                if *actions == before {
                    break;
                }
            }
        }
        Self(implied)
    }

    /// The scopes that two scopes both imply, where neither implies the other.
    fn implied_by_both(&self, one: &Scope, two: &Scope) -> Vec<Scope> {
        let (Action::Named(first), Action::Named(second)) = (&one.action, &two.action) else {
            return Vec::new();
        };
        let actions = self
            .0
            .get(&one.resource)
            .filter(|_| one.resource == two.resource);
        let implied = |action| actions.and_then(|actions| actions.get(action));
        let (Some(first), Some(second)) = (implied(first), implied(second)) else {
            return Vec::new();
        };
        let both = first.intersection(second).map(|action| Scope {
            resource: one.resource.clone(),
            action: Action::Named(action.clone()),
            path: None,
        });
        both.collect()
    }

    fn includes(&self, resource: &Name, action: &Name, requested: &Name) -> bool {
        self.0
            .get(resource)
            .and_then(|actions| actions.get(action))
            .is_some_and(|included| included.contains(requested))
    }
}

impl Scope {
    /// Whether holding this scope is enough where `requested` is asked for.
    #[must_use]
    pub fn covers(&self, requested: &Self, implications: &Implications) -> bool {
        let path = || match (&self.path, &requested.path) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(granted), Some(wanted)) => granted.covers(wanted),
        };
        self.covers_action(requested, implications) && path()
    }

    /// The same, whatever the paths are.
    pub(super) fn covers_action(&self, requested: &Self, implications: &Implications) -> bool {
        let action = || match (&self.action, &requested.action) {
            (Action::Any, _) => !requested.is_management(),
            (Action::Named(_), Action::Any) => false,
            (Action::Named(granted), Action::Named(wanted)) => {
                granted == wanted || implications.includes(&self.resource, granted, wanted)
            }
        };
        self.resource == requested.resource && action()
    }
}

/// The scope whose path is or lies above `path`, among scopes that differ in their paths alone and
/// stand in order; the nearest, but one without a path before all others. This is [`Scope::covers`]
/// for many scopes at once, as far as paths go.
///
/// What lies below a path stands directly after it. So if the last scope that does not stand behind
/// `path` does not cover it, one that does lies above both of them: the search goes on for what they
/// have in common. That is at most one search for each segment of the path.
pub(super) fn covering_path<'a>(scopes: &'a [Scope], path: Option<&str>) -> Option<&'a Scope> {
    let everywhere = scopes.first().filter(|first| first.path.is_none());
    if everywhere.is_some() {
        return everywhere;
    }
    let mut left = scopes;
    let mut wanted = path;
    while let Some(path) = wanted {
        let stands_before = |scope: &Scope| {
            scope
                .path
                .as_ref()
                .is_none_or(|own| own.order(path).is_le())
        };
        let end = left.partition_point(stands_before);
        let (last, before) = left.get(..end)?.split_last()?;
        let own = last.path.as_ref()?;
        if own.covers_text(path) {
            return Some(last);
        }
        wanted = own.common(path);
        left = before;
    }
    None
}

/// What two runs of scopes both grant, each of one resource and one action at several paths: for each
/// action that both give, the paths of one that lie below a path of the other.
pub(super) fn common(one: &[Scope], two: &[Scope], implications: &Implications) -> Vec<Scope> {
    let (Some(first), Some(second)) = (one.first(), two.first()) else {
        return Vec::new();
    };
    if first.resource != second.resource {
        return Vec::new();
    }
    let actions = first
        .anywhere()
        .intersection(&second.anywhere(), implications);
    if actions.is_empty() {
        return Vec::new();
    }
    let below = |inner: &[Scope], outer: &[Scope]| -> Vec<Option<Path>> {
        let paths = inner.iter().map(|scope| &scope.path);
        let covered =
            |path: &&Option<Path>| covering_path(outer, path.as_ref().map(Path::as_str)).is_some();
        paths.filter(covered).cloned().collect()
    };
    let paths = [below(one, two), below(two, one)].concat();
    let at = |action: &Scope| {
        let action = action.clone();
        paths.iter().map(move |path| Scope {
            path: path.clone(),
            ..action.clone()
        })
    };
    actions.iter().flat_map(at).collect()
}

impl Scope {
    /// What both scopes grant: the narrower action, or the actions that both imply, at the deeper
    /// path; nothing if their resources differ or neither path covers the other.
    #[must_use]
    pub fn intersection(&self, other: &Self, implications: &Implications) -> Vec<Self> {
        let path = match (&self.path, &other.path) {
            (None, path) | (path, None) => path,
            (Some(one), Some(two)) if one.covers(two) => &other.path,
            (Some(one), Some(two)) if two.covers(one) => &self.path,
            (Some(_), Some(_)) => return Vec::new(),
        };
        let (one, two) = (self.anywhere(), other.anywhere());
        let common = if one.covers(&two, implications) {
            vec![two]
        } else if two.covers(&one, implications) {
            vec![one]
        } else {
            implications.implied_by_both(&one, &two)
        };
        common
            .into_iter()
            .map(|scope| Self {
                path: path.clone(),
                ..scope
            })
            .collect()
    }
}
