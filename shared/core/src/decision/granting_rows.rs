//! The rows that give a principal the right to do something: a write that rests on this right happens
//! only while they are as they were read.

use super::rights::Rights;
use crate::catalog::Catalog;
use crate::directory::group::GroupRecord;
use crate::directory::principal::PrincipalRecord;
use crate::id::{GroupId, Principal};
use crate::scope::Scope;
use std::collections::{HashMap, HashSet, VecDeque};

/// A principal's row, and those of the groups that give it what it needs, each with the version at
/// which it was read. Groups that give nothing of it are no part of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantingRows {
    /// Whose rights they are.
    pub principal: Principal,
    /// The version of the principal's own row.
    pub version: u64,
    /// The groups, with those through which the principal belongs to them, and their versions.
    pub groups: Vec<(GroupId, u64)>,
}

/// A group that a user belongs to, and how.
struct Reached<'a> {
    group: &'a GroupRecord,
    /// The group through which the user belongs to it; none where they are in it themselves.
    through: Option<GroupId>,
}

impl GrantingRows {
    /// The rows by which a principal may do all of `scopes` now. `groups` has the rows of the groups that
    /// a user belongs to, directly or by nesting.
    ///
    /// # Errors
    /// The first of `scopes` that the principal may not do.
    pub fn of(
        record: &PrincipalRecord,
        groups: &HashMap<GroupId, GroupRecord>,
        scopes: &[Scope],
        catalog: &Catalog,
    ) -> Result<Self, Scope> {
        let implications = catalog.implications();
        // Without the rows of groups, these are what its own row gives.
        let own = Rights::bounding(record, &HashMap::new(), catalog);
        let lacking = |scope: &&Scope| {
            let covers = |rights: &Rights| rights.covers(scope, implications);
            own.as_ref().is_some_and(|own| !covers(own))
        };
        let mut found: HashSet<GroupId> = HashSet::new();
        let mut needed = scopes.iter().filter(lacking).peekable();
        if needed.peek().is_some() {
            let reached = reached(record, groups);
            let gives: Vec<Rights> = reached
                .iter()
                .map(|it| Rights::of_access(&it.group.access, catalog))
                .collect();
            let covering = |scope: &Scope, among: &dyn Fn(&GroupId) -> bool| {
                let mut all = reached.iter().zip(&gives);
                all.find(|(it, gives)| among(&it.group.id) && gives.covers(scope, implications))
                    .map(|(it, _)| it)
            };
            for scope in needed {
                if covering(scope, &|id| found.contains(id)).is_some() {
                    continue;
                }
                let mut next = Some(covering(scope, &|_| true).ok_or_else(|| scope.clone())?);
                while let Some(it) = next {
                    found.insert(it.group.id);
                    let through = it.through;
                    next = reached.iter().find(|it| Some(it.group.id) == through);
                }
            }
        }
        let mut versions: Vec<(GroupId, u64)> = found
            .into_iter()
            .filter_map(|id| Some((id, groups.get(&id)?.version)))
            .collect();
        versions.sort_unstable();
        Ok(Self {
            principal: record.id,
            version: record.version,
            groups: versions,
        })
    }
}

/// The open groups that a user belongs to, the nearest first.
fn reached<'a>(
    record: &PrincipalRecord,
    groups: &'a HashMap<GroupId, GroupRecord>,
) -> Vec<Reached<'a>> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut next: VecDeque<(GroupId, Option<GroupId>)> =
        record.member_of.iter().map(|id| (*id, None)).collect();
    while let Some((id, through)) = next.pop_front() {
        let open = groups.get(&id).filter(|group| group.closed_at.is_none());
        if let Some(group) = open.filter(|_| seen.insert(id)) {
            next.extend(group.within.iter().map(|around| (*around, Some(id))));
            found.push(Reached { group, through });
        }
    }
    found
}
