//! Sets of scopes: what a token holds, what a kind may hold, what a request asks for.

use crate::scope::coverage::{Implications, common, covering_path};
use crate::scope::path::Path;
use crate::scope::{Name, Scope};
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
///
/// Scopes that differ in their paths alone stand together, in a run: a run is searched, not gone
/// through. The runs of a resource stand together as well, and are searched for. So a question costs a
/// few steps for each action of its resource, however many scopes there are; what two sets have in
/// common costs a few steps for each scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Scope>", into = "Vec<Scope>")]
pub struct ScopeSet {
    scopes: Vec<Scope>,
    /// Where each run ends.
    ends: Vec<usize>,
}

impl ScopeSet {
    /// Sorts `scopes` and drops repetitions.
    ///
    /// # Errors
    /// When the list is empty.
    pub fn new(mut scopes: Vec<Scope>) -> Result<Self, EmptyScopes> {
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            return Err(EmptyScopes);
        }
        let is_run =
            |one: &Scope, two: &Scope| one.action == two.action && one.resource == two.resource;
        let ends = scopes.chunk_by(is_run).scan(0_usize, |end, run| {
            *end = end.saturating_add(run.len());
            Some(*end)
        });
        let ends = ends.collect();
        Ok(Self { scopes, ends })
    }

    /// The scopes of each resource and action: these differ in their paths alone.
    fn runs(&self) -> impl Iterator<Item = &[Scope]> {
        self.runs_from(0)
    }

    /// The same, without the first `skipped` of them.
    fn runs_from(&self, skipped: usize) -> impl Iterator<Item = &[Scope]> {
        let ends = self.ends.get(skipped..).unwrap_or_default();
        let before = skipped.checked_sub(1);
        let first = before.and_then(|it| self.ends.get(it)).copied();
        let starts = std::iter::once(first.unwrap_or(0)).chain(ends.iter().copied());
        starts
            .zip(ends)
            .filter_map(|(start, end)| self.scopes.get(start..*end))
    }

    /// The runs of one resource: they stand together, and are searched.
    fn runs_of(&self, resource: &Name) -> impl Iterator<Item = &[Scope]> {
        let stands_before = |end: &usize| {
            let last = end.checked_sub(1).and_then(|it| self.scopes.get(it));
            last.is_some_and(|last| last.resource < *resource)
        };
        let skipped = self.ends.partition_point(stands_before);
        self.runs_from(skipped)
            .take_while(|run| run.first().is_some_and(|it| it.resource == *resource))
    }

    /// Whether the set grants `requested`.
    #[must_use]
    pub fn covers(&self, requested: &Scope, implications: &Implications) -> bool {
        self.covering(requested, implications).is_some()
    }

    /// The scope of the set that grants `requested`: of several at other paths the nearest.
    #[must_use]
    pub fn covering(&self, requested: &Scope, implications: &Implications) -> Option<&Scope> {
        let path = requested.path.as_ref().map(Path::as_str);
        let grants = |run: &&[Scope]| {
            let first = run.first();
            first.is_some_and(|first| first.covers_action(requested, implications))
        };
        self.runs_of(&requested.resource)
            .filter(grants)
            .find_map(|run| covering_path(run, path))
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
        match inner.iter().find(|scope| !self.covers(scope, implications)) {
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
            .runs()
            .flat_map(|one| other.runs().map(move |two| (one, two)));
        let both = pairs.flat_map(|(one, two)| common(one, two, implications));
        Self::new(both.collect()).ok()?.widest(implications)
    }

    /// Without the scopes that another one covers. Of two that cover each other, the first stays.
    fn widest(&self, implications: &Implications) -> Option<Self> {
        let mut widest = Vec::with_capacity(self.scopes.len());
        for (number, run) in self.runs().enumerate() {
            let Some(first) = run.first() else { continue };
            let wider: Vec<(&[Scope], bool)> = self
                .runs()
                .enumerate()
                .filter(|(other, _)| *other != number)
                .filter_map(|(other, run)| {
                    let of_run = run.first()?;
                    let is_alike = first.covers_action(of_run, implications);
                    let covers = of_run.covers_action(first, implications);
                    covers.then_some((run, is_alike && other > number))
                })
                .collect();
            for (position, scope) in run.iter().enumerate() {
                let path = scope.path.as_ref();
                let text = path.map(Path::as_str);
                let within_run = || {
                    run.get(..position)
                        .is_some_and(|it| covering_path(it, text).is_some())
                };
                let by_another = |(run, only_from_above): &(&[Scope], bool)| {
                    if *only_from_above {
                        path.is_some_and(|path| covering_path(run, path.above()).is_some())
                    } else {
                        covering_path(run, text).is_some()
                    }
                };
                if !within_run() && !wider.iter().any(by_another) {
                    widest.push(scope.clone());
                }
            }
        }
        Self::new(widest).ok()
    }

    /// The scopes in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Scope> {
        self.scopes.iter()
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
        set.scopes
    }
}

impl std::fmt::Display for ScopeSet {
    /// The scopes with one space between, as RFC 6749 §3.3 writes them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (position, scope) in self.scopes.iter().enumerate() {
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
    use crate::scope::path::steps;
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
                prop_oneof![Just("a"), Just("b"), Just("ab"), Just("a-b")],
                1..5,
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
        prop::collection::vec(any_scope(), 1..20).prop_map(|scopes| ScopeSet::new(scopes).unwrap())
    }

    /// Coverage and what is in common by their definitions: each with each.
    fn covers_by_definition(set: &ScopeSet, requested: &Scope, implied: &Implications) -> bool {
        set.iter().any(|held| held.covers(requested, implied))
    }

    fn common_by_definition(
        one: &ScopeSet,
        two: &ScopeSet,
        implied: &Implications,
    ) -> Option<ScopeSet> {
        let pairs = one
            .iter()
            .flat_map(|one| two.iter().map(move |two| (one, two)));
        let all: Vec<Scope> = pairs
            .flat_map(|(one, two)| one.intersection(two, implied))
            .collect();
        let is_widest = |scope: &&Scope| {
            let mut others = all.iter().filter(|other| other != scope);
            !others.any(|other| other.covers(scope, implied))
        };
        ScopeSet::new(all.iter().filter(is_widest).cloned().collect()).ok()
    }

    /// Actions that imply each other: of what both name, one is enough.
    #[test]
    fn of_scopes_that_cover_each_other_one_stays() {
        let name = |text: &str| text.parse().unwrap();
        let implied = Implications::new([
            (name("folder"), name("read"), name("view")),
            (name("folder"), name("view"), name("read")),
        ]);
        for (one, two, common) in [
            (
                "folder:read@a",
                "folder:read@a folder:view@a",
                "folder:read@a",
            ),
            ("folder:view@a", "folder:read@a/b", "folder:read@a/b"),
            (
                "folder:read@a/b folder:view@a",
                "folder:read@a/b folder:view@a",
                "folder:view@a",
            ),
        ] {
            let of = |text: &str| set(&text.split(' ').collect::<Vec<_>>());
            let found = of(one).intersection(&of(two), &implied).unwrap();
            assert_eq!(found.to_string(), common);
        }
    }

    /// The most paths that a user has, twice, each with the three scopes of a level.
    #[test]
    fn s63_rights_at_many_paths_are_met_in_a_few_steps_each() {
        const PATHS: u64 = 2_500;
        let implied = implications();
        let at_paths = |below: &str| {
            let scopes = (0..PATHS).flat_map(|path| {
                ["manage", "write", "read"]
                    .map(|action| scope(&format!("folder:{action}@folder/{path}{below}")))
            });
            ScopeSet::new(scopes.collect()).unwrap()
        };
        let (held, requested) = (at_paths(""), at_paths("/model"));
        // A search takes about log2(2,500) = 12 steps, and there is one for each scope and run.
        let most = 3 * PATHS * 3 * 14 * 2 * 4;
        let steps = steps::of(|| {
            let common = held.intersection(&requested, &implied).unwrap();
            assert_eq!(common.iter().count(), 2_500);
        });
        assert!(steps < most, "{steps} steps, {most} at most");
        let steps = steps::of(|| held.covers_all(&requested, &implied).unwrap());
        assert!(steps < 3 * PATHS * 3 * 14, "{steps}");
        let deep: String = std::iter::repeat_n("/x", 14).collect();
        let steps = steps::of(|| {
            let requested = scope(&format!("folder:read@folder/7{deep}"));
            assert!(held.covers(&requested, &implied));
        });
        assert!(steps < 3 * 16 * 14, "{steps}");
    }

    proptest! {
        #[test]
        fn a_set_covers_what_one_of_its_scopes_covers(set in any_set(), requested in any_scope()) {
            let implied = implications();
            prop_assert_eq!(
                set.covers(&requested, &implied),
                covers_by_definition(&set, &requested, &implied),
                "{}: {}", set, requested
            );
        }

        #[test]
        fn what_two_sets_have_in_common_is_what_their_scopes_have(
            one in any_set(), two in any_set()
        ) {
            let implied = implications();
            prop_assert_eq!(
                one.intersection(&two, &implied),
                common_by_definition(&one, &two, &implied),
                "{} and {}", one, two
            );
        }

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
