//! Terms that cannot be had, as problems about a request's fields.

use crate::problem::Problem;
use hallpass_core::{LifetimeError, TermsError};

impl Problem {
    /// What is wrong with a request for a token whose lifetime is asked for as `lifetime_field`.
    #[must_use]
    pub fn of_terms(error: TermsError, lifetime_field: &'static str) -> Self {
        let detail = error.to_string();
        match error {
            TermsError::MissingScopes(_) => Self::invalid("scopes", "missing_scopes", detail),
            TermsError::EmptyScopes(_) => Self::invalid("scopes", "empty_scopes", detail),
            TermsError::UnknownScope(_) => Self::invalid("scopes", "unknown_scope", detail),
            TermsError::ScopeNotForKind { .. } => {
                Self::invalid("scopes", "scope_not_for_kind", detail)
            }
            TermsError::OriginsRequired(_) => Self::invalid("origins", "origins_required", detail),
            TermsError::OriginsNotForKind(_) => {
                Self::invalid("origins", "origins_not_for_kind", detail)
            }
            TermsError::EmptyRules { field } => Self::invalid(field, "empty_list", detail),
            TermsError::TooMany { field, .. } => Self::invalid(field, "too_many", detail),
            TermsError::Lifetime(LifetimeError::OutOfRange { .. }) => Self::invalid(
                lifetime_field,
                "lifetime_out_of_range",
                format!("`{lifetime_field}` {detail}"),
            ),
            TermsError::Lifetime(LifetimeError::ParentExpiresFirst { .. }) => {
                Self::invalid(lifetime_field, "parent_expires_first", detail)
            }
            TermsError::Bounds(error) => match error {
                hallpass_core::BoundsError::Expiry => {
                    Self::invalid(lifetime_field, "parent_expires_first", detail)
                }
                other => other.into(),
            },
        }
    }
}
