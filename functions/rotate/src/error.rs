//! Why no secret was rotated.

use hallpass_http::{ErrorCode, Problem};
use hallpass_store::RotateError as StoreRotateError;
use http::StatusCode;
use thiserror::Error;

#[derive(Debug, Error)]
pub(crate) enum RotateError {
    #[error("the old secret cannot outlive the token: at most {most} seconds")]
    OverlapTooLong { most: u64 },
    #[error(
        "too many old secrets live on: wait for one to end, or rotate with `overlap_seconds` 0"
    )]
    TooManySecrets,
    #[error(transparent)]
    Store(StoreRotateError),
}

impl From<RotateError> for Problem {
    fn from(error: RotateError) -> Self {
        let detail = error.to_string();
        match error {
            RotateError::OverlapTooLong { .. } => {
                Self::invalid("overlap_seconds", ErrorCode::OverlapTooLong, detail)
            }
            RotateError::TooManySecrets => {
                Self::new(StatusCode::CONFLICT, ErrorCode::TooManySecrets, detail)
            }
            RotateError::Store(error) => of_store(error),
        }
    }
}

fn of_store(error: StoreRotateError) -> Problem {
    match error {
        StoreRotateError::Changed => Problem::new(
            StatusCode::CONFLICT,
            ErrorCode::Changed,
            "the token was rotated, changed or revoked at the same moment: look at it, then try again",
        ),
        StoreRotateError::AlreadyRotated(id) => Problem::new(
            StatusCode::CONFLICT,
            ErrorCode::AlreadyRotated,
            "this `Idempotency-Key` has rotated the token already; the new secret cannot be shown again: rotate it with a new key",
        )
        .id(id),
        StoreRotateError::KeyReused => Problem::key_reused(),
        StoreRotateError::Store(error) => error.into(),
    }
}
