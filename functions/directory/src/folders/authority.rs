//! Who may do what with folders: a token that holds a scope of the directory, everywhere; a user's
//! token, and one of a web page, at the paths where it has a level of access now.

use super::WRITE;
use super::located::{Folder, locate};
use crate::request::DirectoryRequest;
use hallpass_core::Tenant;
use hallpass_core::{
    AccessLevel, FolderId, FolderRecord, FolderRef, ManagementScope, Path, Principal, Scope,
};
use hallpass_http::{ErrorCode, Problem};
use http::StatusCode;
use std::collections::{BTreeMap, HashSet};

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
        let levels = Self::Levels(request);
        if by_level && paths(request).iter().any(|path| levels.sees(path)) {
            return Ok(levels);
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

    /// The scopes that a change at a path needs when it is written: what let the caller in, a `level`
    /// there or the directory's own scope, and what the level that is `given` gives.
    pub(crate) fn needed(
        &self,
        request: &DirectoryRequest,
        level: Option<&AccessLevel>,
        given: Option<&AccessLevel>,
        path: &Path,
    ) -> Vec<Scope> {
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
        needed
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

    /// One page of the topmost folders at which the caller has a level, in the order of their ids, and
    /// the cursor of the next page. Those that are there without a row come first.
    pub(crate) async fn reached(
        &self,
        tenant: &Tenant,
        limit: u32,
        cursor: Option<FolderId>,
    ) -> Result<(Vec<Folder>, Option<FolderId>), Problem> {
        let Self::Levels(request) = self else {
            return Ok((Vec::new(), None));
        };
        let platform = &request.platform;
        let mut found = Vec::new();
        let mut made = BTreeMap::new();
        for (folder, path) in topmost(paths_with_a_level(request)) {
            match folder {
                FolderRef::Made(id) if cursor.is_none_or(|cursor| id > cursor) => {
                    made.insert(id, path);
                }
                FolderRef::Made(_) => {}
                FolderRef::Public | FolderRef::Home(_) if cursor.is_some() => {}
                FolderRef::Public | FolderRef::Home(_) => {
                    match locate(platform, tenant, &folder).await {
                        Ok(folder) if folder.path == path => found.push(folder),
                        Ok(_) => {}
                        Err(problem) if problem.status() == StatusCode::NOT_FOUND => {}
                        Err(problem) => return Err(problem),
                    }
                }
            }
        }
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let page: Vec<FolderId> = made.keys().take(most).copied().collect();
        let next = page.last().copied().filter(|_| made.len() > page.len());
        let records = platform.store.folders_by_id(tenant, &page).await?;
        let there = |record: &FolderRecord| made.get(&record.id) == Some(&record.path);
        found.extend(records.into_iter().filter(there).map(Folder::from));
        Ok((found, next))
    }
}

/// Those of these paths that are a folder's and lie in no other folder of them.
fn topmost(paths: Vec<Path>) -> Vec<(FolderRef, Path)> {
    let folders = paths
        .into_iter()
        .filter_map(|path| Some((folder_at(&path)?, path)));
    let folders: Vec<(FolderRef, Path)> = folders.collect();
    let known: HashSet<&str> = folders.iter().map(|(_, path)| path.as_str()).collect();
    let is_inside = |path: &Path| {
        let above = path.as_str().match_indices('/');
        above
            .filter_map(|(end, _)| path.as_str().get(..end))
            .any(|above| known.contains(above))
    };
    folders
        .iter()
        .filter(|(_, path)| !is_inside(path))
        .cloned()
        .collect()
}

/// The folder whose path this is, if it is a folder's.
fn folder_at(path: &Path) -> Option<FolderRef> {
    path.as_str().rsplit('/').next()?.parse().ok()
}

/// The paths at which the caller has a level now.
fn paths_with_a_level(request: &DirectoryRequest) -> Vec<Path> {
    let authority = Authority::Levels(request);
    let mut paths = paths(request);
    paths.retain(|path| authority.sees(path));
    paths
}

/// The paths of what the caller may do now, each once. A scope without a path counts at the top.
fn paths(request: &DirectoryRequest) -> Vec<Path> {
    let DirectoryRequest {
        platform, caller, ..
    } = request;
    let scopes = caller.context().scopes_now(&platform.catalog);
    let top = hallpass_core::folder_root().ok();
    let mut paths: Vec<Path> = scopes
        .iter()
        .flat_map(|scopes| scopes.iter())
        .filter(|scope| !scope.is_management())
        .filter_map(|scope| scope.path.clone().or_else(|| top.clone()))
        .collect();
    paths.sort_unstable();
    paths.dedup();
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
