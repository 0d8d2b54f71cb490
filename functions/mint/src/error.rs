//! Why the store made no token.

use hallpass_core::IssueError;
use hallpass_http::{ErrorCode, Problem, RequestFields};
use hallpass_store::MintError;
use http::StatusCode;

/// The answer to a mint that the store refused.
pub(crate) fn of_store(error: MintError) -> Problem {
    match error {
        MintError::LimitReached { limit } => Problem::new(
            StatusCode::CONFLICT,
            ErrorCode::LimitReached,
            format!("this environment has its {limit} tokens of this kind: revoke one first"),
        ),
        MintError::AlreadyMinted(id) => Problem::new(
            StatusCode::CONFLICT,
            ErrorCode::AlreadyMinted,
            "this `Idempotency-Key` has minted a token already; its secret cannot be shown again: rotate it",
        )
        .id(id),
        MintError::KeyReused => Problem::key_reused(),
        MintError::NoEnvironment => Problem::not_found("environment").field("environment"),
        MintError::Closed => Problem::new(
            StatusCode::CONFLICT,
            ErrorCode::Closed,
            "the account or environment is closed: nothing more is minted in it",
        ),
        MintError::NoPrincipal => {
            Problem::of_issue(IssueError::UnknownPrincipal, &RequestFields::default())
        }
        MintError::Store(error) => error.into(),
    }
}
