//! The scopes of Hallpass itself: what a token may do at Hallpass's own routes, in every catalog.

use crate::scope::{Action, Name, Scope};
use std::fmt;

/// One of Hallpass's own scopes. `*` never covers them, and they have no paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ManagementScope {
    /// `tokens:mint`: make, rotate and change tokens.
    TokensMint,
    /// `tokens:read`: list tokens.
    TokensRead,
    /// `tokens:revoke`: end tokens.
    TokensRevoke,
    /// `tokens:validate`: ask whether a token may do something.
    TokensValidate,
    /// `tokens:impersonate`: make tokens that speak for another principal.
    TokensImpersonate,
    /// `directory:read`: read accounts, environments, users, groups, folders and shares.
    DirectoryRead,
    /// `directory:write`: change them.
    DirectoryWrite,
    /// `activity:read`: read usage and the audit log.
    ActivityRead,
    /// `platform:operate`: act in every account. Only the operator account's own tokens hold it.
    PlatformOperate,
}

impl ManagementScope {
    /// All of them, in the order in which documents list them.
    pub const ALL: [Self; 9] = [
        Self::TokensMint,
        Self::TokensRead,
        Self::TokensRevoke,
        Self::TokensValidate,
        Self::TokensImpersonate,
        Self::DirectoryRead,
        Self::DirectoryWrite,
        Self::ActivityRead,
        Self::PlatformOperate,
    ];

    /// The scope as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokensMint => "tokens:mint",
            Self::TokensRead => "tokens:read",
            Self::TokensRevoke => "tokens:revoke",
            Self::TokensValidate => "tokens:validate",
            Self::TokensImpersonate => "tokens:impersonate",
            Self::DirectoryRead => "directory:read",
            Self::DirectoryWrite => "directory:write",
            Self::ActivityRead => "activity:read",
            Self::PlatformOperate => "platform:operate",
        }
    }

    /// What it is for, in the words that a catalog's scopes have.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::TokensMint => "Mint, rotate and change tokens",
            Self::TokensRead => "List tokens",
            Self::TokensRevoke => "Revoke tokens",
            Self::TokensValidate => "Ask whether a token may do something",
            Self::TokensImpersonate => "Make tokens that speak for somebody else",
            Self::DirectoryRead => "Read accounts, environments, users and groups",
            Self::DirectoryWrite => "Change accounts, environments, users and groups",
            Self::ActivityRead => "Read usage and the audit log",
            Self::PlatformOperate => "Act in every account: the platform itself",
        }
    }

    /// The management scope that `scope` is, if it is one.
    #[must_use]
    pub fn of(scope: &Scope) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|management| management.is(scope))
    }

    fn is(self, scope: &Scope) -> bool {
        let (resource, action) = self.parts();
        scope.resource.as_str() == resource
            && matches!(&scope.action, Action::Named(name) if name.as_str() == action)
    }

    const fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::TokensMint => (TOKENS, "mint"),
            Self::TokensRead => (TOKENS, "read"),
            Self::TokensRevoke => (TOKENS, "revoke"),
            Self::TokensValidate => (TOKENS, "validate"),
            Self::TokensImpersonate => (TOKENS, "impersonate"),
            Self::DirectoryRead => (DIRECTORY, "read"),
            Self::DirectoryWrite => (DIRECTORY, "write"),
            Self::ActivityRead => (ACTIVITY, "read"),
            Self::PlatformOperate => (PLATFORM, "operate"),
        }
    }
}

const TOKENS: &str = "tokens";
const DIRECTORY: &str = "directory";
const ACTIVITY: &str = "activity";
const PLATFORM: &str = "platform";

impl Scope {
    /// Whether this is `platform:operate`, which only the operator account's tokens can hold.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        ManagementScope::of(self) == Some(ManagementScope::PlatformOperate)
    }
}

impl From<ManagementScope> for Scope {
    fn from(scope: ManagementScope) -> Self {
        let (resource, action) = scope.parts();
        Self {
            resource: Name::from_static(resource),
            action: Action::Named(Name::from_static(action)),
            path: None,
        }
    }
}

impl fmt::Display for ManagementScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::ManagementScope;
    use crate::Scope;

    #[test]
    fn each_is_written_as_it_parses_and_is_recognised() {
        for scope in ManagementScope::ALL {
            let parsed: Scope = scope.as_str().parse().unwrap();
            assert_eq!(Scope::from(scope), parsed);
            assert_eq!(ManagementScope::of(&parsed), Some(scope));
        }
        let other: Scope = "tokens:burn".parse().unwrap();
        assert_eq!(ManagementScope::of(&other), None);
    }
}
