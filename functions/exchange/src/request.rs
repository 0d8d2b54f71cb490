//! Reads a request: an account's name and API key, or a shared model.

use hallpass_core::{ModelId, present};
use hallpass_http::{Basic, Client, ErrorCode, JsonBody, Problem, TokenOutsideAuthorization};
use hallpass_password::{Password, optional};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// What a request presents: a key or a model.
pub(crate) enum ExchangeRequest {
    /// An account's name and API key, and the model that the token is to be for; all of the
    /// account's if absent. What is wrong with the body is told to the key's holder alone.
    Key(Basic, Result<Option<ModelId>, Problem>),
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
    /// The same, by the name that bimU.io's document has for it.
    #[serde(rename = "modelId", default, deserialize_with = "present")]
    #[schema(nullable = false)]
    model_id: Option<ModelId>,
    #[serde(default, deserialize_with = "optional")]
    /// `null` and the empty text mean none.
    #[schema(value_type = Option<String>, max_length = 1024)]
    password: Option<Password>,
}

impl ModelRequest {
    /// The model, by whichever of its two names.
    fn take_model(&mut self) -> Result<Option<ModelId>, Problem> {
        match (self.model.take(), self.model_id.take()) {
            (Some(model), Some(other)) if model != other => Err(Problem::invalid(
                "modelId",
                ErrorCode::InvalidField,
                "`modelId` and `model` name two models: send one of them",
            )),
            (Some(model), _) | (None, Some(model)) => Ok(Some(model)),
            (None, None) => Ok(None),
        }
    }
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
    let basic = basic?;
    if basic.is_none() {
        client.allow_cors();
    }
    let request = body.and_then(|body| match body {
        Some(body) => body.parse(),
        // An empty object is what some clients send where they mean none.
        None => Ok(ModelRequest::default()),
    });
    let has_password = matches!(&request, Ok(request) if request.password.is_some());
    if has_other_token && (basic.is_some() || has_model(&request)) {
        return Err(two_credentials());
    }
    let Some(basic) = basic else {
        return of_model(request?);
    };
    if has_password {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            ErrorCode::AmbiguousCredentials,
            "the request has HTTP Basic and a model's password: send one of them",
        ));
    }
    let model = request.and_then(|mut request| request.take_model());
    Ok(ExchangeRequest::Key(basic, model))
}

fn has_model(request: &Result<ModelRequest, Problem>) -> bool {
    let names_one = |request: &ModelRequest| request.model.is_some() || request.model_id.is_some();
    request.as_ref().is_ok_and(names_one)
}

fn of_model(mut request: ModelRequest) -> Result<ExchangeRequest, Problem> {
    match (request.take_model()?, request.password) {
        (Some(model), password) => Ok(ExchangeRequest::Model(ModelCredential { model, password })),
        (None, Some(_)) => Err(Problem::invalid(
            "modelId",
            ErrorCode::InvalidField,
            "missing field `modelId`: a password is a model's",
        )),
        (None, None) => Err(Problem::anonymous_basic(
            "present the account's name and API key as HTTP Basic, or a shared model and its \
             password as JSON: `{\"modelId\":…,\"password\":…}`",
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
