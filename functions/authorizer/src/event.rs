//! What API Gateway asks, in both of its forms, as one request.

use crate::kept::Kept;
use crate::reply::Form;
use hallpass_http::ClientAddress;
use http::{HeaderName, HeaderValue, Request, request::Parts};
use serde::Deserialize;
use std::collections::HashMap;
use thiserror::Error;
use url::form_urlencoded;

/// An event of an authorizer of type REQUEST.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Payload 2.0.
    route_arn: Option<String>,
    raw_path: Option<String>,
    raw_query_string: Option<String>,
    identity_source: Option<Sources>,
    /// Payload 1.0.
    method_arn: Option<String>,
    path: Option<String>,
    http_method: Option<String>,
    query_string_parameters: Option<HashMap<String, String>>,
    multi_value_query_string_parameters: Option<HashMap<String, Vec<String>>>,
    multi_value_headers: Option<HashMap<String, Vec<String>>>,
    /// Both.
    headers: Option<HashMap<String, String>>,
    request_context: Context,
}

/// The values of the authorizer's identity sources.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Sources {
    /// Payload 2.0.
    Listed(Vec<String>),
    /// Payload 1.0 of an HTTP API, which tells nothing that could be relied on.
    #[expect(dead_code, reason = "named, so that it is no error")]
    Joined(String),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    domain_name: Option<String>,
    stage: Option<String>,
    http: Option<Http>,
    identity: Option<Identity>,
    /// `GET /v1/assets/{id}` of an HTTP API, `$connect` of a WebSocket API.
    route_key: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    method: String,
    source_ip: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    source_ip: Option<String>,
}

/// Not an event that this authorizer is for.
#[derive(Debug, Error)]
pub enum EventError {
    /// Neither form.
    #[error("not an event of a REQUEST authorizer, payload 1.0 or 2.0")]
    Form,
    /// A header that no request can have.
    #[error("the event holds no HTTP request")]
    Request(#[from] http::Error),
}

/// A request that is to be decided on.
pub(crate) struct Asked {
    /// How the answer is written.
    pub(crate) form: Form,
    pub(crate) method: String,
    /// The path below the stage; `None` where the event has none.
    pub(crate) path: Option<String>,
    /// Its headers, query and address.
    pub(crate) parts: Parts,
    /// What the answer is kept under, if it is.
    pub(crate) kept: Option<Kept>,
}

impl Event {
    /// The request that the event is about.
    pub(crate) fn asked(self) -> Result<Asked, EventError> {
        match (self.route_arn.clone(), self.method_arn.clone()) {
            (Some(_), None) => self.second(),
            (None, Some(arn)) => self.first(arn),
            _ => Err(EventError::Form),
        }
    }

    /// Payload 2.0, of HTTP APIs.
    fn second(self) -> Result<Asked, EventError> {
        let context = self.request_context;
        let http = context.http.ok_or(EventError::Form)?;
        let kept = match (self.identity_source, context.route_key) {
            (Some(Sources::Listed(values)), Some(route)) => {
                Kept::of(values, &route, &http.method, self.raw_path.as_deref())
            }
            _ => None,
        };
        // A domain of one's own has the stage in its mapping, not in its paths.
        let domain = context.domain_name.unwrap_or_default();
        let stage = context.stage.filter(|_| domain.contains(".execute-api."));
        let path = match stage {
            Some(stage) => self.raw_path.map(|path| below(&stage, path)),
            None => self.raw_path,
        };
        let headers: Vec<(String, String)> = self.headers.unwrap_or_default().into_iter().collect();
        // Clients write characters into a query that no URI holds. Written anew it says the same.
        let query = self.raw_query_string.unwrap_or_default();
        let query = written(form_urlencoded::parse(query.as_bytes()));
        Ok(Asked {
            form: Form::Simple,
            parts: parts(headers, &query, http.source_ip)?,
            method: http.method,
            path,
            kept,
        })
    }

    /// Payload 1.0, of HTTP, REST and WebSocket APIs.
    fn first(self, arn: String) -> Result<Asked, EventError> {
        let is_websocket = self.request_context.route_key.as_deref() == Some("$connect");
        let (method, path) = match (self.http_method, is_websocket) {
            (Some(method), _) => (method, self.path),
            // The catalog calls a WebSocket's opening `CONNECT /`.
            (None, true) => ("CONNECT".to_owned(), Some("/".to_owned())),
            (None, false) => return Err(EventError::Form),
        };
        let headers = values(self.multi_value_headers, self.headers);
        let parameters = values(
            self.multi_value_query_string_parameters,
            self.query_string_parameters,
        );
        let query = written(parameters);
        let source_ip = self.request_context.identity.and_then(|it| it.source_ip);
        Ok(Asked {
            form: Form::Policy { arn },
            parts: parts(headers, &query, source_ip)?,
            method,
            path,
            kept: None,
        })
    }
}

/// The path below a stage, which HTTP APIs put before it: `/prod/v2/floors` is `/v2/floors`.
fn below(stage: &str, path: String) -> String {
    let rest = path
        .strip_prefix('/')
        .and_then(|path| path.strip_prefix(stage))
        .filter(|rest| rest.is_empty() || rest.starts_with('/'));
    match rest {
        Some("") if stage != "$default" => "/".to_owned(),
        Some(rest) if stage != "$default" => rest.to_owned(),
        _ => path,
    }
}

fn written<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    query.finish()
}

/// Every value where the event lists them, else the one it names.
fn values(
    many: Option<HashMap<String, Vec<String>>>,
    single: Option<HashMap<String, String>>,
) -> Vec<(String, String)> {
    match many {
        Some(many) => many
            .into_iter()
            .flat_map(|(name, values)| values.into_iter().map(move |value| (name.clone(), value)))
            .collect(),
        None => single.unwrap_or_default().into_iter().collect(),
    }
}

fn parts(
    headers: Vec<(String, String)>,
    query: &str,
    source_ip: Option<String>,
) -> Result<Parts, EventError> {
    let mut request = Request::builder().uri(format!("/?{query}"));
    for (name, value) in headers {
        let name = HeaderName::try_from(name).map_err(http::Error::from)?;
        let value = HeaderValue::try_from(value).map_err(http::Error::from)?;
        request = request.header(name, value);
    }
    let (mut parts, ()) = request.body(())?.into_parts();
    if let Some(address) = source_ip.and_then(|text| text.parse().ok()) {
        parts.extensions.insert(ClientAddress(address));
    }
    Ok(parts)
}
