//! The maker: the token, share or deployment that a new token is made by, and its bounds.

use super::error::IssueError;
use crate::catalog::Catalog;
use crate::catalog::kind::{Format, Kind, KindName};
use crate::decision::context::TokenContext;
use crate::decision::rights::Rights;
use crate::directory::environment::EnvironmentName;
use crate::directory::label::Label;
use crate::directory::share::ShareRecord;
use crate::directory::tenant::Tenant;
use crate::id::{AccountId, ParentId, Principal, ServiceAccountId};
use crate::issue::bounds::{Bounds, BoundsError};
use crate::origin::address::IpRules;
use crate::origin::rule::OriginRules;
use crate::scope::Scope;
use crate::scope::management::ManagementScope;
use crate::scope::set::{ScopeSet, UncoveredScope};
use crate::time::{UnixMillis, UnixSeconds};

/// By what a new token is made.
#[derive(Clone, Copy, Debug)]
pub enum Maker<'a> {
    /// A token that was found valid, presented by its holder.
    Token(&'a TokenContext),
    /// A shared model, opened by a visitor.
    Share(&'a ShareRecord),
    /// The deployment itself, for its operator account. It has no bounds.
    Deployment(AccountId),
}

impl<'a> Maker<'a> {
    /// The principal that the maker speaks for.
    pub(super) fn principal(&self) -> Option<Principal> {
        match self {
            Self::Token(token) => token.principal(),
            Self::Share(share) => Some(Principal::Account(share.account)),
            Self::Deployment(account) => Some(Principal::Account(*account)),
        }
    }

    /// What logs call `principal` of `tenant`, as far as the maker knows: its own user, or the account
    /// and all service accounts of its own environment.
    pub(super) fn label(&self, tenant: &Tenant, principal: Principal) -> Option<Label> {
        let Self::Token(token) = self else {
            return None;
        };
        let is_user = |principal: &Principal| matches!(principal, Principal::User(_));
        let own = self.principal()?;
        let is_same = match (is_user(&own), is_user(&principal)) {
            (true, true) => own == principal,
            (of_user, for_user) => of_user == for_user,
        };
        let is_here = self.own_tenant().as_ref() == Some(tenant);
        let now = token.principal_state().user_name().map(Label::from);
        now.or_else(|| token.label()).filter(|_| is_same && is_here)
    }

    /// The account and environment it belongs to.
    fn own_tenant(&self) -> Option<Tenant> {
        match self {
            Self::Token(token) => token.tenant(),
            Self::Share(share) => Some(share.tenant()),
            Self::Deployment(account) => Some(Tenant {
                account: *account,
                environment: EnvironmentName::default(),
            }),
        }
    }

    /// The account and environment that a request names: the maker's own where it names none, and
    /// another account's `default/live` where it names that account alone. Only a maker with
    /// `platform:operate` reaches another tenant.
    ///
    /// # Errors
    /// [`IssueError::UnknownAccount`] or [`IssueError::UnknownEnvironment`] for what is not the
    /// maker's, as for what does not exist.
    pub fn tenant(
        &self,
        catalog: &Catalog,
        account: Option<AccountId>,
        environment: Option<EnvironmentName>,
    ) -> Result<Tenant, IssueError> {
        let own = self.own_tenant().ok_or(IssueError::NoMaker)?;
        let account = account.unwrap_or(own.account);
        let default = || {
            if account == own.account {
                own.environment.clone()
            } else {
                EnvironmentName::default()
            }
        };
        let tenant = Tenant {
            account,
            environment: environment.unwrap_or_else(default),
        };
        if self.reaches(catalog, &tenant) {
            Ok(tenant)
        } else if account == own.account {
            Err(IssueError::UnknownEnvironment)
        } else {
            Err(IssueError::UnknownAccount)
        }
    }

    /// Whether the maker acts in this tenant: its own, or any where it holds `platform:operate`.
    #[must_use]
    pub fn reaches(&self, catalog: &Catalog, tenant: &Tenant) -> bool {
        self.own_tenant().is_some_and(|own| own == *tenant)
            || self.holds(catalog, ManagementScope::PlatformOperate)
    }

    /// Whether a token of `kind` and of `account` may speak for `principal` when this maker issues
    /// it.
    ///
    /// # Errors
    /// Where tokens of the kind do not speak for such a principal, the principal is another account,
    /// or is one that [`Self::check_principal`] refuses. A service account's token derives for users,
    /// whatever its own rights: those count as well, since what it derives names it (`via`).
    pub fn may_speak_for(
        &self,
        catalog: &Catalog,
        kind: &Kind,
        account: AccountId,
        principal: Principal,
    ) -> Result<(), IssueError> {
        let principals = &kind.principals;
        if !principals.contains(&principal.principal_type()) {
            let known: Vec<&str> = principals.iter().map(|known| known.as_str()).collect();
            return Err(IssueError::PrincipalNotForKind {
                kind: kind.name.clone(),
                known: known.join(" or "),
            });
        }
        if matches!(principal, Principal::Account(other) if other != account) {
            return Err(IssueError::UnknownPrincipal);
        }
        let derives_for_user =
            kind.format == Format::Jwt && matches!(principal, Principal::User(_));
        let names_itself = self.via(principal).is_some();
        let impersonates = self.holds(catalog, ManagementScope::TokensImpersonate);
        if derives_for_user && names_itself && impersonates {
            return Ok(());
        }
        self.check_principal(catalog, principal)
    }

    /// Whether the maker may make, rotate and change tokens of `principal`: its own, or any where it
    /// holds `tokens:impersonate` and its own principal has no rights that bound it.
    ///
    /// # Errors
    /// [`IssueError::Impersonation`] or [`BoundsError::Principal`].
    pub(super) fn check_principal(
        &self,
        catalog: &Catalog,
        principal: Principal,
    ) -> Result<(), IssueError> {
        let own = self.principal().ok_or(IssueError::NoMaker)?;
        if own == principal {
            Ok(())
        } else if !self.holds(catalog, ManagementScope::TokensImpersonate) {
            Err(IssueError::Impersonation)
        } else if self.is_bound_to_its_principal() {
            Err(IssueError::Bounds(BoundsError::Principal(own)))
        } else {
            Ok(())
        }
    }

    fn is_bound_to_its_principal(&self) -> bool {
        match self {
            Self::Token(token) => token.is_bound_to_its_principal(),
            Self::Share(_) | Self::Deployment(_) => false,
        }
    }

    /// The service account that the maker speaks for, where what it derives speaks for another one.
    pub(super) fn via(&self, principal: Principal) -> Option<ServiceAccountId> {
        match self.principal() {
            Some(own @ Principal::ServiceAccount(id)) if own != principal => Some(id),
            _ => None,
        }
    }

    /// What the maker's own principal may do now, where that one has rights of its own.
    pub(super) fn rights(&self) -> Option<&'a Rights> {
        match self {
            Self::Token(token) => token.principal_state().rights(),
            Self::Share(_) | Self::Deployment(_) => None,
        }
    }

    /// Whether the maker, its parent and their kinds hold a management scope.
    #[must_use]
    pub fn holds(&self, catalog: &Catalog, scope: ManagementScope) -> bool {
        self.holds_scope(catalog, &scope.into())
    }

    fn holds_scope(&self, catalog: &Catalog, scope: &Scope) -> bool {
        match self {
            Self::Token(token) => token.holds(scope, catalog),
            Self::Share(share) => share.scopes.covers(scope, catalog.implications()),
            Self::Deployment(_) => true,
        }
    }

    /// The part of `scopes` that the maker, its parent and their kinds hold; `None` where that is
    /// nothing.
    pub(super) fn held(&self, catalog: &Catalog, scopes: &ScopeSet) -> Option<ScopeSet> {
        match self {
            Self::Token(token) => token.held(scopes, catalog),
            Self::Share(share) => share.scopes.intersection(scopes, catalog.implications()),
            Self::Deployment(_) => Some(scopes.clone()),
        }
    }

    /// Whether the maker, with everything that bounds it, covers a token with the bounds `inner`.
    ///
    /// With `only_bounds`, the current rights of the maker's principal are not checked: the new token
    /// is of a `live` kind and speaks for that same principal, whose rights are checked whenever it is
    /// used.
    pub(super) fn covers(
        &self,
        catalog: &Catalog,
        inner: &Bounds<'_>,
        only_bounds: bool,
    ) -> Result<(), BoundsError> {
        self.bounds()
            .iter()
            .try_for_each(|outer| outer.covers(inner, catalog.implications()))?;
        if only_bounds {
            return Ok(());
        }
        let mut scopes = inner.scopes.iter();
        match scopes.find(|scope| !self.holds_scope(catalog, scope)) {
            Some(scope) => Err(BoundsError::Scope(UncoveredScope {
                scope: scope.clone(),
            })),
            None => Ok(()),
        }
    }

    /// Its own bounds first, then those of its parent; none for the deployment.
    pub(super) fn bounds(&self) -> Vec<Bounds<'a>> {
        match self {
            Self::Token(token) => token.bounds(),
            Self::Share(share) => vec![Bounds {
                scopes: &share.scopes,
                origins: &NO_ORIGINS,
                ips: &NO_ADDRESSES,
                expires_at: None,
            }],
            Self::Deployment(_) => Vec::new(),
        }
    }

    /// The earlier expiry of the maker and its parent; never if absent.
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixSeconds> {
        let bounds = self.bounds();
        bounds.iter().filter_map(|bounds| bounds.expires_at).min()
    }

    /// The name of its kind, where it is a token.
    pub(super) fn kind(&self) -> Option<&'a KindName> {
        match self {
            Self::Token(token) => token.kind(),
            Self::Share(_) | Self::Deployment(_) => None,
        }
    }

    /// The parent of a JWT that this maker derives; none where it can derive none.
    pub(super) fn parent(&self) -> Option<ParentId> {
        match self {
            Self::Token(TokenContext::Opaque { record, .. }) => Some(ParentId::Token(record.id)),
            Self::Share(share) => Some(ParentId::Share(share.id)),
            Self::Token(
                TokenContext::Jwt { .. } | TokenContext::Malformed(_) | TokenContext::Unknown,
            )
            | Self::Deployment(_) => None,
        }
    }

    /// Its id, where it is a token.
    pub(super) fn id(&self) -> Option<String> {
        match self {
            Self::Token(token) => token.id(),
            Self::Share(_) | Self::Deployment(_) => None,
        }
    }

    /// The account whose token alone may hold `platform:operate`.
    pub(super) fn account(&self) -> Option<AccountId> {
        self.own_tenant().map(|own| own.account)
    }

    /// The moment at which something issued now counts as issued.
    pub(super) fn issues_at(&self, now: UnixMillis) -> UnixMillis {
        match self {
            Self::Share(share) => share.issues_at(now),
            Self::Token(_) | Self::Deployment(_) => now,
        }
    }
}

static NO_ORIGINS: OriginRules = OriginRules(Vec::new());
static NO_ADDRESSES: IpRules = IpRules(Vec::new());
