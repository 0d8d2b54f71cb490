//! What API Gateway asks, in both of its forms, as one request.

use crate::reply::Form;
use hallpass_http::ClientAddress;
use http::{HeaderName, HeaderValue, Request, request::Parts};
use serde::Deserialize;
use std::collections::HashMap;
use thiserror::Error;

/// An event of an authorizer of type REQUEST.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Payload 2.0.
    route_arn: Option<String>,
    raw_path: Option<String>,
    raw_query_string: Option<String>,
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

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    stage: Option<String>,
    http: Option<Http>,
    identity: Option<Identity>,
    /// `$connect` of a WebSocket API.
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
    /// A header or query that no request can have.
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
        let http = self.request_context.http.ok_or(EventError::Form)?;
        let stage = self.request_context.stage.unwrap_or_default();
        let path = self.raw_path.map(|path| below(&stage, path));
        let headers: Vec<(String, String)> = self.headers.unwrap_or_default().into_iter().collect();
        let query = self.raw_query_string.unwrap_or_default();
        Ok(Asked {
            form: Form::Simple,
            parts: parts(headers, &query, http.source_ip)?,
            method: http.method,
            path,
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
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters);
        let source_ip = self.request_context.identity.and_then(|it| it.source_ip);
        Ok(Asked {
            form: Form::Policy { arn },
            parts: parts(headers, &query.finish(), source_ip)?,
            method,
            path,
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
