//! Which of the two ways a request goes.

use hallpass_core::{ModelId, present};
use hallpass_http::{Basic, Client, ErrorCode, JsonBody, Problem, TokenOutsideAuthorization};
use hallpass_password::{Password, optional};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// One of the two.
pub(crate) enum Asks {
    /// An account's name and API key.
    Key(Basic),
    /// A model, and its password if it has one.
    Model(ModelAsked),
}

/// A model to be opened.
pub(crate) struct ModelAsked {
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
    #[schema(value_type = Option<String>, max_length = 256)]
    password: Option<Password>,
}

/// Reads what is presented, and lets a page that knows no key read the reply. Pages are told
/// nothing of what an API key is answered, unless the key is good from there.
pub(crate) fn asks(
    client: &Client,
    other_token: Result<TokenOutsideAuthorization, Problem>,
    basic: Result<Option<Basic>, Problem>,
    body: Result<Option<JsonBody>, Problem>,
) -> Result<Asks, Problem> {
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
                .is_ok_and(|asked| asked.model.is_none() && asked.password.is_none()),
        };
        return if is_empty {
            Ok(Asks::Key(basic))
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
    let asked = match body? {
        Some(body) => body.parse()?,
        None => ModelRequest::default(),
    };
    match (asked.model, asked.password) {
        (Some(_), _) if has_other_token => Err(two_credentials()),
        (Some(model), password) => Ok(Asks::Model(ModelAsked { model, password })),
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
