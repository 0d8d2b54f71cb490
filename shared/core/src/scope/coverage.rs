//! Coverage: the only question asked of scopes. Does a granted set cover a requested scope?

use crate::scope::{Action, Name, Scope};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// A set without a scope was given where it would grant nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an empty list of scopes grants nothing: name at least one scope, or leave the field out")]
pub struct EmptyScopes;

/// A requested scope lies outside what was granted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{scope}` is not among the scopes granted")]
pub struct Widening {
    /// The first scope that is not covered.
    pub scope: Scope,
}

/// Which actions of a resource include which others, closed under transitivity. Implications stay
/// within one resource, which keeps coverage transitive together with `*`.
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

    /// The scopes that each of two implies, neither of which implies the other.
    fn of_both(&self, one: &Scope, two: &Scope) -> Vec<Scope> {
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
        let action = || match (&self.action, &requested.action) {
            (Action::Any, _) => !requested.is_management(),
            (Action::Named(_), Action::Any) => false,
            (Action::Named(granted), Action::Named(wanted)) => {
                granted == wanted || implications.includes(&self.resource, granted, wanted)
            }
        };
        let place = || match (&self.path, &requested.path) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(granted), Some(wanted)) => granted.contains(wanted),
        };
        self.resource == requested.resource && place() && action()
    }
}

impl Scope {
    /// What both scopes grant: the narrower action, or those that both imply, at the deeper place;
    /// nothing where they are about different resources or places.
    #[must_use]
    pub fn meet(&self, other: &Self, implications: &Implications) -> Vec<Self> {
        let path = match (&self.path, &other.path) {
            (None, path) | (path, None) => path,
            (Some(one), Some(two)) if one.contains(two) => &other.path,
            (Some(one), Some(two)) if two.contains(one) => &self.path,
            (Some(_), Some(_)) => return Vec::new(),
        };
        let (one, two) = (self.anywhere(), other.anywhere());
        let met = if one.covers(&two, implications) {
            vec![two]
        } else if two.covers(&one, implications) {
            vec![one]
        } else {
            implications.of_both(&one, &two)
        };
        met.into_iter()
            .map(|scope| Self {
                path: path.clone(),
                ..scope
            })
            .collect()
    }
}

/// A set of scopes, never empty, in one order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Scope>", into = "Vec<Scope>")]
pub struct ScopeSet(Vec<Scope>);

impl ScopeSet {
    /// Sorts `scopes` and drops what is named twice.
    ///
    /// # Errors
    /// When there is none.
    pub fn new(mut scopes: Vec<Scope>) -> Result<Self, EmptyScopes> {
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            Err(EmptyScopes)
        } else {
            Ok(Self(scopes))
        }
    }

    /// Whether the set grants `requested`.
    #[must_use]
    pub fn covers(&self, requested: &Scope, implications: &Implications) -> bool {
        self.0
            .iter()
            .any(|granted| granted.covers(requested, implications))
    }

    /// Whether every scope of `inner` is covered by this set.
    ///
    /// # Errors
    /// Names the first scope that is not.
    pub fn contains(&self, inner: &Self, implications: &Implications) -> Result<(), Widening> {
        match inner
            .0
            .iter()
            .find(|scope| !self.covers(scope, implications))
        {
            Some(scope) => Err(Widening {
                scope: scope.clone(),
            }),
            None => Ok(()),
        }
    }

    /// What both sets grant, without what another of its scopes covers; `None` where that is
    /// nothing.
    #[must_use]
    pub fn meet(&self, other: &Self, implications: &Implications) -> Option<Self> {
        let pairs = self
            .iter()
            .flat_map(|one| other.iter().map(move |two| (one, two)));
        let met = pairs.flat_map(|(one, two)| one.meet(two, implications));
        let mut kept: Vec<Scope> = Vec::new();
        for scope in met {
            if kept.iter().any(|other| other.covers(&scope, implications)) {
                continue;
            }
            kept.retain(|other| !scope.covers(other, implications));
            kept.push(scope);
        }
        Self::new(kept).ok()
    }

    /// The scopes in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Scope> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a ScopeSet {
    type Item = &'a Scope;
    type IntoIter = std::slice::Iter<'a, Scope>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl TryFrom<Vec<Scope>> for ScopeSet {
    type Error = EmptyScopes;

    fn try_from(scopes: Vec<Scope>) -> Result<Self, EmptyScopes> {
        Self::new(scopes)
    }
}

impl From<ScopeSet> for Vec<Scope> {
    fn from(set: ScopeSet) -> Self {
        set.0
    }
}

impl std::fmt::Display for ScopeSet {
    /// The scopes with one space between, as RFC 6749 §3.3 writes them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (position, scope) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str(" ")?;
            }
            scope.fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Implications, ScopeSet};
    use crate::scope::Scope;
    use proptest::prelude::*;

    fn implications() -> Implications {
        let name = |text: &str| text.parse().unwrap();
        Implications::new([
            (name("folder"), name("manage"), name("write")),
            (name("folder"), name("write"), name("read")),
            (name("model"), name("write"), name("read")),
            // Neither of `write` and `publish` implies the other, and both imply `read`.
            (name("model"), name("publish"), name("read")),
        ])
    }

    fn scope(text: &str) -> Scope {
        text.parse().unwrap()
    }

    fn set(texts: &[&str]) -> ScopeSet {
        ScopeSet::new(texts.iter().map(|text| scope(text)).collect()).unwrap()
    }

    #[test]
    fn coverage_table() {
        for (granted, requested, covered) in [
            ("floor:read", "floor:read", true),
            ("floor:read", "floor:write", false),
            ("floor:read", "model:read", false),
            ("floor:*", "floor:read", true),
            ("floor:*", "floor:*", true),
            ("floor:*", "model:read", false),
            ("floor:read", "floor:*", false),
            ("folder:manage", "folder:read", true),
            ("folder:read", "folder:manage", false),
            ("folder:manage", "folder:*", false),
            ("floor:manage", "floor:write", false),
            ("floor:read", "floor:read@a", true),
            ("floor:read@a", "floor:read", false),
            ("floor:read@a", "floor:read@a/b", true),
            ("floor:read@a", "floor:read@ab", false),
            ("floor:read@a/b", "floor:read@a", false),
            ("folder:manage@a", "folder:read@a/b/c", true),
            ("floor:*@a", "floor:read@a/b", true),
            ("floor:*@a", "floor:read@b", false),
            ("tokens:mint", "tokens:mint", true),
            ("tokens:mint", "tokens:read", false),
            ("floor:Read", "floor:read", false),
        ] {
            assert_eq!(
                scope(granted).covers(&scope(requested), &implications()),
                covered,
                "{granted} covers {requested}"
            );
        }
    }

    #[test]
    fn widening_names_the_scope() {
        let error = set(&["floor:read@a"])
            .contains(&set(&["floor:read@a/b", "floor:read@b"]), &implications())
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "`floor:read@b` is not among the scopes granted"
        );
    }

    #[test]
    fn an_empty_set_is_refused() {
        assert!(ScopeSet::new(Vec::new()).is_err());
        assert!(serde_json::from_str::<ScopeSet>("[]").is_err());
    }

    fn any_scope() -> impl Strategy<Value = Scope> {
        (
            prop_oneof![Just("folder"), Just("model"), Just("tokens")],
            prop_oneof![
                Just("manage"),
                Just("write"),
                Just("publish"),
                Just("read"),
                Just("*")
            ],
            prop::option::of(prop::collection::vec(
                prop_oneof![Just("a"), Just("b"), Just("ab")],
                1..4,
            )),
        )
            .prop_filter_map(
                "management scopes have no `*`",
                |(resource, action, path)| {
                    let path = path
                        .map(|segments| format!("@{}", segments.join("/")))
                        .unwrap_or_default();
                    format!("{resource}:{action}{path}").parse().ok()
                },
            )
    }

    fn any_set() -> impl Strategy<Value = ScopeSet> {
        prop::collection::vec(any_scope(), 1..6).prop_map(|scopes| ScopeSet::new(scopes).unwrap())
    }

    proptest! {
        #[test]
        fn coverage_is_reflexive(scope in any_scope()) {
            prop_assert!(scope.covers(&scope, &implications()));
        }

        #[test]
        fn coverage_is_transitive(a in any_scope(), b in any_scope(), c in any_scope()) {
            let implied = implications();
            if a.covers(&b, &implied) && b.covers(&c, &implied) {
                prop_assert!(a.covers(&c, &implied), "{} {} {}", a, b, c);
            }
        }

        #[test]
        fn a_subset_of_a_subset_is_a_subset(a in any_set(), b in any_set(), c in any_set()) {
            let implied = implications();
            if a.contains(&b, &implied).is_ok() && b.contains(&c, &implied).is_ok() {
                prop_assert!(a.contains(&c, &implied).is_ok());
            }
        }

        #[test]
        fn narrowing_never_grants_what_the_parent_did_not(
            parent in any_set(), child in any_set(), requested in any_scope()
        ) {
            let implied = implications();
            if parent.contains(&child, &implied).is_ok() && child.covers(&requested, &implied) {
                prop_assert!(parent.covers(&requested, &implied));
            }
        }

        #[test]
        fn what_two_sets_meet_in_is_what_both_grant(
            one in any_set(), two in any_set(), requested in any_scope()
        ) {
            let implied = implications();
            let both = one.covers(&requested, &implied) && two.covers(&requested, &implied);
            let met = one.meet(&two, &implied);
            let granted = met.is_some_and(|met| met.covers(&requested, &implied));
            prop_assert_eq!(granted, both, "{} and {}: {}", one, two, requested);
        }

        #[test]
        fn a_set_reads_back_as_written(set in any_set()) {
            let json = serde_json::to_string(&set).unwrap();
            prop_assert_eq!(serde_json::from_str::<ScopeSet>(&json).unwrap(), set);
        }
    }
}
