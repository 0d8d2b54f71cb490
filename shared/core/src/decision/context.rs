//! The context of a presented token: what its rows say, and what it may therefore do.

use crate::catalog::Catalog;
use crate::catalog::kind::{Format, Kind, KindName};
use crate::decision::holder::Holder;
use crate::decision::principal_state::PrincipalState;
use crate::directory::group::GroupRecord;
use crate::directory::label::Label;
use crate::directory::principal::PrincipalRecord;
use crate::directory::share::ShareRecord;
use crate::directory::tenant::Tenant;
use crate::id::{GroupId, ParentId, Principal};
use crate::issue::bounds::Bounds;
use crate::origin::address::IpRules;
use crate::origin::rule::OriginRules;
use crate::scope::Scope;
use crate::scope::set::ScopeSet;
use crate::time::UnixMillis;
use crate::token::claims::{Claims, Issuer};
use crate::token::malformed::Malformed;
use crate::token::record::{MatchedSecret, TokenRecord};
use crate::token::{OpaqueToken, SecretMark};
use std::collections::HashMap;
use std::iter::once;

/// What is known of a presented token after its rows were read.
#[derive(Clone, Debug)]
pub enum TokenContext {
    /// The text is not a token.
    Malformed(Malformed),
    /// No record, a wrong secret, a wrong signature or another issuer: these are not told apart.
    Unknown,
    /// An opaque token whose secret matched.
    Opaque {
        /// Its record.
        record: Box<TokenRecord>,
        /// The user or service account it speaks for, if that one's rights bound it.
        principal: PrincipalState,
        /// Which of its secrets was presented.
        secret: MatchedSecret,
    },
    /// A JWT with a valid signature, and its rows.
    Jwt {
        /// Its claims.
        claims: Box<Claims>,
        /// Whether it was revoked by its `jti`.
        revoked: bool,
        /// Its parent's row; none if there is no such row.
        parent: Option<Parent>,
        /// The user or service account it speaks for.
        principal: PrincipalState,
        /// The service account whose token it was derived from, where its claims name one.
        via: PrincipalState,
    },
}

/// The row of a JWT's parent.
#[derive(Clone, Debug)]
pub enum Parent {
    /// An opaque token.
    Token(Box<TokenRecord>),
    /// A shared model.
    Share(Box<ShareRecord>),
}

impl TokenContext {
    /// The context of a presented opaque token, of which the table holds `record`.
    #[must_use]
    pub fn of_opaque(
        catalog: &Catalog,
        token: &OpaqueToken,
        record: Option<TokenRecord>,
        now: UnixMillis,
    ) -> Self {
        let of_kind = |record: &TokenRecord| {
            catalog.kind(&record.kind).and_then(Kind::prefix) == Some(&token.prefix)
        };
        let record = record.filter(|record| record.id == token.id && of_kind(record));
        let secret = record
            .as_ref()
            .and_then(|record| record.matched_secret(&token.secret, now));
        match (record, secret) {
            (Some(mut record), Some(secret)) => {
                // What is done with a previous secret must not outlive that secret.
                if let MatchedSecret::Previous { until, .. } = secret {
                    let until = until.seconds();
                    let earlier = record.expires_at.is_none_or(|expiry| until < expiry);
                    record.expires_at = if earlier {
                        Some(until)
                    } else {
                        record.expires_at
                    };
                }
                // Until its row is read, nothing can be done with the token.
                let principal = if record.is_live() {
                    PrincipalState::Missing
                } else {
                    PrincipalState::NotNeeded
                };
                Self::Opaque {
                    record: Box::new(record),
                    principal,
                    secret,
                }
            }
            _ => Self::Unknown,
        }
    }

    /// The context of a JWT with a valid signature, of which these are the rows.
    #[must_use]
    pub fn of_jwt(
        catalog: &Catalog,
        issuer: &Issuer,
        claims: Claims,
        revoked: bool,
        parent: Option<Parent>,
    ) -> Self {
        let tenant = claims.tenant();
        let other_parent = parent.as_ref().is_some_and(|parent| {
            parent.id() != claims.hallpass.parent || parent.tenant() != tenant
        });
        // One that lives longer than its kind allows was not issued by this service, whoever signed it.
        let of_kind = catalog.kind(&claims.hallpass.kind).is_some_and(|kind| {
            kind.format == Format::Jwt && claims.lifetime() <= kind.lifetime.longest()
        });
        if claims.iss == *issuer && claims.aud.includes(issuer) && of_kind && !other_parent {
            // Until their rows are read, nothing can be done with the token.
            let (principal, via) = match (claims.sub, claims.hallpass.via) {
                (Principal::Account(_), None) => {
                    (PrincipalState::NotNeeded, PrincipalState::NotNeeded)
                }
                (Principal::Account(_), Some(_)) => {
                    (PrincipalState::NotNeeded, PrincipalState::Missing)
                }
                (_, None) => (PrincipalState::Missing, PrincipalState::NotNeeded),
                (_, Some(_)) => (PrincipalState::Missing, PrincipalState::Missing),
            };
            Self::Jwt {
                claims: Box::new(claims),
                revoked,
                parent,
                principal,
                via,
            }
        } else {
            Self::Unknown
        }
    }

    /// The users and service accounts whose rows have to be read, since their rights bound the token
    /// or it ends with them.
    #[must_use]
    pub fn principals(&self) -> Vec<Principal> {
        match self {
            Self::Opaque { record, .. } if record.is_live() => vec![record.principal],
            Self::Jwt { claims, .. } => claims.principals().collect(),
            Self::Opaque { .. } | Self::Malformed(_) | Self::Unknown => Vec::new(),
        }
    }

    /// The same context once the rows of its principals were read, and of the groups that these
    /// belong to, directly or by nesting. A row that is not among them is one that does not exist.
    #[must_use]
    pub fn with_principals(
        self,
        records: &HashMap<Principal, PrincipalRecord>,
        groups: &HashMap<GroupId, GroupRecord>,
        catalog: &Catalog,
    ) -> Self {
        let Some(tenant) = self.tenant() else {
            return self;
        };
        let read = |before: PrincipalState, principal: Principal| {
            if matches!(before, PrincipalState::NotNeeded) {
                return before;
            }
            let record = records.get(&principal);
            PrincipalState::of(principal, &tenant, record, groups, catalog)
        };
        match self {
            Self::Opaque {
                record,
                principal,
                secret,
            } => Self::Opaque {
                principal: read(principal, record.principal),
                record,
                secret,
            },
            Self::Jwt {
                claims,
                revoked,
                parent,
                principal,
                via,
            } => Self::Jwt {
                principal: read(principal, claims.sub),
                via: match claims.hallpass.via {
                    Some(id) => read(via, Principal::ServiceAccount(id)),
                    None => via,
                },
                claims,
                revoked,
                parent,
            },
            Self::Malformed(_) | Self::Unknown => self,
        }
    }

    /// The name of its kind.
    #[must_use]
    pub fn kind(&self) -> Option<&KindName> {
        match self {
            Self::Opaque { record, .. } => Some(&record.kind),
            Self::Jwt { claims, .. } => Some(&claims.hallpass.kind),
            Self::Malformed(_) | Self::Unknown => None,
        }
    }

    /// The account and environment it belongs to.
    #[must_use]
    pub fn tenant(&self) -> Option<Tenant> {
        match self {
            Self::Opaque { record, .. } => Some(record.tenant()),
            Self::Jwt { claims, .. } => Some(claims.tenant()),
            Self::Malformed(_) | Self::Unknown => None,
        }
    }

    /// Who it speaks for.
    #[must_use]
    pub fn principal(&self) -> Option<Principal> {
        match self {
            Self::Opaque { record, .. } => Some(record.principal),
            Self::Jwt { claims, .. } => Some(claims.sub),
            Self::Malformed(_) | Self::Unknown => None,
        }
    }

    /// `tok_…` or `jwt_…`.
    #[must_use]
    pub fn id(&self) -> Option<String> {
        match self {
            Self::Opaque { record, .. } => Some(record.id.to_string()),
            Self::Jwt { claims, .. } => Some(claims.jti.to_string()),
            Self::Malformed(_) | Self::Unknown => None,
        }
    }

    /// Which of its previous secrets was presented; none if it was the current one.
    #[must_use]
    pub fn old_secret(&self) -> Option<SecretMark> {
        match self {
            Self::Opaque {
                secret: MatchedSecret::Previous { mark, .. },
                ..
            } => Some(*mark),
            Self::Opaque { .. } | Self::Jwt { .. } | Self::Malformed(_) | Self::Unknown => None,
        }
    }

    /// Its own bounds and, for a JWT, its parent's as they are now. The current rights of its
    /// principals are no part of these: see [`Self::holds`].
    #[must_use]
    pub fn bounds(&self) -> Vec<Bounds<'_>> {
        match self {
            Self::Opaque { record, .. } => vec![record.bounds()],
            Self::Jwt { claims, parent, .. } => {
                let own = Bounds {
                    scopes: &claims.scope,
                    origins: &claims.hallpass.origins,
                    ips: &claims.hallpass.ips,
                    expires_at: Some(claims.exp),
                };
                let parents = parent.as_ref().map(Parent::bounds);
                once(own).chain(parents).collect()
            }
            Self::Malformed(_) | Self::Unknown => Vec::new(),
        }
    }

    /// Whether it holds `scope`, its parent still holds it, their kinds may hold it, and the current
    /// rights of its principals, where they count, cover it.
    #[must_use]
    pub fn holds(&self, scope: &Scope, catalog: &Catalog) -> bool {
        let holders = self.holders(catalog);
        !holders.is_empty()
            && holders.iter().all(|holder| holder.covers(scope, catalog))
            && self
                .principal_states()
                .all(|principal| principal.covers(scope, catalog))
    }

    /// The part of `scopes` that it, its parent and their kinds hold; `None` where that is nothing. The
    /// current rights of its principals are no part of this.
    pub(crate) fn held(&self, scopes: &ScopeSet, catalog: &Catalog) -> Option<ScopeSet> {
        let implications = catalog.implications();
        let holders = self.holders(catalog);
        let mut held = (!holders.is_empty()).then(|| scopes.clone())?;
        for holder in &holders {
            held = held.intersection(holder.bounds.scopes, implications)?;
            if let Some(kind) = holder.kind {
                held = held.intersection(&kind.scopes, implications)?;
            }
        }
        Some(held)
    }

    /// All that it may do now: what its scopes, its parent's, their kinds' and the current rights of
    /// its principals have in common; `None` where that is nothing.
    #[must_use]
    pub fn scopes_now(&self, catalog: &Catalog) -> Option<ScopeSet> {
        let bounds = self.bounds();
        let held = self.held(bounds.first()?.scopes, catalog)?;
        self.principal_states().try_fold(held, |held, principal| {
            principal.intersection(held, catalog)
        })
    }

    /// Whether it speaks for a principal with rights of its own: what it makes then speaks for the
    /// same one, so that what is taken from this principal is taken from all of it.
    #[must_use]
    pub fn is_bound_to_its_principal(&self) -> bool {
        self.principal_state().is_bounding()
    }

    /// What logs call its principal: as it was called when the token was made. A token of the time before
    /// there were labels has its user's name, if that was read.
    #[must_use]
    pub fn label(&self) -> Option<Label> {
        let kept = match self {
            Self::Opaque { record, .. } => &record.label,
            Self::Jwt { claims, .. } => &claims.hallpass.label,
            Self::Malformed(_) | Self::Unknown => &None,
        };
        let user = || self.principal_state().user_name().map(Label::from);
        kept.clone().or_else(user)
    }

    /// The scopes that were given to it, whatever its parent and its user may do now.
    #[must_use]
    pub fn scopes(&self) -> Option<&ScopeSet> {
        match self {
            Self::Opaque { record, .. } => Some(&record.scopes),
            Self::Jwt { claims, .. } => Some(&claims.scope),
            Self::Malformed(_) | Self::Unknown => None,
        }
    }

    /// Of its own scopes, the one that covers `scope`; none unless it [holds](Self::holds) `scope`.
    #[must_use]
    pub fn matched(&self, scope: &Scope, catalog: &Catalog) -> Option<&Scope> {
        self.scopes()
            .filter(|_| self.holds(scope, catalog))
            .and_then(|scopes| scopes.covering(scope, catalog.implications()))
    }

    /// The state of the principal that it speaks for.
    #[must_use]
    pub fn principal_state(&self) -> &PrincipalState {
        match self {
            Self::Opaque { principal, .. } | Self::Jwt { principal, .. } => principal,
            Self::Malformed(_) | Self::Unknown => &PrincipalState::NotNeeded,
        }
    }

    /// The states of all principals whose rights count: the one that it speaks for, and the one that
    /// it was derived through.
    pub fn principal_states(&self) -> impl Iterator<Item = &PrincipalState> {
        let via = match self {
            Self::Jwt { via, .. } => Some(via),
            Self::Opaque { .. } | Self::Malformed(_) | Self::Unknown => None,
        };
        once(self.principal_state()).chain(via)
    }

    /// The token itself and, for a JWT, its parent. If one of their kinds is no longer in the
    /// catalog, nothing can be done with the token, and the list is empty.
    pub(crate) fn holders<'a>(&'a self, catalog: &'a Catalog) -> Vec<Holder<'a>> {
        let parent = match self {
            Self::Jwt { parent, .. } => parent.as_ref(),
            Self::Malformed(_) | Self::Unknown | Self::Opaque { .. } => None,
        };
        let of_parent = parent.map(|parent| match parent {
            Parent::Token(record) => catalog.kind(&record.kind).map(Some),
            // A shared model has no kind; the kind of the visitor's token limits what it gives.
            Parent::Share(_) => Some(None),
        });
        let kinds: Option<Vec<Option<&Kind>>> = self
            .kind()
            .map(|kind| catalog.kind(kind).map(Some))
            .into_iter()
            .chain(of_parent)
            .collect();
        let kinds = kinds.unwrap_or_default();
        kinds
            .into_iter()
            .zip(self.bounds())
            .map(|(kind, bounds)| Holder { kind, bounds })
            .collect()
    }
}

impl Parent {
    fn id(&self) -> ParentId {
        match self {
            Self::Token(record) => ParentId::Token(record.id),
            Self::Share(share) => ParentId::Share(share.id),
        }
    }

    fn tenant(&self) -> Tenant {
        match self {
            Self::Token(record) => record.tenant(),
            Self::Share(share) => share.tenant(),
        }
    }

    fn bounds(&self) -> Bounds<'_> {
        match self {
            Self::Token(record) => record.bounds(),
            Self::Share(share) => Bounds {
                scopes: &share.scopes,
                origins: &ANYWHERE,
                ips: &ANY_ADDRESS,
                expires_at: None,
            },
        }
    }
}

static ANYWHERE: OriginRules = OriginRules(Vec::new());
static ANY_ADDRESS: IpRules = IpRules(Vec::new());
