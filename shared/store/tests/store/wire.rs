//! Stands between the SDK and the table: counts calls, checks what holds for all of them, and
//! makes some of them fail.

use aws_sdk_dynamodb::config::http::HttpRequest;
use aws_sdk_dynamodb::config::{HttpClient, RuntimeComponents, SharedHttpClient};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// What befalls a call.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// It arrives, and its answer is lost.
    LoseReply,
    /// It does not arrive; this is answered, with status 400.
    Refuse(&'static str),
    /// A transaction does not arrive: another one is at each of its rows.
    Conflict,
    /// A batch does not arrive: nothing of it is processed.
    Unprocessed,
}

/// A call as it was made.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) operation: String,
    pub(crate) body: serde_json::Value,
}

/// The next so many calls of an operation fail.
type Rule = (&'static str, usize, Fault);

#[derive(Clone, Debug)]
pub(crate) struct Wire {
    inner: SharedHttpClient,
    calls: Arc<Mutex<Vec<Call>>>,
    faults: Arc<Mutex<VecDeque<Rule>>>,
}

impl Wire {
    pub(crate) fn new(inner: SharedHttpClient) -> Self {
        Self {
            inner,
            calls: Arc::default(),
            faults: Arc::default(),
        }
    }

    /// The next `times` calls of this operation fail.
    pub(crate) fn fail(&self, operation: &'static str, times: usize, fault: Fault) {
        let mut faults = self.faults.lock().unwrap();
        faults.push_back((operation, times, fault));
    }

    pub(crate) fn forget_faults(&self) {
        self.faults.lock().unwrap().clear();
    }

    /// The calls since the last time this was asked.
    pub(crate) fn calls(&self) -> Vec<Call> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }

    /// The operations since the last time this, or the calls, were asked for.
    pub(crate) fn operations(&self) -> Vec<String> {
        self.calls()
            .into_iter()
            .map(|call| call.operation)
            .collect()
    }

    fn fault(&self, operation: &str) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        let at = faults
            .iter()
            .position(|(of, times, _)| *of == operation && *times > 0)?;
        let (_, times, fault) = &mut faults[at];
        *times = times.saturating_sub(1);
        Some(fault.clone())
    }
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            wire: self.clone(),
            inner: self.inner.http_connector(settings, components),
        })
    }
}

#[derive(Debug)]
struct Connector {
    wire: Wire,
    inner: SharedHttpConnector,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = request.body().bytes().unwrap_or_default();
        let body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        holds_for_every_call(&operation, &body);
        let fault = self.wire.fault(&operation);
        self.wire.calls.lock().unwrap().push(Call {
            operation,
            body: body.clone(),
        });
        match fault {
            None => self.inner.call(request),
            Some(Fault::LoseReply) => {
                let sent = self.inner.call(request);
                HttpConnectorFuture::new(async move {
                    sent.await?;
                    Err(ConnectorError::io("the reply was lost".into()))
                })
            }
            Some(Fault::Refuse(code)) => answer(
                400,
                &serde_json::json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{code}") }),
            ),
            Some(Fault::Conflict) => {
                let items = body["TransactItems"].as_array().map_or(0, Vec::len);
                let mut reasons = vec![serde_json::json!({ "Code": "None" }); items];
                reasons[items.saturating_sub(1)] = serde_json::json!({
                    "Code": "TransactionConflict",
                    "Message": "Transaction is ongoing for the item",
                });
                answer(
                    400,
                    &serde_json::json!({
                        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                        "CancellationReasons": reasons,
                    }),
                )
            }
            Some(Fault::Unprocessed) => answer(
                200,
                &serde_json::json!({
                    "Responses": {},
                    "UnprocessedKeys": body["RequestItems"],
                }),
            ),
        }
    }
}

fn answer(status: u16, body: &serde_json::Value) -> HttpConnectorFuture {
    let status = status.try_into().unwrap();
    HttpConnectorFuture::ready(Ok(HttpResponse::new(status, body.to_string().into())))
}

/// Reads are strongly consistent, nothing scans, every write is a transaction with conditions and
/// a client token, and no attribute is named but through `#name`.
fn holds_for_every_call(operation: &str, body: &serde_json::Value) {
    let consistent = |read: &serde_json::Value| assert_eq!(read["ConsistentRead"], true, "{read}");
    match operation {
        "GetItem" | "Query" => consistent(body),
        "BatchGetItem" => body["RequestItems"]
            .as_object()
            .unwrap()
            .values()
            .for_each(consistent),
        "TransactWriteItems" => {
            assert!(body["ClientRequestToken"].is_string(), "{body}");
            let text = body.to_string();
            assert!(text.contains("ConditionExpression"), "{text}");
        }
        other => panic!("{other} is not a call of the store"),
    }
    named_throughout(body);
}

fn named_throughout(value: &serde_json::Value) {
    match value {
        serde_json::Value::Object(members) => {
            for (name, member) in members {
                if let (true, Some(text)) = (name.ends_with("Expression"), member.as_str()) {
                    let bare = text
                        .split(|c: char| !c.is_ascii_alphanumeric() && !"#:_".contains(c))
                        .filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
                        .find(|word| {
                            !word.starts_with("attribute_")
                                && !["if_not_exists", "begins_with"].contains(word)
                        });
                    assert_eq!(bare, None, "{text}");
                }
                named_throughout(member);
            }
        }
        serde_json::Value::Array(members) => members.iter().for_each(named_throughout),
        _ => {}
    }
}
