//! Who may do what with folders: a token that holds a scope of the directory, everywhere; a user's
//! token, and one of a web page, at the paths where its own scopes cover a level of access.

use super::WRITE;
use super::located::{Folder, locate};
use crate::request::DirectoryRequest;
use hallpass_core::Tenant;
use hallpass_core::{
    AccessLevel, FolderRef, GroupId, GroupRecord, ManagementScope, Path, Principal,
    PrincipalRecord, Rights, Scope,
};
use hallpass_http::{ErrorCode, Problem};
use hallpass_store::Grantor;
use http::StatusCode;
use std::collections::HashMap;

/// By what the caller is authorised.
pub(crate) enum Authority<'a> {
    /// The directory's own scope.
    Directory,
    /// The levels that its own scopes give it at paths.
    Levels(&'a DirectoryRequest),
}

impl<'a> Authority<'a> {
    /// By what the caller is authorised; `scope` is the directory's.
    pub(crate) fn of(
        request: &'a DirectoryRequest,
        scope: ManagementScope,
    ) -> Result<Self, Problem> {
        let caller = &request.caller;
        if caller.holds(scope) {
            return Ok(Self::Directory);
        }
        // What a server does with folders, its token says by the directory's scopes.
        let by_level =
            matches!(caller.principal(), Principal::User(_)) || caller.kind().is_public();
        if by_level && !paths_with_a_level(request).is_empty() {
            return Ok(Self::Levels(request));
        }
        caller.require(scope)?;
        Ok(Self::Directory)
    }

    /// Whether the caller has this level at a path. Without a level, only a scope of the directory
    /// does.
    pub(crate) fn covers(&self, level: Option<&AccessLevel>, path: &Path) -> bool {
        match self {
            Self::Directory => true,
            Self::Levels(request) => {
                level.is_some_and(|level| lacking(request, level, path).is_none())
            }
        }
    }

    /// Whether the caller has any level there.
    pub(crate) fn sees(&self, path: &Path) -> bool {
        match self {
            Self::Directory => true,
            Self::Levels(request) => {
                let mut levels = request.platform.catalog.access_levels();
                levels.any(|level| self.covers(Some(level), path))
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

    /// Requires a level at a path.
    pub(crate) fn require(&self, level: Option<&AccessLevel>, path: &Path) -> Result<(), Problem> {
        let Self::Levels(request) = self else {
            return Ok(());
        };
        let is_top = !path.as_str().contains('/');
        if !is_top {
            self.see(path)?;
        }
        let missing = match level {
            Some(level) => lacking(request, level, path),
            None => return request.caller.require(ManagementScope::DirectoryWrite),
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
        request: &'a DirectoryRequest,
        level: Option<&AccessLevel>,
        given: Option<&AccessLevel>,
        path: &Path,
    ) -> Option<Grantor<'a>> {
        let Principal::User(user) = request.caller.principal() else {
            return None;
        };
        let catalog = &request.platform.catalog;
        let let_in = match self {
            Self::Directory => None,
            Self::Levels(..) => level,
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
                let is_missing = |scope: &&Scope| !rights.covers(scope, catalog.implications());
                needed.iter().find(is_missing).cloned()
            };
        Some(Grantor {
            user,
            missing_scope: Box::new(missing_scope),
        })
    }

    /// The caller's own folder, where its user has one.
    pub(crate) fn home(&self) -> Result<Option<(FolderRef, Path)>, Problem> {
        let Self::Levels(request) = self else {
            return Ok(None);
        };
        let home = request.platform.catalog.home();
        let (Principal::User(user), Some(_)) = (request.caller.principal(), home) else {
            return Ok(None);
        };
        let home = FolderRef::Home(user);
        Ok(Some((home, home.path_at_top().map_err(Problem::internal)?)))
    }

    /// The topmost folders at which the caller has a level.
    pub(crate) async fn reached(&self, tenant: &Tenant) -> Result<Vec<Folder>, Problem> {
        let Self::Levels(request) = self else {
            return Ok(Vec::new());
        };
        let mut found: Vec<Folder> = Vec::new();
        for path in paths_with_a_level(request) {
            let inside = found.iter().any(|folder| folder.path.covers(&path));
            let Some(folder) = folder_at(&path).filter(|_| !inside) else {
                continue;
            };
            match locate(&request.platform, tenant, &folder).await {
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

/// The paths at which the caller has a level by its own scopes, parents before children. A scope
/// without a path counts at the top.
fn paths_with_a_level(request: &DirectoryRequest) -> Vec<Path> {
    let bounds = request.caller.context().bounds();
    let scopes = bounds.first().map(|own| own.scopes.iter());
    let top = hallpass_core::folder_root().ok();
    let mut paths: Vec<Path> = scopes
        .into_iter()
        .flatten()
        .filter(|scope| !scope.is_management())
        .filter_map(|scope| scope.path.clone().or_else(|| top.clone()))
        .collect();
    paths.sort_unstable();
    paths.dedup();
    let authority = Authority::Levels(request);
    paths.retain(|path| authority.sees(path));
    paths
}

/// A scope that a level gives at a path and that the caller does not hold there.
pub(crate) fn lacking(
    request: &DirectoryRequest,
    level: &AccessLevel,
    path: &Path,
) -> Option<Scope> {
    let DirectoryRequest {
        platform, caller, ..
    } = request;
    let given = platform.catalog.access(level)?.iter();
    let mut there = given.map(|scope| scope.at(path.clone()));
    there.find(|scope| !caller.holds_scope(scope))
}
