//! Why nothing was ended.

use hallpass_core::Malformed;
use hallpass_http::{ErrorCode, Problem};
use http::StatusCode;
use thiserror::Error;

#[derive(Debug, Error)]
pub(crate) enum RevokeError {
    #[error(
        "name one of `token`, `id`, `made_by`, `principal`, `environment`, `account`; `before` goes with the last three, `environment` and `account` with a JWT's `id` as well"
    )]
    Target,
    #[error("{0}")]
    Malformed(Malformed),
    #[error("there is no such token")]
    NoToken,
    #[error(
        "the operator names where a JWT lives: POST /v1/revocations with `id`, `account` and `environment`, or with `token`"
    )]
    JwtTenant,
    #[error("there is no such account or environment")]
    NoTenant,
    #[error("there is no such principal")]
    NoPrincipal,
    #[error(
        "`before` lies more than 5 seconds in the future: give the present second, or an earlier one"
    )]
    BeforeLiesAhead,
    #[error(
        "the operator account and its environments cannot be closed: revoke its tokens one by one, or give `before`"
    )]
    Operator,
}

impl From<RevokeError> for Problem {
    fn from(error: RevokeError) -> Self {
        let detail = error.to_string();
        match error {
            RevokeError::Target => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                ErrorCode::InvalidBody,
                detail,
            ),
            RevokeError::Malformed(_) => Self::invalid("token", ErrorCode::Malformed, detail),
            RevokeError::NoToken | RevokeError::NoTenant | RevokeError::NoPrincipal => {
                Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, detail)
            }
            RevokeError::JwtTenant => Self::invalid("id", ErrorCode::PlaceNeeded, detail),
            RevokeError::BeforeLiesAhead => {
                Self::invalid("before", ErrorCode::InvalidField, detail)
            }
            RevokeError::Operator => {
                Self::new(StatusCode::CONFLICT, ErrorCode::OperatorAccount, detail)
            }
        }
    }
}
