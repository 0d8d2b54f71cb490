//! Calls to a router, as a client makes them.

use axum::Router;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hallpass_http::{ClientAddress, ErrorCode};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use tower::ServiceExt as _;

/// A call being put together; awaiting it makes it.
#[derive(Clone)]
pub struct Call {
    router: Router,
    method: Method,
    path: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    address: Option<std::net::IpAddr>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body: `null` where there is none.
    pub body: Value,
}

/// A status, a code and the field that it is about; an empty text where there is none.
pub type Refusal<'a> = (u16, &'a str, &'a str);

impl Reply {
    /// Its `code`, or an empty text.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// A header's text, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Its status and `code`.
    pub fn answer(&self) -> (u16, &str) {
        (self.status.as_u16(), self.code())
    }

    /// Its status, `code` and `field`.
    pub fn refusal(&self) -> Refusal<'_> {
        let field = self.body["field"].as_str().unwrap_or_default();
        (self.status.as_u16(), self.code(), field)
    }

    /// Nothing for a success, or the refusal.
    pub fn outcome(&self) -> Result<(), Refusal<'_>> {
        if self.status.is_success() {
            Ok(())
        } else {
            Err(self.refusal())
        }
    }

    /// Asserts its status and `code`, and that a 204 has no body.
    #[track_caller]
    pub fn assert(&self, what: &str, status: u16, code: &str) {
        assert_eq!(self.answer(), (status, code), "{what}: {}", self.body);
        if status == 204 {
            assert_eq!(self.body, Value::Null, "{what}");
        }
    }

    /// All of it as a text, but for the id that differs from call to call.
    pub fn without_request_id(&self) -> String {
        let mut headers = self.headers.clone();
        headers.remove("x-request-id");
        format!("{} {headers:?} {}", self.status, self.body)
    }
}

impl Call {
    /// A call to a router, without a credential yet.
    pub fn new(router: Router, method: Method, path: &str) -> Self {
        let address = Some("192.0.2.7".parse().unwrap());
        Self {
            router,
            method,
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            address,
        }
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers
            .push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// With `Authorization: Bearer …`.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// With `Authorization: Basic …` of this pair, which a colon parts.
    pub fn basic(self, pair: impl AsRef<[u8]>) -> Self {
        self.header("authorization", format!("Basic {}", STANDARD.encode(pair)))
    }

    /// From a page of this origin.
    pub fn origin(self, origin: &str) -> Self {
        self.header("origin", origin)
    }

    /// From this address; `192.0.2.7` otherwise.
    pub fn from(mut self, address: &str) -> Self {
        self.address = Some(address.parse().unwrap());
        self
    }

    /// With a JSON body.
    pub fn json(self, body: Value) -> Self {
        self.bytes(body.to_string())
            .header("content-type", "application/json")
    }

    /// With any body, and no content type of its own.
    pub fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }
}

impl IntoFuture for Call {
    type Output = Reply;
    type IntoFuture = Pin<Box<dyn Future<Output = Reply> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let mut request = Request::builder().method(self.method).uri(self.path);
            for (name, value) in self.headers {
                request = request.header(name, value);
            }
            let mut request = request.body(Body::from(self.body)).unwrap();
            if let Some(address) = self.address {
                request.extensions_mut().insert(ClientAddress(address));
            }
            let response = self.router.oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.unwrap().to_bytes();
            let body = match serde_json::from_slice(&bytes) {
                Ok(body) => body,
                Err(_) if bytes.is_empty() => Value::Null,
                Err(_) => Value::String(String::from_utf8_lossy(&bytes).into_owned()),
            };
            let reply = Reply {
                status: parts.status,
                headers: parts.headers,
                body,
            };
            // The reply to HEAD has the headers of a problem and no body.
            let is_problem = reply.header("content-type") == "application/problem+json";
            if is_problem && !bytes.is_empty() {
                check_code(&reply);
            }
            reply
        })
    }
}

/// Every error of every test has a code of the list, with a status that the list has for it.
fn check_code(reply: &Reply) {
    let mut codes = ErrorCode::ALL.iter();
    let code = codes.find(|code| code.as_str() == reply.code());
    let code = code.unwrap_or_else(|| panic!("no `ErrorCode` is answered: {reply:?}"));
    let statuses = code.statuses();
    assert!(statuses.contains(&reply.status.as_u16()), "{reply:?}");
}
