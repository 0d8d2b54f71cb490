//! Why no account or environment was made.

use hallpass_http::{ErrorCode, Problem};
use hallpass_store::CreateError;
use http::StatusCode;

pub(crate) struct DirectoryError(pub(crate) CreateError);

impl From<DirectoryError> for Problem {
    fn from(DirectoryError(error): DirectoryError) -> Self {
        match error {
            CreateError::NameTaken => Self::new(
                StatusCode::CONFLICT,
                ErrorCode::NameTaken,
                "another account has this name: choose another",
            )
            .field("name"),
            CreateError::Exists => Self::new(
                StatusCode::CONFLICT,
                ErrorCode::Exists,
                "the account has an environment of this name already",
            )
            .field("name"),
            CreateError::NoAccount => Self::not_found("account"),
            CreateError::NoEnvironment => Self::not_found("environment").field("environment"),
            CreateError::Closed => Self::new(
                StatusCode::CONFLICT,
                ErrorCode::Closed,
                "the account or environment is closed: nothing is added to it",
            ),
            CreateError::Already(made) => Self::new(
                StatusCode::CONFLICT,
                ErrorCode::AlreadyCreated,
                "this `Idempotency-Key` has made it already: see `id`",
            )
            .id(made),
            CreateError::KeyReused => Self::key_reused(),
            CreateError::Store(error) => error.into(),
        }
    }
}
