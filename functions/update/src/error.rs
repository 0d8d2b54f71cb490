//! Why nothing was changed.

use hallpass_core::TermsError;
use hallpass_http::Problem;
use http::StatusCode;
use thiserror::Error;

#[derive(Debug, Error)]
pub(crate) enum UpdateError {
    #[error("name what is to be changed: `name`, `origins`, `ips`, `metadata` or `enabled`")]
    Nothing,
    #[error("the token was revoked: mint another")]
    Revoked,
    #[error("the token has expired: mint another")]
    Expired,
    #[error("the token's kind is no longer in the catalog: mint one of another kind")]
    KindGone,
    #[error("others kept changing the token at the same moment: look at it, then try again")]
    Changed,
    #[error(transparent)]
    Terms(TermsError),
}

impl From<UpdateError> for Problem {
    fn from(error: UpdateError) -> Self {
        let detail = error.to_string();
        match error {
            UpdateError::Nothing => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "nothing_to_change",
                detail,
            ),
            UpdateError::Revoked => Self::new(StatusCode::CONFLICT, "revoked", detail),
            UpdateError::Expired => Self::new(StatusCode::CONFLICT, "expired", detail),
            UpdateError::KindGone => Self::new(StatusCode::CONFLICT, "kind_gone", detail),
            UpdateError::Changed => Self::new(StatusCode::CONFLICT, "changed", detail),
            // Nothing of it is a lifetime: that cannot be changed.
            UpdateError::Terms(error) => Self::of_terms(error, "expires_in"),
        }
    }
}
