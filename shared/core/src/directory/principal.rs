//! Users and service accounts: who tokens speak for, besides the account itself.

use crate::directory::access::{Access, MOST_ROW_BYTES};
use crate::directory::environment::EnvironmentName;
use crate::directory::group::{GroupRecord, reached};
use crate::directory::label::Label;
use crate::directory::tenant::Tenant;
use crate::id::{AccountId, GroupId, Principal, PrincipalType};
use crate::schema::SchemaVersion;
use crate::scope::set::ScopeSet;
use crate::text::fold::folded;
use crate::time::UnixMillis;
use crate::token::record::TokenName;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasher;

/// What a user or service account is called: a user's as a token's name, a service account's
/// without spaces or special characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PrincipalName(Box<str>);

impl PrincipalName {
    /// The name, if one of this sort can have it.
    ///
    /// # Errors
    /// Says what a name is.
    pub fn new(name: &str, of: PrincipalType) -> Result<Self, &'static str> {
        let is_plain = |name: &str| {
            name.len() <= 64
                && name.starts_with(|c: char| c.is_ascii_alphanumeric())
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
        };
        match of {
            PrincipalType::User => {
                let name = TokenName::try_from(name.to_owned())?;
                Ok(Self(name.as_str().trim().into()))
            }
            PrincipalType::ServiceAccount if is_plain(name) => Ok(Self(name.into())),
            PrincipalType::ServiceAccount => Err(
                "a service account's name is 1 to 64 letters, digits, `.`, `_`, `-`, beginning with a letter or digit, without spaces",
            ),
            PrincipalType::Account => Err("an account is named when it is made"),
        }
    }

    /// The name as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&PrincipalName> for Label {
    /// The label of the user of this name.
    fn from(name: &PrincipalName) -> Self {
        Self(name.as_str().into())
    }
}

impl fmt::Display for PrincipalName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the table holds of a user or service account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrincipalRecord {
    /// `usr_…` or `svc_…`.
    pub id: Principal,
    /// The account it belongs to.
    pub account: AccountId,
    /// The environment it lives in.
    pub environment: EnvironmentName,
    /// What it is called, once in its environment.
    pub name: PrincipalName,
    /// The form of its name in which no other one has it ([`folded`]). Absent in rows from before names
    /// were compared so: their names are taken as they are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_key: Option<String>,
    /// What a user may do everywhere; nothing if absent. Service accounts have no rights of their
    /// own: each of their tokens has its scopes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<ScopeSet>,
    /// The levels that a user has, by path.
    #[serde(default)]
    pub access: Access,
    /// The groups that a user belongs to directly.
    #[serde(default)]
    pub member_of: Vec<GroupId>,
    /// A copy of all groups that a user belongs to, directly or by nesting, so that their rows can be
    /// read in one batch. The rows of the groups decide, not this copy.
    #[serde(default)]
    pub groups: Vec<GroupId>,
    /// When it was made.
    pub created_at: UnixMillis,
    /// When it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<UnixMillis>,
    /// All tokens that speak for it and were issued up to this moment are revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_off: Option<UnixMillis>,
    /// Counts the changes of this row: a write is conditional on the version that was read.
    #[serde(default)]
    pub version: u64,
}

impl PrincipalRecord {
    /// What a reader has to know to read it whole.
    #[must_use]
    pub fn schema_version(&self) -> SchemaVersion {
        if self.scopes.is_some() && matches!(self.id, Principal::ServiceAccount(_)) {
            SchemaVersion::SCOPED_SERVICE_ACCOUNTS
        } else {
            SchemaVersion::FIRST
        }
    }

    /// One that is made now: with no rights yet, and in no group.
    #[must_use]
    pub fn new(id: Principal, tenant: Tenant, name: PrincipalName, now: UnixMillis) -> Self {
        Self {
            id,
            account: tenant.account,
            environment: tenant.environment,
            name_key: Some(folded(name.as_str())),
            name,
            scopes: None,
            access: Access::default(),
            member_of: Vec::new(),
            groups: Vec::new(),
            created_at: now,
            closed_at: None,
            cut_off: None,
            version: 0,
        }
    }

    /// At how many paths it has access, itself and by the groups that it belongs to.
    #[must_use]
    pub fn paths<S: BuildHasher>(&self, groups: &HashMap<GroupId, GroupRecord, S>) -> usize {
        let of_groups = reached(&self.member_of, groups);
        let of_groups = of_groups.iter().map(|group| group.access.0.len());
        of_groups.fold(self.access.0.len(), usize::saturating_add)
    }

    /// Whether what it may do fits into its row.
    #[must_use]
    pub fn fits(&self) -> bool {
        let scopes = self.scopes.iter().flatten();
        let scopes = scopes.map(|scope| scope.to_string().len());
        self.access.bytes().saturating_add(scopes.sum()) <= MOST_ROW_BYTES
    }

    /// Where it lives.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        Tenant {
            account: self.account,
            environment: self.environment.clone(),
        }
    }
}
