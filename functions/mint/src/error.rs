//! Why no token was made.

use hallpass_core::{KindName, Scope, TermsError};
use hallpass_http::Problem;
use hallpass_store::MintError as StoreMintError;
use http::StatusCode;
use thiserror::Error;

#[derive(Debug, Error)]
pub(crate) enum MintError {
    #[error("there is no kind `{given}`; there are {known}")]
    UnknownKind { given: KindName, known: String },
    #[error(
        "a `{0}` token is derived, not minted: POST /v1/tokens/temporary with a token that may derive it"
    )]
    Derived(KindName),
    #[error("a `{kind}` token speaks for {known} only")]
    PrincipalNotForKind { kind: KindName, known: String },
    #[error("there is no such principal in this environment")]
    NoPrincipal,
    #[error(
        "the calling token lacks `tokens:impersonate`, which a token for another principal needs"
    )]
    Impersonation,
    #[error("the user may not `{0}`: ask for what the user may do")]
    NotTheUsers(Scope),
    #[error("`platform:operate` stays with the operator account's own tokens")]
    OperatorOnly,
    #[error("`not_before` lies at or after the token's expiry, or a hundred years ahead")]
    StartsTooLate,
    #[error(transparent)]
    Terms(TermsError),
    #[error(transparent)]
    Store(StoreMintError),
}

impl From<MintError> for Problem {
    fn from(error: MintError) -> Self {
        let detail = error.to_string();
        match error {
            MintError::UnknownKind { .. } => Self::invalid("kind", "unknown_kind", detail),
            MintError::Derived(_) => Self::invalid("kind", "kind_is_derived", detail),
            MintError::PrincipalNotForKind { .. } => {
                Self::invalid("principal", "principal_not_for_kind", detail)
            }
            MintError::NoPrincipal => Self::invalid("principal", "unknown_principal", detail),
            MintError::Impersonation => {
                Self::new(StatusCode::FORBIDDEN, "insufficient_scope", detail).field("principal")
            }
            MintError::NotTheUsers(_) => Self::invalid("scopes", "not_the_users", detail),
            MintError::OperatorOnly => Self::invalid("scopes", "operator_only", detail),
            MintError::StartsTooLate => Self::invalid("not_before", "starts_too_late", detail),
            MintError::Terms(terms) => Self::of_terms(terms, "expires_in"),
            MintError::Store(error) => of_store(error),
        }
    }
}

fn of_store(error: StoreMintError) -> Problem {
    match error {
        StoreMintError::LimitReached { limit } => Problem::new(
            StatusCode::CONFLICT,
            "limit_reached",
            format!("this environment has its {limit} tokens of this kind: revoke one first"),
        ),
        StoreMintError::AlreadyMinted(id) => Problem::new(
            StatusCode::CONFLICT,
            "already_minted",
            "this `Idempotency-Key` has minted a token already; its secret cannot be shown again: rotate it",
        )
        .id(id),
        StoreMintError::KeyReused => Problem::key_reused(),
        StoreMintError::NoEnvironment => Problem::not_found("environment").field("environment"),
        StoreMintError::Closed => Problem::new(
            StatusCode::CONFLICT,
            "closed",
            "the account or environment is closed: nothing more is minted in it",
        ),
        StoreMintError::NoPrincipal => MintError::NoPrincipal.into(),
        StoreMintError::Maker => Problem::caller_changed(),
        StoreMintError::Store(error) => error.into(),
    }
}
