//! What the proxy saw.

use hyper::HeaderMap;
use serde_json::Value;

use super::Fault;

/// The service a call was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    DynamoDb,
    Kms,
    Other,
}

/// One request to AWS.
#[derive(Clone, Debug)]
pub struct Call {
    pub service: Service,
    /// `GetItem`, `Sign`, …; empty without an `X-Amz-Target`.
    pub operation: String,
    /// The request's JSON as the client sent it, `Null` if it is none.
    pub body: Value,
    /// What the proxy did to it, if anything.
    pub fault: Option<Fault>,
}

impl Call {
    pub(super) fn new(headers: &HeaderMap, body: &[u8]) -> Self {
        let target = headers
            .get("x-amz-target")
            .and_then(|target| target.to_str().ok());
        let (service, operation) = target.and_then(|it| it.split_once('.')).unwrap_or_default();
        Self {
            service: match service {
                "DynamoDB_20120810" => Service::DynamoDb,
                "TrentService" => Service::Kms,
                _ => Service::Other,
            },
            operation: operation.to_owned(),
            body: serde_json::from_slice(body).unwrap_or_default(),
            fault: None,
        }
    }
}
