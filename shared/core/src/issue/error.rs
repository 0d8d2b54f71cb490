//! Why a token is not issued or not changed.

use crate::catalog::ScopeError;
use crate::catalog::kind::KindName;
use crate::directory::access::AccessLevel;
use crate::directory::folder::FolderRef;
use crate::id::Principal;
use crate::issue::bounds::BoundsError;
use crate::issue::lifetime::LifetimeError;
use crate::scope::Scope;
use crate::scope::set::EmptyScopes;
use thiserror::Error;

/// The part of a request that an error is about. Each route has its own names for these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssueField {
    /// The kind.
    Kind,
    /// The scopes, or the level of access.
    Scopes,
    /// The origins.
    Origins,
    /// The addresses.
    Ips,
    /// The lifetime.
    Lifetime,
    /// The moment from which on it is valid.
    NotBefore,
    /// Who it speaks for.
    Principal,
    /// The account.
    Account,
    /// The environment.
    Environment,
    /// The folders.
    Folders,
}

/// Why a token is not issued: the first fault, in the order in which [`super::prepare`] and
/// [`super::Prepared::issue`] check.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IssueError {
    /// The account does not exist, or is not the maker's.
    #[error("there is no such account")]
    UnknownAccount,
    /// The environment does not exist, or is not the maker's.
    #[error("there is no such environment")]
    UnknownEnvironment,
    /// The catalog has no such kind.
    #[error("there is no kind `{given}`; there are {known}")]
    UnknownKind {
        /// As the request wrote it.
        given: KindName,
        /// The kinds that can be minted.
        known: String,
    },
    /// The kind is a JWT.
    #[error(
        "a `{0}` token is derived, not minted: POST /v1/tokens/temporary with a token that may derive it"
    )]
    KindIsDerived(KindName),
    /// The maker's kind derives nothing.
    #[error("a `{0}` token derives nothing: call with one that may, such as a secret token")]
    DerivesNothing(KindName),
    /// The maker's kind derives others.
    #[error("a `{by}` token does not derive `{given}`; it derives {known}")]
    KindNotDerived {
        /// The maker's kind.
        by: KindName,
        /// As the request wrote it.
        given: KindName,
        /// The kinds that it derives.
        known: String,
    },
    /// Tokens of the kind do not speak for such a principal.
    #[error("a `{kind}` token speaks for {known} only")]
    PrincipalNotForKind {
        /// The kind.
        kind: KindName,
        /// Whom its tokens speak for.
        known: String,
    },
    /// The principal does not exist, is closed, or belongs to another tenant.
    #[error("there is no such principal in this environment")]
    UnknownPrincipal,
    /// The principal is not the maker's own.
    #[error(
        "the calling token lacks `tokens:impersonate`, which a token for another principal needs"
    )]
    Impersonation,
    /// No scopes are named, and the kind has no default.
    #[error("name the scopes: a `{0}` token has no default ones")]
    MissingScopes(KindName),
    /// The list of scopes is empty.
    #[error(transparent)]
    EmptyScopes(#[from] EmptyScopes),
    /// The catalog does not declare a scope.
    #[error(transparent)]
    UnknownScope(#[from] ScopeError),
    /// The catalog has no such level of access.
    #[error("there is no such level of access; there are {known}")]
    UnknownLevel {
        /// The levels there are.
        known: String,
    },
    /// Tokens of the kind may not hold a scope.
    #[error("a `{kind}` token cannot hold `{scope}`; it may hold {allowed}")]
    ScopeNotForKind {
        /// The kind.
        kind: KindName,
        /// The scope.
        scope: Scope,
        /// What its tokens may hold.
        allowed: String,
    },
    /// The kind needs origins.
    #[error("a `{0}` token needs at least one origin, such as `https://example.com`")]
    OriginsRequired(KindName),
    /// The kind has no origins.
    #[error("a `{0}` token is not bound to origins: leave the field out")]
    OriginsNotForKind(KindName),
    /// An empty list of origins or addresses.
    #[error(
        "an empty list binds the token to nothing: leave the field out, or list what it is bound to"
    )]
    EmptyRules(IssueField),
    /// An empty list of folders.
    #[error("an empty list names no folder: leave the field out for all there are")]
    NoFolders,
    /// More scopes, origins or addresses than one token can have.
    #[error("a token has at most {most} of these")]
    TooMany {
        /// Which of them.
        field: IssueField,
        /// How many it can have.
        most: usize,
    },
    /// The lifetime is out of range, or longer than what the maker has left.
    #[error(transparent)]
    Lifetime(#[from] LifetimeError),
    /// It would expire before it becomes valid.
    #[error("`not_before` lies at or after the token's expiry, or a hundred years ahead")]
    StartsTooLate,
    /// It would reach beyond its maker.
    #[error(transparent)]
    Bounds(#[from] BoundsError),
    /// `platform:operate` for another account.
    #[error("`platform:operate` stays with the operator account's own tokens")]
    OperatorOnly,
    /// The principal's current rights do not cover one of the scopes.
    #[error("the principal may not `{0}`: ask for what it may do")]
    NotThePrincipals(Scope),
    /// Maker and principal hold none of the scopes that such a token is given.
    #[error("the key holds nothing that such a token is given: make a key with more scopes")]
    NothingHeld,
    /// The principal has this level of access nowhere.
    #[error("there is nothing where the user may `{0}`: give them access to a folder first")]
    NothingReachable(AccessLevel),
    /// The principal does not have the level of access at a folder.
    #[error("the user does not reach the folder `{0}` at this level: name folders that they do")]
    Unreachable(FolderRef),
    /// A fault of ours: the rights of a principal were not read.
    #[error("the rights of `{0}` were not read before issuing")]
    RightsNotRead(Principal),
    /// A fault of ours: the maker is not a token that was found good.
    #[error("the maker is not a token that was found good")]
    NoMaker,
    /// A fault of ours: an opaque token was to be signed, or a JWT to be stored.
    #[error("a `{0}` token is issued in another format")]
    OtherFormat(KindName),
}

impl IssueError {
    /// The part of the request that it is about; none for faults of ours and of the maker's kind.
    #[must_use]
    pub fn field(&self) -> Option<IssueField> {
        match self {
            Self::UnknownAccount => Some(IssueField::Account),
            Self::UnknownEnvironment => Some(IssueField::Environment),
            Self::UnknownKind { .. } | Self::KindIsDerived(_) | Self::KindNotDerived { .. } => {
                Some(IssueField::Kind)
            }
            Self::PrincipalNotForKind { .. }
            | Self::UnknownPrincipal
            | Self::Impersonation
            | Self::Bounds(BoundsError::Principal(_)) => Some(IssueField::Principal),
            Self::MissingScopes(_)
            | Self::EmptyScopes(_)
            | Self::UnknownScope(_)
            | Self::UnknownLevel { .. }
            | Self::ScopeNotForKind { .. }
            | Self::Bounds(BoundsError::Scope(_))
            | Self::OperatorOnly
            | Self::NotThePrincipals(_)
            | Self::NothingReachable(_) => Some(IssueField::Scopes),
            Self::OriginsRequired(_)
            | Self::OriginsNotForKind(_)
            | Self::Bounds(BoundsError::Origin(_)) => Some(IssueField::Origins),
            Self::Bounds(BoundsError::Address(_)) => Some(IssueField::Ips),
            Self::Lifetime(_) | Self::Bounds(BoundsError::Expiry) => Some(IssueField::Lifetime),
            Self::StartsTooLate => Some(IssueField::NotBefore),
            Self::NoFolders | Self::Unreachable(_) => Some(IssueField::Folders),
            Self::EmptyRules(field) | Self::TooMany { field, .. } => Some(*field),
            Self::DerivesNothing(_)
            | Self::NothingHeld
            | Self::RightsNotRead(_)
            | Self::NoMaker
            | Self::OtherFormat(_) => None,
        }
    }
}
