//! Who may do what with folders: a token that holds a scope of the directory, everywhere; a user's
//! token, and one of a web page, at the places where it holds what the level there takes.

use super::WRITE;
use super::located::{Folder, locate};
use crate::ask::Ask;
use crate::within::Within;
use hallpass_core::{
    AccessLevel, FolderRef, GroupId, GroupRecord, ManagementScope, Path, Principal,
    PrincipalRecord, Rights, Scope,
};
use hallpass_http::{ErrorCode, Problem};
use hallpass_store::Grantor;
use http::StatusCode;
use std::collections::HashMap;

/// What lets the caller in.
pub(crate) enum Authority<'a> {
    /// The directory's own scope.
    Directory,
    /// The levels it has at places.
    Places(&'a Ask),
}

impl<'a> Authority<'a> {
    /// What lets the caller in; `scope` is the directory's.
    pub(crate) fn of(ask: &'a Ask, scope: ManagementScope) -> Result<Self, Problem> {
        let caller = &ask.caller;
        if caller.holds(scope) {
            return Ok(Self::Directory);
        }
        // What a server does with folders, its token says by the directory's scopes.
        let by_place =
            matches!(caller.principal(), Principal::User(_)) || caller.kind().is_public();
        if by_place && !places(ask).is_empty() {
            return Ok(Self::Places(ask));
        }
        caller.require(scope)?;
        Ok(Self::Directory)
    }

    /// Whether the caller may do there what takes this level; nobody may where there are no levels.
    pub(crate) fn allows(&self, level: Option<&AccessLevel>, path: &Path) -> bool {
        match self {
            Self::Directory => true,
            Self::Places(ask) => level.is_some_and(|level| lacking(ask, level, path).is_none()),
        }
    }

    /// Whether the caller has any level there.
    pub(crate) fn sees(&self, path: &Path) -> bool {
        match self {
            Self::Directory => true,
            Self::Places(ask) => {
                let mut levels = ask.platform.catalog.access_levels();
                levels.any(|level| self.allows(Some(level), path))
            }
        }
    }

    /// The same, where what the caller may not see answers as what is not there.
    pub(crate) fn see(&self, path: &Path) -> Result<(), Problem> {
        if self.sees(path) {
            Ok(())
        } else {
            Err(Problem::not_found("folder"))
        }
    }

    /// Asks for a level at a place.
    pub(crate) fn require(&self, level: Option<&AccessLevel>, path: &Path) -> Result<(), Problem> {
        let Self::Places(ask) = self else {
            return Ok(());
        };
        let is_top = !path.as_str().contains('/');
        if !is_top {
            self.see(path)?;
        }
        let missing = match level {
            Some(level) => lacking(ask, level, path),
            None => return ask.caller.require(ManagementScope::DirectoryWrite),
        };
        let Some(scope) = missing else {
            return Ok(());
        };
        let detail = format!("the calling token lacks `{scope}`: use one that holds it");
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            ErrorCode::InsufficientScope,
            detail,
        ))
    }

    /// The user whose token the caller's is. A token says what its user could do when it was made,
    /// which is enough to look around with; to give, to take and to make, they must be able to do
    /// now what let the caller in, `level`, and what is `given`.
    pub(crate) fn grantor(
        &self,
        ask: &'a Ask,
        level: Option<&AccessLevel>,
        given: Option<&AccessLevel>,
        path: &Path,
    ) -> Option<Grantor<'a>> {
        let Principal::User(user) = ask.caller.principal() else {
            return None;
        };
        let catalog = &ask.platform.catalog;
        let let_in = match self {
            Self::Directory => None,
            Self::Places(..) => level,
        };
        let levels = let_in.into_iter().chain(given);
        let scopes = levels.filter_map(|level| catalog.access(level)).flatten();
        let mut needed: Vec<Scope> = scopes.map(|scope| scope.at(path.clone())).collect();
        if let_in.is_none() {
            needed.push(WRITE.into());
        }
        let missing_scope =
            move |user: &PrincipalRecord, groups: &HashMap<GroupId, GroupRecord>| {
                let rights = Rights::of(user, groups, catalog);
                let is_missing = |scope: &&Scope| !rights.cover(scope, catalog.implications());
                needed.iter().find(is_missing).cloned()
            };
        Some(Grantor {
            user,
            missing_scope: Box::new(missing_scope),
        })
    }

    /// The caller's own folder, where its user has one.
    pub(crate) fn home(&self) -> Result<Option<(FolderRef, Path)>, Problem> {
        let Self::Places(ask) = self else {
            return Ok(None);
        };
        let home = ask.platform.catalog.home();
        let (Principal::User(user), Some(_)) = (ask.caller.principal(), home) else {
            return Ok(None);
        };
        let home = FolderRef::Home(user);
        Ok(Some((home, home.path_at_top().map_err(Problem::internal)?)))
    }

    /// The folders in which the caller's places begin.
    pub(crate) async fn reached(&self, within: &Within) -> Result<Vec<Folder>, Problem> {
        let Self::Places(ask) = self else {
            return Ok(Vec::new());
        };
        let mut found: Vec<Folder> = Vec::new();
        for path in places(ask) {
            let inside = found.iter().any(|folder| folder.path.contains(&path));
            let Some(folder) = folder_at(&path).filter(|_| !inside) else {
                continue;
            };
            match locate(&ask.platform, within, &folder).await {
                Ok(folder) if folder.path == path => found.push(folder),
                Ok(_) => {}
                Err(problem) if problem.status() == StatusCode::NOT_FOUND => {}
                Err(problem) => return Err(problem),
            }
        }
        Ok(found)
    }
}

/// The folder whose path this is, if it is a folder's.
fn folder_at(path: &Path) -> Option<FolderRef> {
    path.as_str().rsplit('/').next()?.parse().ok()
}

/// The places at which the caller has a level by a scope of its own, those above others first. One
/// whose scopes name no place has it at the top.
fn places(ask: &Ask) -> Vec<Path> {
    let bounds = ask.caller.evidence().bounds();
    let scopes = bounds.first().map(|own| own.scopes.iter());
    let top = hallpass_core::folder_root().ok();
    let mut places: Vec<Path> = scopes
        .into_iter()
        .flatten()
        .filter(|scope| !scope.is_management())
        .filter_map(|scope| scope.path.clone().or_else(|| top.clone()))
        .collect();
    places.sort_unstable();
    places.dedup();
    let authority = Authority::Places(ask);
    places.retain(|place| authority.sees(place));
    places
}

/// What a level gives at a place and the caller does not hold there.
pub(crate) fn lacking(ask: &Ask, level: &AccessLevel, path: &Path) -> Option<Scope> {
    let Ask {
        platform, caller, ..
    } = ask;
    let given = platform.catalog.access(level)?.iter();
    let mut there = given.map(|scope| scope.at(path.clone()));
    there.find(|scope| !caller.holds_scope(scope))
}
