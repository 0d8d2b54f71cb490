//! The heart of Hallpass: scopes, catalogs, tokens, claims and the decision.
//!
//! Everything here is pure: no I/O, no clock, no randomness of its own. A resource server can use
//! this crate alone to parse tokens and to ask whether a set of scopes covers a request.

mod access;
mod address;
mod base62;
mod bounds;
mod catalog;
mod claims;
mod coverage;
mod day;
mod decision;
mod environment;
mod evidence;
mod folder;
mod group;
mod id;
mod issue;
mod jwt;
mod kind;
mod lifetime;
mod management;
mod object;
#[cfg(feature = "openapi")]
mod openapi;
mod origin;
mod present;
mod principal;
mod random;
mod record;
mod route;
mod scope;
mod share;
mod tenant;
mod time;
mod token;

pub use access::{Access, AccessLevel, Rights};
pub use address::{IpRule, IpRuleError, IpRules};
pub use bounds::{Bounds, BoundsError};
pub use catalog::{Catalog, CatalogError, ScopeError, SharePolicy};
pub use claims::{Algorithm, Audience, Claims, HallpassClaims, Issuer, IssuerError, TokenTooLarge};
pub use coverage::{EmptyScopes, Implications, ScopeSet, Widening};
pub use day::{Day, DayError};
pub use decision::{Code, Decision, Facts, PresentedOrigin, decide};
pub use environment::{AccountName, EnvironmentName, NameError};
pub use evidence::{Evidence, Parent, Standing};
pub use folder::{FolderRecord, FolderRef, PUBLIC_FOLDER, folder_root};
pub use group::{GroupRecord, MOST_GROUPS, MOST_NESTED, height, reached};
pub use id::{
    AccountId, FolderId, GroupId, IdError, JwtId, ParentId, Principal, PrincipalType,
    ServiceAccountId, ShareId, TokenId, UserId,
};
pub use issue::{
    ChangeError, ChangeRequest, CoveredToken, Edit, FormError, Issuance, IssueError, IssueField,
    IssueRequest, IssuedKind, MAX_SCOPES, Maker, NewClaims, NewToken, Prepared, PrincipalRights,
    RightsNow, ScopeRequest, TokenDetails, covered, prepare,
};
pub use jwt::UnverifiedJwt;
pub use kind::{Exposure, Format, Kind, KindName, OriginPolicy, Presentation};
pub use lifetime::{LONGEST_SECONDS, Lifetime, LifetimeError};
pub use management::ManagementScope;
pub use origin::{Origin, OriginError, OriginRule, OriginRules, WrittenOriginRule};
pub use present::present;
pub use principal::{PrincipalName, PrincipalRecord};
pub use random::{Random, RandomUnavailable};
pub use record::{Metadata, MetadataError, PreviousSecret, SecretLife, TokenName, TokenRecord};
pub use route::{RouteMatch, RouteTable};
pub use scope::{Action, Name, Path, Scope, ScopeSyntaxError, WrittenScope};
pub use share::{ModelId, PasswordHash, ShareRecord};
pub use tenant::Tenant;
pub use time::{Clock, LEEWAY_SECONDS, UnixMillis, UnixSeconds};
pub use token::{
    MAX_TOKEN_BYTES, Malformed, OpaqueToken, Prefix, Presented, PublicText, SecretHash, SecretMark,
    TokenSecret,
};
