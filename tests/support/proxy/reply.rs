//! Answers: the service's, a refusal in AWS's words, or none.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::{
    HeaderMap, Request, Response,
    body::{Body, Frame, Incoming},
    header,
};
use serde_json::{Map, Value, json};

use super::{Call, Fault, Service, Shared};

type Reply = Response<BoxBody<Bytes, io::Error>>;

/// Answers a request; an error makes hyper close the connection without a reply.
pub(super) async fn answer(shared: &Shared, request: Request<Incoming>) -> io::Result<Reply> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    // Before the call can be seen, so that no healing after that is missed.
    let mut healings = shared.healings.subscribe();
    let call = shared.record(Call::new(&parts.headers, &body));
    let forward = || counting(shared, &parts.headers, &call, body.clone());
    Ok(match call.fault.clone() {
        None => whole(forward().await?),
        Some(Fault::Throttle) => match call.service {
            Service::Kms => refuse(&call, 400, "ThrottlingException"),
            _ => refuse(&call, 400, "ProvisionedThroughputExceededException"),
        },
        Some(Fault::ServerError) => match call.service {
            Service::Kms => refuse(&call, 500, "KMSInternalException"),
            _ => refuse(&call, 500, "InternalServerError"),
        },
        Some(Fault::TransactionConflict(item)) => cancel(&call, item, "TransactionConflict"),
        Some(Fault::Throttled(item, code)) => cancel(&call, item, code),
        Some(Fault::Refuse(status, kind)) => refuse(&call, status, kind),
        Some(Fault::Unprocessed(count)) => in_part(shared, &parts.headers, &call, count).await?,
        Some(Fault::Without(attributes)) => whole(without(forward().await?, attributes)),
        Some(Fault::LoseReply) => {
            forward().await?;
            return Err(io::Error::other("the reply is lost"));
        }
        Some(Fault::HalfReply) => half(forward().await?),
        Some(Fault::Reset) => return Err(io::ErrorKind::ConnectionReset.into()),
        Some(Fault::Stall) => {
            healings.changed().await.map_err(io::Error::other)?;
            whole(forward().await?)
        }
    })
}

/// Forwards it; it is asked what it consumed, if that is counted.
async fn counting(
    shared: &Shared,
    headers: &HeaderMap,
    call: &Call,
    body: Bytes,
) -> io::Result<Response<Bytes>> {
    let is_read = ["BatchGetItem", "GetItem", "Query"].contains(&&*call.operation);
    let writes = ["TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"];
    let is_write = writes.contains(&&*call.operation);
    let is_counted = {
        let state = shared.state();
        is_read && state.reads.is_some() || is_write && state.write_units.is_some()
    };
    if !is_counted {
        return forward(shared, headers, body).await;
    }
    let mut asked = call.body.clone();
    asked["ReturnConsumedCapacity"] = "TOTAL".into();
    let reply = forward(shared, headers, asked.to_string().into()).await?;
    let told: Value = serde_json::from_slice(reply.body())?;
    let consumed = match &told["ConsumedCapacity"] {
        Value::Array(tables) => tables.iter().filter_map(units).sum(),
        table => units(table).unwrap_or_default(),
    };
    let mut state = shared.state();
    if let Some(sum) = state.write_units.as_mut().filter(|_| is_write) {
        *sum += consumed;
    }
    if let Some(reads) = state.reads.as_mut().filter(|_| is_read) {
        reads.units += consumed;
        reads.bytes += reply.body().len();
    }
    drop(state);
    Ok(reply)
}

fn units(of_table: &Value) -> Option<f64> {
    of_table["CapacityUnits"].as_f64()
}

async fn forward(shared: &Shared, headers: &HeaderMap, body: Bytes) -> io::Result<Response<Bytes>> {
    let mut headers = headers.clone();
    for own in [header::HOST, header::CONNECTION, header::CONTENT_LENGTH] {
        headers.remove(own);
    }
    let sent = shared
        .client
        .post(&shared.upstream)
        .headers(headers)
        .body(body);
    let sent = sent.send().await.map_err(io::Error::other)?;
    let mut reply = Response::builder().status(sent.status());
    for (name, value) in sent.headers() {
        if ![header::CONNECTION, header::TRANSFER_ENCODING].contains(name) {
            reply = reply.header(name, value);
        }
    }
    reply
        .body(sent.bytes().await.map_err(io::Error::other)?)
        .map_err(io::Error::other)
}

/// The answer without these attributes of the rows in it.
fn without(reply: Response<Bytes>, attributes: &[&str]) -> Response<Bytes> {
    fn forget(value: &mut Value, attributes: &[&str]) {
        match value {
            Value::Object(fields) if fields.contains_key("pk") => {
                fields.retain(|name, _| !attributes.contains(&name.as_str()));
            }
            Value::Object(fields) => fields
                .values_mut()
                .for_each(|value| forget(value, attributes)),
            Value::Array(values) => values
                .iter_mut()
                .for_each(|value| forget(value, attributes)),
            _ => {}
        }
    }
    let (mut parts, body) = reply.into_parts();
    for of_the_body in [header::CONTENT_LENGTH.as_str(), "x-amz-crc32"] {
        parts.headers.remove(of_the_body);
    }
    let mut value: Value = serde_json::from_slice(&body).expect("AWS answers JSON");
    forget(&mut value, attributes);
    Response::from_parts(parts, value.to_string().into())
}

fn whole(reply: Response<Bytes>) -> Reply {
    reply.map(|body| Full::new(body).map_err(|never| match never {}).boxed())
}

fn refuse(call: &Call, status: u16, kind: &str) -> Reply {
    aws_json(
        call,
        status,
        json!({ "__type": kind, "message": "made by the tests' proxy" }),
    )
}

fn aws_json(call: &Call, status: u16, body: Value) -> Reply {
    let version = if call.service == Service::Kms {
        "1.1"
    } else {
        "1.0"
    };
    let reply = Response::builder()
        .status(status)
        .header(
            header::CONTENT_TYPE,
            format!("application/x-amz-json-{version}"),
        )
        .header("x-amzn-requestid", "made-by-the-proxy");
    whole(reply.body(body.to_string().into()).expect("a valid reply"))
}

/// A transaction is cancelled for this item and reason.
fn cancel(call: &Call, item: usize, code: &str) -> Reply {
    let Some(items) = call.body.get("TransactItems").and_then(Value::as_array) else {
        return refuse(call, 400, "TransactionConflictException");
    };
    let reason = |at| match at == item {
        true => {
            json!({ "Code": code, "Message": "made by the tests' proxy" })
        }
        false => json!({ "Code": "None" }),
    };
    let reasons: Vec<_> = (0..items.len()).map(reason).collect();
    let codes: Vec<_> = reasons
        .iter()
        .filter_map(|reason| reason["Code"].as_str())
        .collect();
    let message = format!(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
        codes.join(", ")
    );
    let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    // AWS writes `Message` here, and `message` everywhere else.
    aws_json(
        call,
        400,
        json!({ "__type": kind, "Message": message, "CancellationReasons": reasons }),
    )
}

/// Asks the service for all but the first `count` keys, as DynamoDB does when it is short of time,
/// and names those as unprocessed in the shape they were asked in.
async fn in_part(
    shared: &Shared,
    headers: &HeaderMap,
    call: &Call,
    mut count: usize,
) -> io::Result<Reply> {
    let mut asked = call.body.clone();
    let mut unprocessed = Map::new();
    let tables = asked["RequestItems"]
        .as_object_mut()
        .ok_or(io::ErrorKind::InvalidData)?;
    for (table, request) in tables.iter_mut() {
        let keys = request["Keys"]
            .as_array_mut()
            .ok_or(io::ErrorKind::InvalidData)?;
        let left: Vec<_> = keys.drain(..count.min(keys.len())).collect();
        count -= left.len();
        if !left.is_empty() {
            let mut rest = request.clone();
            rest["Keys"] = left.into();
            unprocessed.insert(table.clone(), rest);
        }
    }
    let named: Vec<_> = tables.keys().cloned().collect();
    tables.retain(|_, request| {
        request["Keys"]
            .as_array()
            .is_some_and(|keys| !keys.is_empty())
    });
    let mut reply = if tables.is_empty() {
        json!({})
    } else {
        let answered = forward(shared, headers, asked.to_string().into()).await?;
        if !answered.status().is_success() {
            return Ok(whole(answered));
        }
        serde_json::from_slice(answered.body())?
    };
    for table in named {
        let items = &mut reply["Responses"][&table];
        if items.is_null() {
            *items = json!([]);
        }
    }
    reply["UnprocessedKeys"] = unprocessed.into();
    Ok(aws_json(call, 200, reply))
}

fn half(reply: Response<Bytes>) -> Reply {
    let (mut parts, body) = reply.into_parts();
    parts
        .headers
        .insert(header::CONTENT_LENGTH, body.len().into());
    let first = body.slice(..body.len() / 2);
    Response::from_parts(
        parts,
        Half {
            first: Some(first),
            flushed: false,
        }
        .boxed(),
    )
}

/// A body which fails after its first half has been sent.
struct Half {
    first: Option<Bytes>,
    flushed: bool,
}

impl Body for Half {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        // Pending once, for hyper to send what it has before it sees the error.
        if !std::mem::replace(&mut self.flushed, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())))
    }
}
