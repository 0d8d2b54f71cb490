//! The state of the principal that a token speaks for, with which the token ends.

use super::code::{DecisionCode, Refusal};
use super::rights::Rights;
use super::token_state::is_cut_off;
use crate::catalog::Catalog;
use crate::directory::principal::PrincipalRecord;
use crate::directory::tenant::Tenant;
use crate::id::Principal;
use crate::scope::Scope;
use crate::time::UnixMillis;

/// What was read of the principal that a token speaks for.
#[derive(Clone, Debug)]
pub enum PrincipalState {
    /// Nothing had to be read: the token speaks for the account itself, or its own row is marked
    /// when its principal is closed.
    NotNeeded,
    /// There is no such user or service account.
    Missing,
    /// The user or service account exists; its row says whether it is closed.
    Present(Box<PrincipalRecord>),
    /// The user exists, and the token may do what this user may do now.
    Live(Box<PrincipalRecord>, Rights),
}

impl PrincipalState {
    /// The state of `principal`, of which the table holds `record`. A record of another tenant is
    /// treated as missing.
    pub(super) fn of(
        principal: Principal,
        tenant: &Tenant,
        record: Option<PrincipalRecord>,
    ) -> Self {
        if matches!(principal, Principal::Account(_)) {
            return Self::NotNeeded;
        }
        let record = record.filter(|record| {
            record.id == principal
                && record.account == tenant.account
                && record.environment == tenant.environment
        });
        record.map_or(Self::Missing, |record| Self::Present(Box::new(record)))
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
