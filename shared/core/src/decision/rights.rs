//! Rights: what a user may do now, by all that is given to them.

use crate::catalog::Catalog;
use crate::directory::folder::FolderRef;
use crate::directory::group::{GroupRecord, reached};
use crate::directory::principal::PrincipalRecord;
use crate::id::{GroupId, Principal};
use crate::scope::Scope;
use crate::scope::coverage::{Implications, ScopeSet};
use std::collections::HashMap;

/// What a user may do now: by their own scopes, their access, and that of their groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights(Vec<Scope>);

impl Rights {
    /// The rights of a user, where `groups` holds the groups they are in and those around them. A
    /// group that is missing gives nothing.
    #[must_use]
    pub fn of(
        user: &PrincipalRecord,
        groups: &HashMap<GroupId, GroupRecord>,
        catalog: &Catalog,
    ) -> Self {
        let own = user.scopes.iter().flatten().cloned();
        let of_groups = reached(&user.member_of, groups);
        let access = of_groups.iter().map(|group| &group.access);
        let by_place = access
            .chain([&user.access])
            .flat_map(|access| &access.0)
            .filter_map(|(path, level)| Some((path, catalog.access(level)?)))
            .flat_map(|(path, scopes)| scopes.iter().map(|scope| scope.at(path.clone())));
        let home = home(user, catalog).into_iter().flatten();
        Self(own.chain(by_place).chain(home).collect())
    }

    /// Whether they grant a scope.
    #[must_use]
    pub fn cover(&self, scope: &Scope, implications: &Implications) -> bool {
        self.0
            .iter()
            .any(|granted| granted.covers(scope, implications))
    }

    /// The part of `asked` that the user may do; `None` where that is nothing.
    #[must_use]
    pub fn within(&self, asked: &ScopeSet, implications: &Implications) -> Option<ScopeSet> {
        self.set()?.meet(asked, implications)
    }

    /// As a set; `None` where the user may do nothing.
    #[must_use]
    pub fn set(&self) -> Option<ScopeSet> {
        ScopeSet::new(self.0.clone()).ok()
    }
}

/// What a user may do in the folder that is theirs from the start, where the catalog gives them
/// one.
fn home(user: &PrincipalRecord, catalog: &Catalog) -> Option<Vec<Scope>> {
    let (Principal::User(id), Some(level)) = (user.id, catalog.home()) else {
        return None;
    };
    let path = FolderRef::Home(id).path_at_top().ok()?;
    let scopes = catalog.access(level)?.iter();
    Some(scopes.map(|scope| scope.at(path.clone())).collect())
}
