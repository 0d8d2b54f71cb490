//! s52: rotating, changing, or reading the text of a token takes a caller whose own bounds cover it.

use crate::caller::Caller;
use crate::problem::Problem;
use hallpass_core::{BoundsError, ManagementScope, TokenRecord};
use http::StatusCode;
use thiserror::Error;

/// Why a caller may not have, or change, what a token can do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotCovered {
    /// It speaks for somebody else.
    #[error(
        "the token speaks for another principal, and the calling token lacks `tokens:impersonate`"
    )]
    Impersonation,
    /// It reaches beyond the caller.
    #[error(transparent)]
    Bounds(#[from] BoundsError),
}

impl Caller {
    /// Whether all that a token can do, the caller could give it.
    ///
    /// # Errors
    /// Says what it could not.
    pub fn covers(&self, record: &TokenRecord) -> Result<(), NotCovered> {
        if record.principal != self.principal() && !self.holds(ManagementScope::TokensImpersonate) {
            return Err(NotCovered::Impersonation);
        }
        self.contain_token(&record.bounds(), &record.kind, record.principal)?;
        Ok(())
    }
}

impl From<NotCovered> for Problem {
    fn from(error: NotCovered) -> Self {
        let detail = error.to_string();
        match error {
            NotCovered::Impersonation => {
                Self::new(StatusCode::FORBIDDEN, "insufficient_scope", detail)
            }
            NotCovered::Bounds(_) => Self::new(StatusCode::FORBIDDEN, "outside_bounds", detail),
        }
    }
}
