//! Why nothing was derived.

use hallpass_core::{AccessLevel, FolderRef, KindName, Scope, TermsError};
use hallpass_http::Problem;
use hallpass_keys::SignError;
use http::StatusCode;
use thiserror::Error;

#[derive(Debug, Error)]
pub(crate) enum TemporaryError {
    #[error("a `{0}` token derives nothing: call with one that may, such as a secret token")]
    DerivesNothing(KindName),
    #[error("a `{0}` token cannot speak for this sort of principal")]
    PrincipalNotForKind(KindName),
    #[error("there is no such principal in this environment")]
    NoPrincipal,
    #[error("the user may not `{0}`: ask for what the user may do")]
    NotTheUsers(Scope),
    #[error("there is nothing where the user may `{0}`: give them access to a folder first")]
    NothingReachable(AccessLevel),
    #[error("the user does not reach the folder `{0}` at this level: name folders that they do")]
    Unreachable(FolderRef),
    #[error("there is no such level of access; there are {0}")]
    UnknownLevel(String),
    #[error(transparent)]
    Terms(TermsError),
    #[error(transparent)]
    Sign(SignError),
}

impl From<TemporaryError> for Problem {
    fn from(error: TemporaryError) -> Self {
        let detail = error.to_string();
        match error {
            TemporaryError::DerivesNothing(_) => {
                Self::new(StatusCode::FORBIDDEN, "derives_nothing", detail)
            }
            TemporaryError::PrincipalNotForKind(_) => {
                Self::invalid("principal", "principal_not_for_kind", detail)
            }
            TemporaryError::NoPrincipal => Self::invalid("principal", "unknown_principal", detail),
            TemporaryError::NotTheUsers(_) => Self::invalid("scopes", "not_the_users", detail),
            TemporaryError::NothingReachable(_) => {
                Self::invalid("scope", "nothing_reachable", detail)
            }
            TemporaryError::Unreachable(_) => Self::invalid("folders", "nothing_reachable", detail),
            TemporaryError::UnknownLevel(_) => Self::invalid("scope", "unknown_level", detail),
            TemporaryError::Terms(terms) => Self::of_terms(terms, "durationSeconds"),
            TemporaryError::Sign(SignError::TooLarge(error)) => {
                Self::invalid(error.field(), "token_too_large", detail)
            }
            TemporaryError::Sign(SignError::Store(error)) => error.into(),
            TemporaryError::Sign(
                error @ (SignError::NoKey
                | SignError::NotYet
                | SignError::Kms(_)
                | SignError::Form(_)
                | SignError::Decrypt(_)),
            ) => Self::unavailable(error),
            TemporaryError::Sign(error @ (SignError::PrivateKey(_) | SignError::Unsigned)) => {
                Self::internal(error)
            }
        }
    }
}
