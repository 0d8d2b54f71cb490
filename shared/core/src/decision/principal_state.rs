//! The state of the principal that a token speaks for, with which the token ends.

use super::code::{DecisionCode, Refusal};
use super::rights::Rights;
use super::token_state::is_cut_off;
use crate::catalog::Catalog;
use crate::directory::group::GroupRecord;
use crate::directory::principal::{PrincipalName, PrincipalRecord};
use crate::directory::tenant::Tenant;
use crate::id::{GroupId, Principal};
use crate::scope::Scope;
use crate::scope::set::ScopeSet;
use crate::time::UnixMillis;
use std::collections::HashMap;

/// What was read of the principal that a token speaks for.
#[derive(Clone, Debug)]
pub enum PrincipalState {
    /// Nothing had to be read: the token speaks for the account itself, or its own row is marked
    /// when its principal is closed.
    NotNeeded,
    /// There is no such user or service account, or its row was not read yet.
    Missing,
    /// The service account exists and has no rights of its own; its row says whether it is closed.
    Present(Box<PrincipalRecord>),
    /// The user or service account exists, and the token may do no more than it may do now.
    Live(Box<PrincipalRecord>, Rights),
}

impl PrincipalState {
    /// The state of the principal of a token of `tenant`. `record` is what the table holds of it: a
    /// record of another principal or tenant is treated as missing.
    pub(super) fn of(
        principal: Principal,
        tenant: &Tenant,
        record: Option<&PrincipalRecord>,
        groups: &HashMap<GroupId, GroupRecord>,
        catalog: &Catalog,
    ) -> Self {
        let record = record.filter(|record| {
            record.id == principal
                && record.account == tenant.account
                && record.environment == tenant.environment
        });
        let Some(record) = record else {
            return Self::Missing;
        };
        match Rights::bounding(record, groups, catalog) {
            Some(rights) => Self::Live(Box::new(record.clone()), rights),
            None => Self::Present(Box::new(record.clone())),
        }
    }

    /// Whether the principal has rights of its own, which bound the token; also where its row is
    /// missing, and nothing can be done with the token.
    pub(crate) fn is_bounding(&self) -> bool {
        match self {
            Self::NotNeeded | Self::Present(_) => false,
            Self::Missing | Self::Live(..) => true,
        }
    }

    /// What the principal may do now, where it has rights of its own.
    pub(crate) fn rights(&self) -> Option<&Rights> {
        match self {
            Self::Live(_, rights) => Some(rights),
            Self::NotNeeded | Self::Missing | Self::Present(_) => None,
        }
    }

    /// Why a token of this principal, issued at `issued_at`, is not valid now. A token ends with the
    /// user or service account that it speaks for.
    pub(super) fn refusal(&self, issued_at: UnixMillis) -> Refusal {
        match self {
            Self::NotNeeded => None,
            Self::Missing => Some((
                DecisionCode::ParentRevoked,
                "there is no such user or service account as this token speaks for",
            )),
            Self::Present(principal) | Self::Live(principal, _) => {
                record_refusal(principal, issued_at)
            }
        }
    }

    /// What sort of principal it is, in the words of a sentence.
    pub(super) fn described(&self) -> &'static str {
        match self {
            Self::Live(record, _) | Self::Present(record) => match record.id {
                Principal::User(_) => "user",
                Principal::ServiceAccount(_) => "service account",
                Principal::Account(_) => "account",
            },
            Self::NotNeeded | Self::Missing => "principal",
        }
    }

    /// The part of `scopes` that the principal's rights allow its token; `None` where that is nothing.
    pub(super) fn intersection(&self, scopes: ScopeSet, catalog: &Catalog) -> Option<ScopeSet> {
        match self {
            Self::NotNeeded | Self::Present(_) => Some(scopes),
            Self::Missing => None,
            Self::Live(_, rights) => rights.intersection(&scopes, catalog.implications()),
        }
    }

    /// The name of a user whose row was read.
    pub(crate) fn user_name(&self) -> Option<&PrincipalName> {
        let (Self::Present(record) | Self::Live(record, _)) = self else {
            return None;
        };
        matches!(record.id, Principal::User(_)).then_some(&record.name)
    }

    /// Whether the principal's rights allow its token a scope.
    pub(super) fn covers(&self, scope: &Scope, catalog: &Catalog) -> bool {
        match self {
            Self::NotNeeded | Self::Present(_) => true,
            Self::Missing => false,
            Self::Live(_, rights) => rights.covers(scope, catalog.implications()),
        }
    }
}

fn record_refusal(principal: &PrincipalRecord, issued_at: UnixMillis) -> Refusal {
    if principal.closed_at.is_some() {
        Some((
            DecisionCode::ParentRevoked,
            "the user or service account this token speaks for was removed",
        ))
    } else if is_cut_off(principal.cut_off, issued_at) {
        Some((
            DecisionCode::ParentRevoked,
            "everything of this user or service account up to a moment after its issue was revoked",
        ))
    } else {
        None
    }
}
