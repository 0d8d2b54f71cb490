//! Evidence: what is known of a presented token once its rows were read, and how far it reaches.

use crate::catalog::Catalog;
use crate::catalog::kind::{Format, Kind, KindName};
use crate::decision::rights::Rights;
use crate::directory::environment::EnvironmentName;
use crate::directory::principal::PrincipalRecord;
use crate::directory::share::ShareRecord;
use crate::id::{AccountId, ParentId, Principal};
use crate::issue::bounds::Bounds;
use crate::origin::OriginRules;
use crate::origin::address::IpRules;
use crate::scope::Scope;
use crate::time::UnixMillis;
use crate::token::claims::{Claims, Issuer};
use crate::token::malformed::Malformed;
use crate::token::record::{SecretLife, TokenRecord};
use crate::token::{OpaqueToken, SecretMark};
use std::iter::once;

/// What is known of a presented token once its rows were read.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// Not a token.
    Malformed(Malformed),
    /// No record, a wrong secret, a wrong signature, another issuer: all alike.
    Unknown,
    /// An opaque token whose secret matched.
    Opaque {
        /// Its record.
        record: Box<TokenRecord>,
        /// Its user, where its kind has live rights.
        standing: Standing,
        /// Which of its secrets opened it.
        secret: SecretLife,
    },
    /// A JWT whose signature was right, and its rows.
    Jwt {
        /// What it says.
        claims: Box<Claims>,
        /// Whether it was revoked by its `jti`.
        revoked: bool,
        /// The row it came from, if there still is one.
        parent: Option<Parent>,
        /// The user or service account it speaks for.
        standing: Standing,
    },
}

/// The row a JWT came from.
#[derive(Clone, Debug)]
pub enum Parent {
    /// An opaque token's.
    Token(Box<TokenRecord>),
    /// A shared model's.
    Share(Box<ShareRecord>),
}

/// How it stands with the principal a token speaks for.
#[derive(Clone, Debug)]
pub enum Standing {
    /// Nobody asks: it is the account itself, or the token's own row is marked when it is closed.
    Unasked,
    /// There is no such user or service account.
    Gone,
    /// There is.
    Present(Box<PrincipalRecord>),
    /// There is, and the token may do what this user may do now.
    Live(Box<PrincipalRecord>, Rights),
}

impl Evidence {
    /// What a record, or its absence, says of a presented opaque token.
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
        let life = record
            .as_ref()
            .and_then(|record| record.life_of(&token.secret, now));
        match (record, life) {
            (Some(mut record), Some(life)) => {
                // A secret that was rotated away bounds all that is done with it by its own end.
                if let SecretLife::Until { until, .. } = life {
                    let until = until.seconds();
                    let earlier = record.expires_at.is_none_or(|expiry| until < expiry);
                    record.expires_at = if earlier {
                        Some(until)
                    } else {
                        record.expires_at
                    };
                }
                Self::Opaque {
                    record: Box::new(record),
                    standing: Standing::Unasked,
                    secret: life,
                }
            }
            _ => Self::Unknown,
        }
    }

    /// What the rows say of a JWT whose signature was right.
    #[must_use]
    pub fn of_jwt(
        catalog: &Catalog,
        issuer: &Issuer,
        claims: Claims,
        revoked: bool,
        parent: Option<Parent>,
        principal: Option<PrincipalRecord>,
    ) -> Self {
        let of_claims = (
            claims.hallpass.parent,
            claims.hallpass.account,
            &claims.hallpass.environment,
        );
        let elsewhere = parent
            .as_ref()
            .is_some_and(|parent| parent.lies() != of_claims);
        let of_kind = catalog
            .kind(&claims.hallpass.kind)
            .is_some_and(|kind| kind.format == Format::Jwt);
        if claims.iss == *issuer && claims.aud.includes(issuer) && of_kind && !elsewhere {
            let (account, environment) = (claims.hallpass.account, &claims.hallpass.environment);
            let standing = Standing::of(claims.sub, account, environment, principal);
            Self::Jwt {
                claims: Box::new(claims),
                revoked,
                parent,
                standing,
            }
        } else {
            Self::Unknown
        }
    }

    /// The same of an opaque token with live rights, once its user was read.
    #[must_use]
    pub fn with_user(self, user: Option<PrincipalRecord>, rights: Rights) -> Self {
        let Self::Opaque { record, secret, .. } = self else {
            return self;
        };
        let (account, environment) = (record.account, &record.environment);
        let standing = match Standing::of(record.principal, account, environment, user) {
            Standing::Present(user) => Standing::Live(user, rights),
            // Live rights are a user's: anybody else has none.
            Standing::Unasked | Standing::Gone | Standing::Live(..) => Standing::Gone,
        };
        Self::Opaque {
            record,
            standing,
            secret,
        }
    }

    /// Its kind's name.
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
    pub fn place(&self) -> Option<(AccountId, &EnvironmentName)> {
        match self {
            Self::Opaque { record, .. } => Some((record.account, &record.environment)),
            Self::Jwt { claims, .. } => {
                Some((claims.hallpass.account, &claims.hallpass.environment))
            }
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

    /// Which of its old secrets opened it, where one that was rotated away did.
    #[must_use]
    pub fn old_secret(&self) -> Option<SecretMark> {
        match self {
            Self::Opaque {
                secret: SecretLife::Until { mark, .. },
                ..
            } => Some(*mark),
            Self::Opaque { .. } | Self::Jwt { .. } | Self::Malformed(_) | Self::Unknown => None,
        }
    }

    /// How far it reaches: its own bounds and, for a JWT, its parent's as they are now. What a live
    /// user may do is asked of [`Self::holds`].
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

    /// Whether it holds `scope`, its parent still does, and their kinds may.
    #[must_use]
    pub fn holds(&self, scope: &Scope, catalog: &Catalog) -> bool {
        let powers = self.powers(catalog);
        !powers.is_empty()
            && powers.iter().all(|power| power.covers(scope, catalog))
            && self.standing().allows(scope, catalog)
    }

    /// How it stands with the principal it speaks for.
    #[must_use]
    pub fn standing(&self) -> &Standing {
        match self {
            Self::Opaque { standing, .. } | Self::Jwt { standing, .. } => standing,
            Self::Malformed(_) | Self::Unknown => &Standing::Unasked,
        }
    }

    /// What it can do: its own bounds with its kind and, for a JWT, its parent's. A parent whose
    /// kind left the catalog can do nothing: the list is empty then.
    pub(crate) fn powers<'a>(&'a self, catalog: &'a Catalog) -> Vec<Power<'a>> {
        let parent = match self {
            Self::Jwt { parent, .. } => parent.as_ref(),
            Self::Malformed(_) | Self::Unknown | Self::Opaque { .. } => None,
        };
        let of_parent = parent.map(|parent| match parent {
            Parent::Token(record) => catalog.kind(&record.kind).map(Some),
            // What a shared model gives is limited by the kind of what it gives alone.
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
            .map(|(kind, bounds)| Power { kind, bounds })
            .collect()
    }
}

/// One holder's reach and the kind that limits it, if one does.
pub(crate) struct Power<'a> {
    pub(crate) kind: Option<&'a Kind>,
    pub(crate) bounds: Bounds<'a>,
}

impl Power<'_> {
    pub(crate) fn covers(&self, scope: &Scope, catalog: &Catalog) -> bool {
        let implied = catalog.implications();
        let by_kind = |kind: &Kind| kind.scopes.covers(scope, implied);
        self.bounds.scopes.covers(scope, implied) && self.kind.is_none_or(by_kind)
    }
}

impl Parent {
    /// Its id, account and environment.
    fn lies(&self) -> (ParentId, AccountId, &EnvironmentName) {
        match self {
            Self::Token(record) => (
                ParentId::Token(record.id),
                record.account,
                &record.environment,
            ),
            Self::Share(share) => (ParentId::Share(share.id), share.account, &share.environment),
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

impl Standing {
    /// How it stands with `principal`, of whom the table holds `record`.
    fn of(
        principal: Principal,
        account: AccountId,
        environment: &EnvironmentName,
        record: Option<PrincipalRecord>,
    ) -> Self {
        if matches!(principal, Principal::Account(_)) {
            return Self::Unasked;
        }
        let record = record.filter(|record| {
            record.id == principal
                && record.account == account
                && record.environment == *environment
        });
        record.map_or(Self::Gone, |record| Self::Present(Box::new(record)))
    }

    /// Whether the principal does not stand in the way of a scope.
    pub(crate) fn allows(&self, scope: &Scope, catalog: &Catalog) -> bool {
        match self {
            Self::Unasked | Self::Present(_) => true,
            Self::Gone => false,
            Self::Live(_, rights) => rights.cover(scope, catalog.implications()),
        }
    }
}
