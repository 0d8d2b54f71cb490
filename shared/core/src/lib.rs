//! The heart of Hallpass: scopes, catalogs, tokens, claims and the decision.
//!
//! Everything here is pure: no I/O, no clock, no randomness of its own. A resource server can use
//! this crate alone to parse tokens and to ask whether a set of scopes covers a request: it stands on no
//! other crate of this workspace.

mod catalog;
mod day;
mod decision;
mod directory;
mod id;
mod issue;
mod json;
#[cfg(feature = "openapi")]
mod openapi;
mod origin;
mod random;
mod schema;
mod scope;
mod text;
mod time;
mod token;

pub use catalog::kind::{Exposure, Format, Kind, KindName, OriginPolicy, Presentation};
pub use catalog::route::{RouteMatch, RouteTable};
pub use catalog::{Catalog, CatalogError, ScopeError, SharePolicy};
pub use day::{Day, DayError};
pub use decision::code::DecisionCode;
pub use decision::context::{Parent, TokenContext};
pub use decision::granting_rows::GrantingRows;
pub use decision::principal_state::PrincipalState;
pub use decision::rights::Rights;
pub use decision::{AuthorizationRequest, Decision, allows_origin, decide};
pub use directory::access::{Access, AccessLevel, MOST_PATHS, MOST_ROW_BYTES};
pub use directory::environment::{AccountName, EnvironmentName, NameError};
pub use directory::folder::{FolderRecord, FolderRef, PUBLIC_FOLDER, folder_root};
pub use directory::group::{GroupRecord, MOST_AROUND, MOST_JOINED, Nested, reached};
pub use directory::label::Label;
pub use directory::principal::{PrincipalName, PrincipalRecord};
pub use directory::share::{ModelId, PasswordHash, ShareRecord};
pub use directory::tenant::Tenant;
pub use id::{
    AccountId, FolderId, GroupId, IdError, JwtId, ParentId, Principal, PrincipalType,
    ServiceAccountId, ShareId, TokenId, UserId,
};
pub use issue::bounds::{Bounds, BoundsError};
pub use issue::lifetime::{LONGEST_SECONDS, Lifetime, LifetimeError};
pub use issue::{
    ChangeError, ChangeRequest, CoveredToken, Edit, FormError, Issuance, IssueError, IssueField,
    IssueRequest, IssuedKind, MAX_SCOPES, Maker, NewClaims, NewToken, Prepared, PrincipalRights,
    RightsNow, ScopeRequest, TokenDetails, covered, prepare,
};
pub use json::present::present;
#[cfg(feature = "openapi")]
pub use openapi::id_pattern;
pub use origin::address::{IpRule, IpRuleError, IpRules};
pub use origin::presented::PresentedOrigin;
pub use origin::rule::{OriginRule, OriginRules, WrittenOriginRule};
pub use origin::{Origin, OriginError};
pub use random::{Random, RandomUnavailable};
pub use schema::{SchemaVersion, SchemaVersionError};
pub use scope::coverage::Implications;
pub use scope::management::ManagementScope;
pub use scope::path::Path;
pub use scope::set::{EmptyScopes, ScopeSet, UncoveredScope};
pub use scope::syntax_error::ScopeSyntaxError;
pub use scope::written::WrittenScope;
pub use scope::{Action, Name, Scope};
pub use text::fold::{folded, nfc};
pub use text::joiner::joiner_is_allowed;
pub use time::{Clock, LEEWAY_SECONDS, Moment, UnixMillis, UnixSeconds};
pub use token::claims::{
    Algorithm, Audience, Claims, HallpassClaims, Issuer, IssuerError, TokenTooLarge,
};
pub use token::jwt::{ClaimsError, UnverifiedJwt};
pub use token::malformed::Malformed;
pub use token::prefix::Prefix;
pub use token::presented::{MAX_TOKEN_BYTES, Presented};
pub use token::record::{
    MOST_NAME_CHARACTERS, MatchedSecret, Metadata, MetadataError, PreviousSecret, TokenName,
    TokenRecord,
};
pub use token::{OpaqueToken, PublicText, SecretHash, SecretMark, TokenSecret};
