//! Sets of scopes: what a token holds, what a kind may hold, what a request asks for.

use crate::scope::Scope;
use crate::scope::coverage::Implications;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An empty list of scopes, which would grant nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an empty list of scopes grants nothing: name at least one scope, or leave the field out")]
pub struct EmptyScopes;

/// A scope that a set does not cover.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{scope}` is not among the scopes granted")]
pub struct UncoveredScope {
    /// The first such scope.
    pub scope: Scope,
}

/// A set of scopes, never empty, sorted and without repetitions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Scope>", into = "Vec<Scope>")]
pub struct ScopeSet(Vec<Scope>);

impl ScopeSet {
    /// Sorts `scopes` and drops repetitions.
    ///
    /// # Errors
    /// When the list is empty.
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
        self.covering(requested, implications).is_some()
    }

    /// The first scope of the set that grants `requested`.
    #[must_use]
    pub fn covering(&self, requested: &Scope, implications: &Implications) -> Option<&Scope> {
        self.0
            .iter()
            .find(|granted| granted.covers(requested, implications))
    }

    /// Whether this set covers every scope of `inner`.
    ///
    /// # Errors
    /// Names the first scope that it does not cover.
    pub fn covers_all(
        &self,
        inner: &Self,
        implications: &Implications,
    ) -> Result<(), UncoveredScope> {
        match inner
            .0
            .iter()
            .find(|scope| !self.covers(scope, implications))
        {
            Some(scope) => Err(UncoveredScope {
                scope: scope.clone(),
            }),
            None => Ok(()),
        }
    }

    /// What both sets grant, without scopes that another one of the result covers; `None` if both
    /// grant nothing in common.
    #[must_use]
    pub fn intersection(&self, other: &Self, implications: &Implications) -> Option<Self> {
        let pairs = self
            .iter()
            .flat_map(|one| other.iter().map(move |two| (one, two)));
        let common = pairs.flat_map(|(one, two)| one.intersection(two, implications));
        let mut widest: Vec<Scope> = Vec::new();
        for scope in common {
            if widest
                .iter()
                .any(|other| other.covers(&scope, implications))
            {
                continue;
            }
            widest.retain(|other| !scope.covers(other, implications));
            widest.push(scope);
        }
        Self::new(widest).ok()
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
    use super::ScopeSet;
    use crate::scope::Scope;
    use crate::scope::coverage::Implications;
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
    fn an_uncovered_scope_is_named() {
        let error = set(&["floor:read@a"])
            .covers_all(&set(&["floor:read@a/b", "floor:read@b"]), &implications())
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
            if a.covers_all(&b, &implied).is_ok() && b.covers_all(&c, &implied).is_ok() {
                prop_assert!(a.covers_all(&c, &implied).is_ok());
            }
        }

        #[test]
        fn narrowing_never_grants_what_the_parent_did_not(
            parent in any_set(), child in any_set(), requested in any_scope()
        ) {
            let implied = implications();
            if parent.covers_all(&child, &implied).is_ok() && child.covers(&requested, &implied) {
                prop_assert!(parent.covers(&requested, &implied));
            }
        }

        #[test]
        fn the_intersection_of_two_sets_is_what_both_grant(
            one in any_set(), two in any_set(), requested in any_scope()
        ) {
            let implied = implications();
            let both = one.covers(&requested, &implied) && two.covers(&requested, &implied);
            let common = one.intersection(&two, &implied);
            let granted = common.is_some_and(|common| common.covers(&requested, &implied));
            prop_assert_eq!(granted, both, "{} and {}: {}", one, two, requested);
        }

        #[test]
        fn a_set_reads_back_as_written(set in any_set()) {
            let json = serde_json::to_string(&set).unwrap();
            prop_assert_eq!(serde_json::from_str::<ScopeSet>(&json).unwrap(), set);
        }
    }
}
