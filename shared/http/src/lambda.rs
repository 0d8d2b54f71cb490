//! API Gateway's events into a function's router, and its replies out of it.

pub(crate) mod event;

use crate::caller::address::ClientAddress;
use crate::lambda::event::GatewayEvent;
use crate::middleware::finish::Unreadable;
use axum::Router;
use axum::body::to_bytes;
use axum::response::Response;
use hallpass_runtime::{Platform, StartError, flush_on_shutdown};
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::tower::util::{MapRequest, MapResponse};
use lambda_http::{
    Adapter, Body, IntoResponse, LambdaEvent, RequestExt as _, Service, TransformResponse,
};
use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Answers API Gateway's events until Lambda stops the process.
///
/// # Errors
/// When the Lambda runtime cannot be reached.
pub async fn serve(platform: &Platform, router: Router) -> Result<(), StartError> {
    flush_on_shutdown(platform).await;
    lambda_http::lambda_runtime::run(on_lambda(router)).await
}

/// A router that takes its requests from API Gateway: the caller's address is the gateway's word.
#[must_use]
pub fn on_lambda(router: Router) -> OnLambda {
    OnLambda(router)
}

/// A router that answers API Gateway's events, with `lambda_http` in between.
#[derive(Clone, Debug)]
pub struct OnLambda(Router);

type ToRequest = fn(lambda_http::Request) -> lambda_http::Request;

type Adapted = Adapter<'static, Reply, MapResponse<MapRequest<Router, ToRequest>, AsReply>>;

type AsReply = fn(Response) -> Reply;

impl Service<LambdaEvent<GatewayEvent>> for OnLambda {
    type Response = <Adapted as Service<LambdaEvent<LambdaRequest>>>::Response;
    type Error = Infallible;
    type Future = TransformResponse<'static, Reply, Infallible>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // A router is always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, event: LambdaEvent<GatewayEvent>) -> Self::Future {
        let GatewayEvent {
            request,
            headers,
            unreadable,
        } = event.payload;
        let complete = move |mut request: lambda_http::Request| {
            for (name, value) in &headers {
                request.headers_mut().append(name, value.clone());
            }
            if let Some(problem) = &unreadable {
                request.extensions_mut().insert(Unreadable(problem.clone()));
            }
            with_address(request)
        };
        let router = MapRequest::new(self.0.clone(), complete);
        let router = MapResponse::new(router, Reply);
        Adapter::from(router).call(LambdaEvent::new(request, event.context))
    }
}

/// A reply for API Gateway: a UTF-8 body as text, any other (a compressed file) in base64, which the
/// gateway decodes. `lambda_http` would take any body apart by its charset, and link the tables of all
/// the charsets there are: 0.15 MB of each function.
#[derive(Debug)]
pub struct Reply(Response);

impl IntoResponse for Reply {
    fn into_response(self) -> Pin<Box<dyn Future<Output = http::Response<Body>> + Send>> {
        let (parts, body) = self.0.into_parts();
        Box::pin(async move {
            // A body in memory, which cannot fail.
            let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
            let body = match String::from_utf8(bytes.into()) {
                Ok(text) => Body::Text(text),
                Err(other) => Body::Binary(other.into_bytes()),
            };
            http::Response::from_parts(parts, body)
        })
    }
}

/// The gateway's word on who calls, never a forwarded header.
fn with_address(mut request: lambda_http::Request) -> lambda_http::Request {
    let source = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone(),
        Some(RequestContext::ApiGatewayV1(context)) => context.identity.source_ip.clone(),
        _ => None,
    };
    if let Some(address) = source.and_then(|source| source.parse::<IpAddr>().ok()) {
        request.extensions_mut().insert(ClientAddress(address));
    }
    request
}
