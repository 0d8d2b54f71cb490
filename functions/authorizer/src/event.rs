//! What API Gateway asks, in both of its payload formats, as one request.

use crate::AuthorizeError;
use crate::cache_key::CacheKey;
use crate::reply::{Form, PolicyResource};
use aws_lambda_events::apigw::ApiGatewayCustomAuthorizerRequestTypeRequest as Payload1;
use aws_lambda_events::apigw::ApiGatewayV2CustomAuthorizerV2Request as Payload2;
use hallpass_http::ClientAddress;
use http::{HeaderMap, HeaderName, HeaderValue, Request, request::Parts};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::fmt;
use thiserror::Error;
use url::form_urlencoded;

/// An event of an authorizer of type REQUEST, not yet read.
///
/// [`crate::authorize`] reads it, not the Lambda runtime: the runtime would log the error of an
/// event that it cannot read, and that error quotes what the client wrote.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Event(Map<String, Value>);

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
pub(crate) struct AuthorizerRequest {
    /// The gateway's id for it, by which its log names it as well.
    pub(crate) id: String,
    /// How the answer is written.
    pub(crate) form: Form,
    pub(crate) method: String,
    /// The path below the stage; `None` where the event has none.
    pub(crate) path: Option<String>,
    /// Its headers, query and address.
    pub(crate) parts: Parts,
    /// The key under which API Gateway caches the answer, if it can.
    pub(crate) cache_key: Option<CacheKey>,
}

impl Event {
    /// The request that the event is about.
    pub(crate) fn into_request(mut self) -> Result<AuthorizerRequest, AuthorizeError> {
        let headers = headers(&mut self.0)?;
        let has = |name: &str| self.0.get(name).is_some_and(|value| !value.is_null());
        match (has("routeArn"), has("methodArn")) {
            (true, false) => Ok(of_payload_2(read(self.0)?, headers)?),
            (false, true) => {
                let more = Payload1Fields::of(&self.0);
                of_payload_1(read(self.0)?, headers, more)
            }
            _ => Err(EventError::Form.into()),
        }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Event([redacted])")
    }
}

/// Payload 2.0, of HTTP APIs.
fn of_payload_2(event: Payload2, headers: HeaderMap) -> Result<AuthorizerRequest, EventError> {
    let context = event.request_context;
    let method = context.http.method.as_str().to_owned();
    let cache_key = CacheKey::of(
        event.identity_source.unwrap_or_default(),
        context.route_key,
        &method,
        event.raw_path.as_deref(),
    );
    let (stage, domain) = (context.stage, context.domain_name);
    let path = event
        .raw_path
        .map(|path| below_stage(path, stage.as_deref(), domain.as_deref()));
    // Clients write characters into a query that no URI holds. Written anew it says the same.
    let query = event.raw_query_string.unwrap_or_default();
    let query = written(form_urlencoded::parse(query.as_bytes()));
    Ok(AuthorizerRequest {
        id: context.request_id.unwrap_or_default(),
        form: Form::Simple,
        parts: parts(headers, &query, context.http.source_ip)?,
        method,
        path,
        cache_key,
    })
}

/// What the library's type of payload 1.0 does not hold.
struct Payload1Fields {
    /// Only a WebSocket API's event has a route, and this one of it.
    is_connect: bool,
    /// Of the three sorts of API, HTTP APIs alone say a version.
    is_of_http_api: bool,
    domain: Option<String>,
    /// The values of an HTTP API's identity sources. Joined with `,`: a value that holds one gives
    /// another number of values, which `AuthorizerSources` does not fit.
    identity: Vec<String>,
}

impl Payload1Fields {
    fn of(event: &Map<String, Value>) -> Self {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let in_context = |name: &str| text(event.get("requestContext").and_then(|it| it.get(name)));
        let identity = text(event.get("identitySource")).filter(|values| !values.is_empty());
        Self {
            is_connect: in_context("routeKey").as_deref() == Some("$connect"),
            is_of_http_api: text(event.get("version")).as_deref() == Some("1.0"),
            domain: in_context("domainName"),
            identity: identity
                .map(|values| values.split(',').map(str::to_owned).collect())
                .unwrap_or_default(),
        }
    }
}

/// Payload 1.0, of HTTP, REST and WebSocket APIs.
fn of_payload_1(
    event: Payload1,
    headers: HeaderMap,
    more: Payload1Fields,
) -> Result<AuthorizerRequest, AuthorizeError> {
    let resource = event.method_arn.ok_or(EventError::Form)?;
    let resource = PolicyResource::new(resource).ok_or(AuthorizeError::Unauthorized)?;
    let (method, path) = match (event.http_method, more.is_connect) {
        (Some(method), _) => (method.as_str().to_owned(), event.path),
        // The catalog calls a WebSocket's opening `CONNECT /`.
        (None, true) => ("CONNECT".to_owned(), Some("/".to_owned())),
        (None, false) => return Err(EventError::Form.into()),
    };
    let cache_key = CacheKey::of(more.identity, None, &method, path.as_deref());
    // A REST API has no stage in `path`, though a path may begin with the same word.
    let stage = event.request_context.stage;
    let stage = stage.as_deref().filter(|_| more.is_of_http_api);
    let path = path.map(|path| below_stage(path, stage, more.domain.as_deref()));
    // Every value where the event lists them, else the one it names.
    let parameters = if event.multi_value_query_string_parameters.is_empty() {
        event.query_string_parameters
    } else {
        event.multi_value_query_string_parameters
    };
    let identity = event.request_context.identity;
    Ok(AuthorizerRequest {
        id: event.request_context.request_id.unwrap_or_default(),
        form: Form::Policy { resource },
        parts: parts(
            headers,
            &written(parameters.iter()),
            identity.and_then(|identity| identity.source_ip),
        )?,
        method,
        path,
        cache_key,
    })
}

/// Takes the headers out of an event: every value where the event lists them, else the one it names.
///
/// Not by the library's types: of names that differ only in case they keep the last one, which would
/// hide a second credential (s34).
fn headers(event: &mut Map<String, Value>) -> Result<HeaderMap, EventError> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Values {
        One(String),
        Many(Vec<String>),
    }
    let single = event.remove("headers");
    let many = event.remove("multiValueHeaders");
    let listed = many.filter(|many| !many.is_null()).or(single);
    let listed: Option<HashMap<String, Values>> = typed(listed.unwrap_or_default())?;
    let mut headers = HeaderMap::new();
    for (name, values) in listed.unwrap_or_default() {
        let name = HeaderName::try_from(name).map_err(http::Error::from)?;
        let values = match values {
            Values::One(value) => vec![value],
            Values::Many(values) => values,
        };
        for value in values {
            let value = HeaderValue::try_from(value).map_err(http::Error::from)?;
            headers
                .try_append(name.clone(), value)
                .map_err(http::Error::from)?;
        }
    }
    Ok(headers)
}

fn read<T: DeserializeOwned>(event: Map<String, Value>) -> Result<T, EventError> {
    typed(Value::Object(event))
}

fn typed<T: DeserializeOwned>(value: Value) -> Result<T, EventError> {
    serde_json::from_value(value).map_err(|_quotes_the_client| EventError::Form)
}

/// The path without the stage with which HTTP APIs begin it: `/prod/v2/floors` is `/v2/floors`.
///
/// A domain of one's own has the stage in its mapping and not in its paths. An event that names no
/// domain is taken for one of AWS's.
fn below_stage(path: String, stage: Option<&str>, domain: Option<&str>) -> String {
    let has_stage = domain.is_none_or(|domain| domain.contains(".execute-api."));
    let stage = stage.filter(|stage| has_stage && *stage != "$default");
    let below = stage
        .and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage))
        .filter(|below| below.is_empty() || below.starts_with('/'));
    match below {
        Some("") => "/".to_owned(),
        Some(below) => below.to_owned(),
        None => path,
    }
}

fn written<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    query.finish()
}

fn parts(headers: HeaderMap, query: &str, source_ip: Option<String>) -> Result<Parts, EventError> {
    let request = Request::builder().uri(format!("/?{query}")).body(())?;
    let (mut parts, ()) = request.into_parts();
    parts.headers = headers;
    if let Some(address) = source_ip.and_then(|text| text.parse().ok()) {
        parts.extensions.insert(ClientAddress(address));
    }
    Ok(parts)
}
