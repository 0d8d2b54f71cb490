//! Why nothing was changed.

use hallpass_http::{ErrorCode, Problem};
use http::StatusCode;
use thiserror::Error;

#[derive(Debug, Error)]
pub(crate) enum UpdateError {
    #[error("name what is to be changed: `name`, `origins`, `ips`, `metadata` or `enabled`")]
    Nothing,
    #[error("others kept changing the token at the same moment: look at it, then try again")]
    Changed,
}

impl From<UpdateError> for Problem {
    fn from(error: UpdateError) -> Self {
        let detail = error.to_string();
        match error {
            UpdateError::Nothing => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                ErrorCode::NothingToChange,
                detail,
            ),
            UpdateError::Changed => Self::new(StatusCode::CONFLICT, ErrorCode::Changed, detail),
        }
    }
}
