//! The two steps of issuing: first all checks that need no rights from the table, then the rest.

use super::error::{IssueError, IssueField};
use super::issuance::Issuance;
use super::kind::IssuedKind;
use super::maker::Maker;
use super::request::{IssueRequest, ScopeRequest};
use super::rights::{PrincipalRights, RightsNow};
use super::rules::{self, MAX_SCOPES};
use crate::catalog::Catalog;
use crate::decision::rights::Rights;
use crate::directory::access::AccessLevel;
use crate::directory::folder::FolderRef;
use crate::directory::tenant::Tenant;
use crate::id::{AccountId, Principal};
use crate::issue::bounds::Bounds;
use crate::issue::lifetime::LONGEST_SECONDS;
use crate::origin::address::IpRules;
use crate::origin::rule::OriginRules;
use crate::schema::SchemaVersion;
use crate::scope::Scope;
use crate::scope::path::Path;
use crate::scope::set::ScopeSet;
use crate::time::{UnixMillis, UnixSeconds};

/// A token that passed all checks but those that need the rights of its principal.
#[derive(Clone, Debug)]
pub struct Prepared<'a> {
    catalog: &'a Catalog,
    kind: IssuedKind<'a>,
    maker: Maker<'a>,
    tenant: Tenant,
    principal: Principal,
    scopes: PreparedScopes,
    origins: OriginRules,
    ips: IpRules,
    not_before: Option<UnixSeconds>,
    expires_at: Option<UnixSeconds>,
    issued_at: UnixMillis,
    needs: Vec<Principal>,
}

/// The scopes, before the rights of the principal are read.
#[derive(Clone, Debug)]
enum PreparedScopes {
    /// All of these.
    All(ScopeSet),
    /// Those of these that the principal's rights cover.
    Some(ScopeSet),
    /// The scopes of a level of access, wherever the principal has it or at these folders only.
    Level {
        level: AccessLevel,
        gives: ScopeSet,
        folders: Option<Vec<(FolderRef, Option<Path>)>>,
    },
}

/// Checks a request against the rules of its kind and the bounds of its maker. Reads nothing.
///
/// # Errors
/// The first fault, in this order: tenant, principal, scopes, origins, addresses, lifetime, the
/// maker's bounds, operator scopes, start.
pub fn prepare<'a>(
    catalog: &'a Catalog,
    kind: IssuedKind<'a>,
    request: IssueRequest,
    maker: Maker<'a>,
    now: UnixMillis,
) -> Result<Prepared<'a>, IssueError> {
    let tenant = maker.tenant(catalog, request.account, request.environment)?;
    let principal = principal(&maker, tenant.account, request.principal)?;
    let rules = kind.rules();
    maker.may_speak_for(catalog, rules, tenant.account, principal)?;
    let (scopes, own) = (
        scopes(catalog, kind, &maker, request.scopes)?,
        maker.bounds(),
    );
    let own = own.first();
    let origins = own.map(|own| own.origins.clone()).unwrap_or_default();
    let ips = own.map(|own| own.ips.clone()).unwrap_or_default();
    let prepared = Prepared {
        origins: rules::origins(rules, request.origins, origins)?,
        ips: rules::ips(request.ips, ips)?,
        expires_at: rules
            .lifetime
            .expiry(request.lifetime, maker.expires_at(), now)?,
        not_before: request.not_before,
        issued_at: maker.issues_at(now),
        needs: needs(kind, &maker, principal, &scopes),
        catalog,
        kind,
        maker,
        tenant,
        principal,
        scopes,
    };
    if let PreparedScopes::All(scopes) | PreparedScopes::Some(scopes) = &prepared.scopes {
        prepared.check_bounds(scopes)?;
    }
    prepared.check_start(now)?;
    Ok(prepared)
}

impl Prepared<'_> {
    /// The principals whose rights have to be read before it can be issued: at most two, of
    /// [`Self::tenant`].
    #[must_use]
    pub fn needs(&self) -> &[Principal] {
        &self.needs
    }

    /// The account and environment it will belong to.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Issues the token, given the rights of the principals that [`Self::needs`] names.
    ///
    /// # Errors
    /// Where a principal does not exist or may not do what is asked. Rights that are missing are
    /// [`IssueError::RightsNotRead`], never read as if nothing bounded the token.
    pub fn issue(self, rights: &[PrincipalRights]) -> Result<Issuance, IssueError> {
        let principals = self.rights_of_principal(rights)?;
        let scopes = self.scopes_within(principals)?;
        let read = rights.iter().find(|read| read.principal == self.principal);
        let label = match (self.principal, read.and_then(|read| read.name.as_ref())) {
            (Principal::User(_), Some(name)) => Some(name.into()),
            _ => self.maker.label(&self.tenant, self.principal),
        };
        Ok(Issuance {
            label,
            kind: self.kind.rules().clone(),
            parent: self.maker.parent(),
            minted_by: self.maker.id(),
            live: principals.is_some() || matches!(self.principal, Principal::User(_)),
            schema_version: self.schema_version(principals),
            via: self.maker.via(self.principal),
            tenant: self.tenant,
            principal: self.principal,
            scopes,
            origins: self.origins,
            ips: self.ips,
            not_before: self.not_before,
            expires_at: self.expires_at,
            issued_at: self.issued_at,
        })
    }

    /// What a reader has to know: that a service account has rights of its own which count, be it
    /// the one that the token speaks for or the one whose key made it.
    fn schema_version(&self, principals: Option<&Rights>) -> SchemaVersion {
        let own = principals.is_some() && matches!(self.principal, Principal::ServiceAccount(_));
        let makers = self.maker.via(self.principal).is_some() && self.maker.rights().is_some();
        if own || makers {
            SchemaVersion::SCOPED_SERVICE_ACCOUNTS
        } else {
            SchemaVersion::FIRST
        }
    }

    /// What the principal may do now, where it has rights of its own that are known: as they were read
    /// for this token, or with the maker that speaks for it.
    fn rights_of_principal<'r>(
        &'r self,
        read: &'r [PrincipalRights],
    ) -> Result<Option<&'r Rights>, IssueError> {
        if !self.needs.contains(&self.principal) {
            let own = self.maker.principal() == Some(self.principal);
            return Ok(self.maker.rights().filter(|_| own));
        }
        let needed = self.principal;
        let read = read.iter().find(|read| read.principal == needed);
        match &read.ok_or(IssueError::RightsNotRead(needed))?.now {
            RightsNow::Absent => Err(IssueError::UnknownPrincipal),
            RightsNow::Unlimited => Ok(None),
            RightsNow::Limited(rights) => Ok(Some(rights)),
        }
    }

    fn scopes_within(&self, principals: Option<&Rights>) -> Result<ScopeSet, IssueError> {
        let implications = self.catalog.implications();
        // A live kind may be given more than its user has yet: what counts is what the user may do when
        // the token is used.
        let live = self.kind.rules().live;
        let bounding = principals.filter(|_| !live);
        let within = |scopes: &ScopeSet, rights: Option<&Rights>| {
            // What is given for another principal is given within the maker's own rights as well.
            let makers = self.maker.rights();
            rights
                .into_iter()
                .chain(makers)
                .try_fold(scopes.clone(), |held, it| {
                    it.intersection(&held, implications)
                })
        };
        match &self.scopes {
            PreparedScopes::All(scopes) => {
                let lacking = bounding.and_then(|it| it.uncovered(scopes, implications));
                match lacking {
                    Some(scope) => Err(IssueError::NotThePrincipals(scope.clone())),
                    None => Ok(scopes.clone()),
                }
            }
            PreparedScopes::Some(scopes) => within(scopes, bounding).ok_or(IssueError::NothingHeld),
            PreparedScopes::Level {
                level,
                gives,
                folders,
            } => {
                let at = |scopes: &ScopeSet| within(scopes, principals);
                let reached = match folders {
                    None => {
                        let now =
                            at(gives).ok_or_else(|| IssueError::NothingReachable(level.clone()))?;
                        if live { gives.clone() } else { now }
                    }
                    Some(folders) => at_folders(gives, folders, at)?,
                };
                if reached.iter().count() > MAX_SCOPES {
                    return Err(IssueError::TooMany {
                        field: IssueField::Folders,
                        most: MAX_SCOPES,
                    });
                }
                let reached = rules::for_kind(self.catalog, self.kind.rules(), reached)?;
                self.check_bounds(&reached)?;
                Ok(reached)
            }
        }
    }

    /// Within all that bounds the maker; and `platform:operate` stays in its account.
    fn check_bounds(&self, scopes: &ScopeSet) -> Result<(), IssueError> {
        let bounds = Bounds {
            scopes,
            origins: &self.origins,
            ips: &self.ips,
            expires_at: self.expires_at,
        };
        let own = self.maker.principal() == Some(self.principal);
        let only_bounds = self.kind.rules().live && own;
        self.maker.covers(self.catalog, &bounds, only_bounds)?;
        let operates = scopes.iter().any(Scope::is_operator);
        if operates && self.maker.account() != Some(self.tenant.account) {
            return Err(IssueError::OperatorOnly);
        }
        Ok(())
    }

    /// A token is valid before it expires.
    fn check_start(&self, now: UnixMillis) -> Result<(), IssueError> {
        let latest = self
            .expires_at
            .unwrap_or(now.seconds().plus(LONGEST_SECONDS));
        match self.not_before {
            Some(start) if start >= latest => Err(IssueError::StartsTooLate),
            _ => Ok(()),
        }
    }
}

/// Whom the token speaks for: the maker's own principal where the request names none, or the
/// other account itself.
fn principal(
    maker: &Maker<'_>,
    account: AccountId,
    requested: Option<Principal>,
) -> Result<Principal, IssueError> {
    let own = maker.principal().ok_or(IssueError::NoMaker)?;
    Ok(requested.unwrap_or(if maker.account() == Some(account) {
        own
    } else {
        Principal::Account(account)
    }))
}

fn scopes(
    catalog: &Catalog,
    kind: IssuedKind<'_>,
    maker: &Maker<'_>,
    requested: ScopeRequest,
) -> Result<PreparedScopes, IssueError> {
    let rules = kind.rules();
    Ok(match requested {
        ScopeRequest::Default => PreparedScopes::All(rules::default_scopes(rules)?),
        ScopeRequest::Named(written) => {
            PreparedScopes::All(rules::named_scopes(catalog, rules, &written)?)
        }
        ScopeRequest::Held(scopes) => {
            let of_kind = scopes.intersection(&rules.scopes, catalog.implications());
            let held = of_kind.and_then(|scopes| maker.held(catalog, &scopes));
            PreparedScopes::Some(held.ok_or(IssueError::NothingHeld)?)
        }
        ScopeRequest::Level { level, folders } => {
            if folders.as_ref().is_some_and(Vec::is_empty) {
                return Err(IssueError::NoFolders);
            }
            let gives = catalog.access(&level).ok_or_else(|| {
                let known = catalog.access_levels().map(|level| format!("`{level}`"));
                IssueError::UnknownLevel {
                    known: known.collect::<Vec<_>>().join(", "),
                }
            })?;
            PreparedScopes::Level {
                gives: gives.clone(),
                level,
                folders,
            }
        }
    })
}

/// The principals whose rows have to be read. Not the maker's own, where they were read with the
/// maker. A service account's, to know whether it has rights of its own. A user's, but for an opaque
/// token of a live kind: its rights are checked whenever it is used, and that the user exists and is
/// open is a condition of the write, while nothing is written of a JWT.
fn needs(
    kind: IssuedKind<'_>,
    maker: &Maker<'_>,
    principal: Principal,
    scopes: &PreparedScopes,
) -> Vec<Principal> {
    let rules = kind.rules();
    let known = maker.principal() == Some(principal) && maker.rights().is_some();
    let is_written = rules.prefix().is_some();
    let needed = match (principal, scopes) {
        (Principal::Account(_), PreparedScopes::All(_) | PreparedScopes::Some(_)) => false,
        (Principal::ServiceAccount(_), _) | (_, PreparedScopes::Level { .. }) => true,
        (Principal::User(_), _) => !(rules.live && is_written),
    };
    (needed && !known)
        .then_some(principal)
        .into_iter()
        .collect()
}

/// The part of `gives` that is reached at each of these folders, of which none may be empty.
fn at_folders(
    gives: &ScopeSet,
    folders: &[(FolderRef, Option<Path>)],
    reached: impl Fn(&ScopeSet) -> Option<ScopeSet>,
) -> Result<ScopeSet, IssueError> {
    let mut all = Vec::new();
    for (folder, path) in folders {
        let there = path.as_ref().and_then(|path| {
            let there = gives.iter().map(|scope| scope.at(path.clone())).collect();
            reached(&ScopeSet::new(there).ok()?)
        });
        let there = there.ok_or(IssueError::Unreachable(*folder))?;
        all.extend(there.iter().cloned());
    }
    ScopeSet::new(all).map_err(|_empty| IssueError::NoFolders)
}
