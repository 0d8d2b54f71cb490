//! Rights: what a user or a service account may do now, by its own scopes, its access and its groups.

use crate::catalog::Catalog;
use crate::directory::access::Access;
use crate::directory::folder::FolderRef;
use crate::directory::group::{GroupRecord, reached};
use crate::directory::principal::PrincipalRecord;
use crate::id::{GroupId, Principal};
use crate::scope::Scope;
use crate::scope::coverage::Implications;
use crate::scope::set::ScopeSet;
use std::collections::HashMap;

/// What a user may do now, by its own scopes, its access and that of its groups; what a service
/// account may do now, by its own scopes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights(Option<ScopeSet>);

impl Rights {
    /// The rights that bound every token of a principal. `None` for a service account that was created
    /// without scopes: it has no rights of its own, and each of its tokens has its scopes.
    #[must_use]
    pub fn bounding(
        record: &PrincipalRecord,
        groups: &HashMap<GroupId, GroupRecord>,
        catalog: &Catalog,
    ) -> Option<Self> {
        match record.id {
            Principal::User(_) => Some(Self::of(record, groups, catalog)),
            Principal::ServiceAccount(_) if record.scopes.is_some() => {
                Some(Self::of(record, groups, catalog))
            }
            Principal::ServiceAccount(_) | Principal::Account(_) => None,
        }
    }

    /// The rights of a principal. `groups` has the rows of its groups and of all groups that these belong
    /// to; a group whose row is missing gives nothing.
    #[must_use]
    pub fn of(
        principal: &PrincipalRecord,
        groups: &HashMap<GroupId, GroupRecord>,
        catalog: &Catalog,
    ) -> Self {
        let own = principal.scopes.iter().flatten().cloned();
        let of_groups = reached(&principal.member_of, groups);
        let access = of_groups.iter().map(|group| &group.access);
        let by_path = access
            .chain([&principal.access])
            .flat_map(|access| at_paths(access, catalog));
        let home = home(principal, catalog).into_iter().flatten();
        Self(ScopeSet::new(own.chain(by_path).chain(home).collect()).ok())
    }

    /// What levels of access give at their paths, and nothing else.
    pub(super) fn of_access(access: &Access, catalog: &Catalog) -> Self {
        Self(ScopeSet::new(at_paths(access, catalog).collect()).ok())
    }

    /// Whether one of them covers a scope.
    #[must_use]
    pub fn covers(&self, scope: &Scope, implications: &Implications) -> bool {
        self.set()
            .is_some_and(|set| set.covers(scope, implications))
    }

    /// The first of `scopes` that they do not cover.
    pub(crate) fn uncovered<'a>(
        &self,
        scopes: &'a ScopeSet,
        implications: &Implications,
    ) -> Option<&'a Scope> {
        scopes
            .iter()
            .find(|scope| !self.covers(scope, implications))
    }

    /// The part of `requested` that the principal may do; `None` where that is nothing.
    #[must_use]
    pub fn intersection(
        &self,
        requested: &ScopeSet,
        implications: &Implications,
    ) -> Option<ScopeSet> {
        self.set()?.intersection(requested, implications)
    }

    /// As a set; `None` where the principal may do nothing.
    #[must_use]
    pub fn set(&self) -> Option<&ScopeSet> {
        self.0.as_ref()
    }
}

/// What each level gives at its path.
fn at_paths<'a>(access: &'a Access, catalog: &'a Catalog) -> impl Iterator<Item = Scope> + 'a {
    let levels = access.0.iter();
    levels
        .filter_map(|(path, level)| Some((path, catalog.access(level)?)))
        .flat_map(|(path, scopes)| scopes.iter().map(|scope| scope.at(path.clone())))
}

/// What a user may do in its home folder, where the catalog gives users one.
fn home(user: &PrincipalRecord, catalog: &Catalog) -> Option<Vec<Scope>> {
    let (Principal::User(id), Some(level)) = (user.id, catalog.home()) else {
        return None;
    };
    let path = FolderRef::Home(id).path_at_top().ok()?;
    let scopes = catalog.access(level)?.iter();
    Some(scopes.map(|scope| scope.at(path.clone())).collect())
}
