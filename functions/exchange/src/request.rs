//! Reads a request: an account's name and API key, or a shared model.

use hallpass_core::{ModelId, present};
use hallpass_http::{Basic, Client, ErrorCode, JsonBody, Problem, TokenOutsideAuthorization};
use hallpass_password::{Password, optional};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// What a request presents: a key or a model.
pub(crate) enum ExchangeRequest {
    /// An account's name and API key.
    Key(Basic),
    /// A model, and its password if it has one.
    Model(ModelCredential),
}

/// A model to be opened, with the password that was given.
pub(crate) struct ModelCredential {
    pub(crate) model: ModelId,
    pub(crate) password: Option<Password>,
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModelRequest {
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    model: Option<ModelId>,
    #[serde(default, deserialize_with = "optional")]
    /// `null` and the empty text mean none.
    #[schema(value_type = Option<String>, max_length = 1024)]
    password: Option<Password>,
}

/// Reads the request. A page may read the reply to a model (CORS); it may read the reply to an API key
/// only if the key is valid for that page's origin.
pub(crate) fn read_request(
    client: &Client,
    other_token: Result<TokenOutsideAuthorization, Problem>,
    basic: Result<Option<Basic>, Problem>,
    body: Result<Option<JsonBody>, Problem>,
) -> Result<ExchangeRequest, Problem> {
    let TokenOutsideAuthorization(has_other_token) = other_token?;
    if let Some(basic) = basic? {
        if has_other_token {
            return Err(two_credentials());
        }
        // An empty object is what some clients send where they mean none.
        let is_empty = match body? {
            None => true,
            Some(body) => body
                .parse::<ModelRequest>()
                .is_ok_and(|body| body.model.is_none() && body.password.is_none()),
        };
        return if is_empty {
            Ok(ExchangeRequest::Key(basic))
        } else {
            Err(Problem::new(
                StatusCode::BAD_REQUEST,
                ErrorCode::AmbiguousCredentials,
                "the request has HTTP Basic and a body: send the account's name and API key \
                 without a body, or a model and its password without HTTP Basic",
            ))
        };
    }
    client.allow_cors();
    let request = match body? {
        Some(body) => body.parse()?,
        None => ModelRequest::default(),
    };
    match (request.model, request.password) {
        (Some(_), _) if has_other_token => Err(two_credentials()),
        (Some(model), password) => Ok(ExchangeRequest::Model(ModelCredential { model, password })),
        (None, Some(_)) => Err(Problem::invalid(
            "model",
            ErrorCode::InvalidField,
            "missing field `model`: a password is a model's",
        )),
        (None, None) => Err(Problem::anonymous_basic(
            "present the account's name and API key as HTTP Basic, or a shared model and its \
             password as JSON: `{\"model\":…,\"password\":…}`",
        )),
    }
}

fn two_credentials() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        ErrorCode::AmbiguousCredentials,
        "the request presents a token beside its key or password: present one of them",
    )
}
