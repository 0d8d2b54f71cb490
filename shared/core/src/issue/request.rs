//! A request for a new token, in types of this crate.

use crate::directory::access::AccessLevel;
use crate::directory::environment::EnvironmentName;
use crate::directory::folder::FolderRef;
use crate::id::{AccountId, Principal};
use crate::origin::address::IpRule;
use crate::origin::rule::WrittenOriginRule;
use crate::scope::path::Path;
use crate::scope::set::ScopeSet;
use crate::scope::written::WrittenScope;
use crate::time::UnixSeconds;

/// A request for a new token. What is absent is the kind's default or the maker's own.
#[derive(Clone, Debug, Default)]
pub struct IssueRequest {
    /// What it may do.
    pub scopes: ScopeRequest,
    /// Where a browser may use it from.
    pub origins: Option<Vec<WrittenOriginRule>>,
    /// Which addresses may use it.
    pub ips: Option<Vec<IpRule>>,
    /// How long it lives, in seconds.
    pub lifetime: Option<u64>,
    /// From when on it is valid.
    pub not_before: Option<UnixSeconds>,
    /// Who it speaks for.
    pub principal: Option<Principal>,
    /// The account it belongs to.
    pub account: Option<AccountId>,
    /// The environment it lives in.
    pub environment: Option<EnvironmentName>,
}

/// How a request says what the token may do.
#[derive(Clone, Debug, Default)]
pub enum ScopeRequest {
    /// The kind's default scopes, each of which has to be held.
    #[default]
    Default,
    /// These, each of which has to be held.
    Named(Vec<WrittenScope>),
    /// Those of these that the maker, its parent and the principal hold.
    Held(ScopeSet),
    /// What a level of access gives, wherever the principal has it or at these folders alone. A
    /// folder is named with its path, or with none where there is no such folder.
    Level {
        /// The level of access.
        level: AccessLevel,
        /// The folders; everywhere if absent.
        folders: Option<Vec<(FolderRef, Option<Path>)>>,
    },
}
