//! Why no token was issued.

use hallpass_http::{ErrorCode, Problem};
use hallpass_password::HashError;
use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use thiserror::Error;

#[derive(Debug, Error)]
pub(crate) enum ExchangeError {
    #[error("there is no account of this name with this API key: check both")]
    WrongKey,
    #[error("there is no such shared model, or the password is not its own: ask who shared it")]
    WrongPassword,
    #[error("too many tries at this model: wait {retry_after} seconds")]
    Limited { retry_after: u64 },
    #[error("this platform shares no models: use HTTP Basic with an account's name and API key")]
    NoShares,
    #[error("this platform's catalog has no `[shares]` and so no models: leave `modelId` out")]
    NoModels,
    #[error(transparent)]
    Hash(HashError),
}

impl From<ExchangeError> for Problem {
    fn from(error: ExchangeError) -> Self {
        let detail = error.to_string();
        match error {
            ExchangeError::WrongKey => Self::new(
                StatusCode::UNAUTHORIZED,
                ErrorCode::InvalidCredentials,
                detail,
            )
            .challenged_basic(),
            // Not Basic: a browser would ask for a name and a password in a window of its own.
            ExchangeError::WrongPassword => {
                Self::new(StatusCode::UNAUTHORIZED, ErrorCode::WrongPassword, detail)
                    .header(WWW_AUTHENTICATE, "ModelPassword realm=\"hallpass\"")
            }
            ExchangeError::Limited { retry_after } => Self::limited(retry_after, detail),
            ExchangeError::NoShares | ExchangeError::NoModels => {
                Self::invalid("modelId", ErrorCode::NoShares, detail)
            }
            ExchangeError::Hash(HashError::Form) => Self::internal(HashError::Form),
            ExchangeError::Hash(error @ (HashError::Random(_) | HashError::Failed(_))) => {
                Self::unavailable(error)
            }
        }
    }
}
